import type { DaemonClient, StatusAnswer } from "../api/contract.ts";
import { BLANK, type Line, paint, span, wrap } from "./line.ts";
import type { Output } from "./output.ts";
import { statusLines } from "./render-status.ts";
import { age } from "./words.ts";

/** How text looks where it is read. */
export interface Look {
  /** Columns. */
  readonly width: number;
  readonly colours: boolean;
}

/** What `wan-failover status` was asked. */
export interface StatusRequest {
  readonly client: DaemonClient;
  readonly json: boolean;
  readonly look: Look;
  readonly output: Output;
}

/** Shows what is, once. Returns the exit code. Throws AppError. */
export const runStatus = async ({ client, json, look, output }: StatusRequest): Promise<number> => {
  const answer = await client.status();
  output.write(json ? JSON.stringify(answer, null, 2) : statusText(answer, { look, now: Date.now() }));
  return 0;
};

/** An answer as a page of text. `now`: ms of the wall clock. Pure; never throws. */
export const statusText = (answer: StatusAnswer, { look, now }: { look: Look; now: number }): string =>
  [
    ...statusLines(answer.status, { width: look.width, detail: "all", airy: true, wraps: true }),
    BLANK,
    ...wrap(daemonLine(answer, now), { width: look.width, indent: 0 }),
  ]
    .map((line) => paint(line, look.colours))
    .join("\n");

/** Who says so. */
export const daemonLine = ({ version, startedAt, pid, config }: StatusAnswer, now: number): Line => [
  span(`wan-failover ${version}, running for ${age(now - Date.parse(startedAt))}, PID ${pid}, ${config}`, "faint"),
];
