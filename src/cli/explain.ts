import type { DaemonClient } from "../api/contract.ts";
import type { ExplainAnswer } from "../api/history-contract.ts";
import { evidenceText } from "../api/text/evidence.ts";
import { moment } from "../api/text/moment.ts";
import { type Span, span, wrap } from "./line.ts";
import type { Output } from "./output.ts";

/** What `wan-failover explain` was asked. */
export interface ExplainRequest {
  readonly client: DaemonClient;
  readonly json: boolean;
  /** Columns. */
  readonly width: number;
  readonly output: Output;
}

/** Says why traffic goes where it goes, and what led to it. Returns the exit code. Throws AppError. */
export const runExplain = async ({ client, json, width, output }: ExplainRequest): Promise<number> => {
  const answer = await client.explain();
  output.write(json ? JSON.stringify(answer) : explainText(answer, width));
  return 0;
};

const explainText = ({ explanation, causes, problem }: ExplainAnswer, width: number): string =>
  [
    ...explanation.map((text) => wrapped(text, { width, indent: 0 })),
    ...(causes.length === 0 ? [] : [["What led to it:", ...ledTo(causes, width)].join("\n")]),
    ...(problem === null ? [] : [wrapped(`What led to it isn't known: ${problem}.`, { width, indent: 0 })]),
  ].join("\n\n");

/** What happened, those of all families in their order, each with what was known then. */
const ledTo = (causes: ExplainAnswer["causes"], width: number): readonly string[] =>
  causes
    .flatMap(({ events }) => events)
    .filter(({ importance }) => importance !== "debug")
    .toSorted((one, other) => one.at - other.at)
    .flatMap(({ at, text, evidence }) => [
      wrapped(`${moment(at)}  ${text}`, { width, indent: INDENT }),
      ...(evidence === null
        ? []
        : [wrapped(`${" ".repeat(INDENT)}(${evidenceText(evidence)})`, { width, indent: INDENT })]),
    ]);

/** As wide as a moment and what separates it from the text. */
const INDENT = "2026-10-20 14:03:05  ".length;

const wrapped = (text: string, place: { readonly width: number; readonly indent: number }): string =>
  wrap([span(text)], place)
    .map(textOf)
    .join("\n");

const textOf = (row: readonly Span[]): string =>
  row
    .map(({ text }) => text)
    .join("")
    .trimEnd();
