import type { DaemonClient } from "../api/contract.ts";
import { csvOf } from "../api/text/csv.ts";
import { iso, moment } from "../api/text/moment.ts";
import { outageLength } from "../api/text/report-words.ts";
import { familyName } from "../core/family.ts";
import type { HistoryAnswer, PastOutage } from "../core/history/answer.ts";
import { span } from "./line.ts";
import type { Output } from "./output.ts";

/** What `wan-failover history` was asked. */
export interface HistoryRequest {
  readonly client: DaemonClient;
  /** A duration: how far back. */
  readonly since: string;
  readonly form: "text" | "json" | "csv";
  readonly output: Output;
}

/** Tells what was. Returns the exit code. Throws AppError. */
export const runHistory = async ({ client, since, form, output }: HistoryRequest): Promise<number> => {
  const answer = await client.history({ since, resolution: "none" });
  output.write(RENDER[form](answer));
  return 0;
};

const RENDER: Readonly<Record<HistoryRequest["form"], (answer: HistoryAnswer) => string>> = {
  json: (answer) => JSON.stringify(answer),
  csv: ({ events }) =>
    csvOf([
      ["at", "kind", "uplink", "family", "text"],
      ...events.map(({ at, kind, uplink, family, text }) => [iso(at), kind, uplink, family, text]),
    ]),
  text: (answer) => [...events(answer), "", ...outages(answer)].map((line) => span(line).text).join("\n"),
};

/** What people want to read; suspicions that passed are for programs. */
const events = ({ events: all, truncated }: HistoryAnswer): readonly string[] => {
  const told = all.filter(({ importance }) => importance !== "debug");
  if (told.length === 0) return ["Nothing happened."];
  return [
    ...(truncated ? ["(There was more before this: ask for a shorter time.)"] : []),
    ...told.map(({ at, text }) => `${moment(at)}  ${text}`),
  ];
};

const outages = ({ outages: all, until }: HistoryAnswer): readonly string[] =>
  all.length === 0
    ? ["No outage."]
    : ["Outages", ...all.map((outage) => `${moment(outage.begin)}  ${outageText(outage, until)}`)];

/** An outage in one line: `fiber IPv4 for 3 m 12 s: all 3 targets are silent`. */
const outageText = (outage: PastOutage, until: number): string => {
  const { uplink, family, end, cause } = outage;
  const length = outageLength(outage, until);
  return `${uplink} ${familyName(family)} ${end === null ? `lasts, ${length} so far` : `for ${length}`}: ${cause}`;
};
