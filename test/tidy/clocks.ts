import ts from "typescript";
import { nodesOf } from "./source.ts";

/** Who may read a clock, and what for. Screens (src/cli, src/web) may: they show ages. */
export const CLOCK_READERS: Readonly<Record<string, string>> = {
  "src/adapter/clock.ts": "the daemon's one sense of time",
  "src/adapter/hours.ts": "tells the core of each local hour",
  "src/adapter/log.ts": "dates a line",
  "src/adapter/service/syslog.ts": "dates a line",
  "src/api/access/access.ts": "tells sessions and attempts the time",
  "src/api/access/tokens.ts": "dates a token",
  "src/api/config/keeper.ts": "says how long is left of a timer of its own",
  "src/api/events.ts": "paces what is sent, and dates it",
  "src/api/routes/history.ts": "a question without an end is about now",
  "src/api/routes/status.ts": "says for how long it has run",
  "src/api/server.ts": "says when it began",
  "src/daemon/daemon.ts": "puts together: dates what people are told",
  "src/daemon/engine.ts": "puts together: what makes a date of the daemon's time",
  "src/daemon/history.ts": "puts together",
  "src/daemon/notify.ts": "puts together",
  "src/daemon/status-file.ts": "puts together: dates the file",
};

/** What gives another answer each time that it is asked. */
const CLOCKS: ReadonlySet<string> = new Set([
  "Date.now",
  "performance.now",
  "performance.timeOrigin",
  "process.hrtime",
  "process.uptime",
  "Math.random",
]);

/** Whether a file reads a clock, or draws lots. */
export const readsClock = (tree: ts.SourceFile): boolean =>
  nodesOf(tree).some(
    (node) =>
      (ts.isPropertyAccessExpression(node) && CLOCKS.has(node.getText())) ||
      (ts.isNewExpression(node) && node.expression.getText() === "Date" && (node.arguments ?? []).length === 0),
  );
