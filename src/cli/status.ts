import type { DaemonClient, StatusAnswer } from "../api/contract.ts";
import { age } from "../api/text/words.ts";
import { astlinuxStatus } from "./astlinux-status.ts";
import { BLANK, type Line, paint, span, wrap } from "./line.ts";
import type { Output } from "./output.ts";
import { statusLines } from "./render-status.ts";

/** How text looks where it is read. */
export interface Look {
  /** Columns. */
  readonly width: number;
  readonly colours: boolean;
}

/** What `wan-failover status` was asked. */
export interface StatusRequest {
  readonly client: DaemonClient;
  /** For people; for programs; for AstLinux's page and its users' own tools. */
  readonly form: "text" | "json" | "astlinux";
  readonly look: Look;
  readonly output: Output;
}

/** Shows what is, once. Returns the exit code. Throws AppError. */
export const runStatus = async ({ client, form, look, output }: StatusRequest): Promise<number> => {
  const answer = await client.status();
  output.write(textIn(form, answer, look));
  return 0;
};

const textIn = (form: StatusRequest["form"], answer: StatusAnswer, look: Look): string => {
  switch (form) {
    case "text":
      return statusText(answer, look);
    case "json":
      return JSON.stringify(answer, null, 2);
    case "astlinux":
      return astlinuxStatus(answer.status, new Date());
  }
};

/** An answer as a page of text. Pure; never throws. */
export const statusText = (answer: StatusAnswer, { width, colours }: Look): string =>
  [
    ...statusLines(answer.status, { width, detail: "all", airy: true, wraps: true }),
    BLANK,
    ...wrap(daemonLine(answer), { width, indent: 0 }),
  ]
    .map((line) => paint(line, colours))
    .join("\n");

/** Who says so. */
const daemonLine = ({ version, runningMs, pid, config }: StatusAnswer): Line => [
  span(`wan-failover ${version}, running for ${age(runningMs)}, PID ${pid}, ${config}`, "faint"),
];
