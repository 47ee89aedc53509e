import { setTimeout as pause } from "node:timers/promises";
import { type Line, paint } from "../../src/cli/line.ts";
import { FAMILIES, familyName } from "../../src/core/family.ts";
import { AppError } from "../../src/error.ts";
import { fates } from "./flows.ts";
import { seconds, signOf } from "./look.ts";
import type { DemoModel } from "./model.ts";
import { outageLines } from "./render-story.ts";
import type { Session } from "./session.ts";

export interface Script {
  readonly session: Session;
  readonly write: (text: string) => void;
  readonly signal: AbortSignal;
}

/** How often the daemon is asked (ms). */
const LOOK_MS = 100;

/** `classic` takes its time. */
const PATIENCE_MS = 90_000;

/** What goes on after something has happened is shown for so long (ms). */
const AFTERMATH_MS = 1500;

/** Prints what is new in the story, with the time since the last act. */
const narrator = ({ session, write }: Script): (() => void) => {
  let told = 0;
  let act: number | null = null;
  return () => {
    const { story } = session.model();
    const fresh = story.filter(({ at }) => at > told);
    for (const line of fresh) {
      if (line.by === "you") act = line.at;
      const when = line.by === "you" || act === null ? "" : `+${seconds(line.at - act)}`;
      write(`${when.padStart(8)}  ${line.by === "you" ? `▸ ${line.text}` : line.text}`);
    }
    told = fresh.at(-1)?.at ?? told;
  };
};

const rest = (ms: number, signal: AbortSignal): Promise<void> => pause(ms, undefined, { signal });

/** Waits until the model is as wanted, telling what happens. */
const until = async (script: Script, narrate: () => void, is: (model: DemoModel) => boolean): Promise<void> => {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    await script.session.refresh();
    narrate();
    if (is(script.session.model())) return;
    if (Date.now() > deadline) throw new AppError("lab-unavailable", "The daemon didn't do what it should in time.");
    await rest(LOOK_MS, script.signal);
  }
};

const isEverywhereOn = ({ status }: DemoModel, name: string): boolean =>
  FAMILIES.every((family) => {
    const { active, carrying } = status.families[family];
    return active.join() === name && carrying.join() === name;
  });

const isWell = (model: DemoModel): boolean => {
  const [first] = model.uplinks;
  const up = model.status.uplinks.every(({ families }) =>
    FAMILIES.every((family) => families[family]?.verdict === "up"),
  );
  return first !== undefined && up && isEverywhereOn(model, first.name) && model.records.length >= STREAMS;
};

/** New UDP, running UDP and TCP, in both families. */
const STREAMS = 6;

const hasFailedOver = (model: DemoModel): boolean =>
  isEverywhereOn(model, model.uplinks[1]?.name ?? "") && model.lastOutage?.outage.tcp.recoveredMs !== null;

const text = (line: Line): string => paint(line, false);

const CELLS_MAX = 110;

/** From a second before the fault on. */
const strips = ({ records, uplinks, now }: DemoModel, since: number): readonly string[] =>
  records
    .filter(({ stream }) => stream.flow === "new")
    .map((record) => {
      const count = Math.ceil((now - since + 1000) / record.stream.intervalMs);
      const cells = fates(record, { count, now }).map((fate) => {
        if (fate.kind !== "answered") return fate.kind === "lost" ? "×" : "·";
        const index = uplinks.findIndex((uplink) => uplink.interface === fate.uplink);
        return signOf(uplinks, index, false).text;
      });
      return `${familyName(record.stream.family).padStart(8)}  ${cells.slice(0, CELLS_MAX).join("")}`;
    });

const tellOutage = ({ session, write }: Script): void => {
  const model = session.model();
  const { lastOutage } = model;
  if (lastOutage === null) return;
  const { chapter } = lastOutage;
  const signs = model.uplinks.map(({ name }, index) => `${signOf(model.uplinks, index, false).text} ${name}`);
  write(`\nNew connections, ten a second: ${signs.join(", ")}, × lost, · not answered yet`);
  for (const strip of strips(model, chapter.since)) write(strip);
  write(`Measured  ${chapter.title}: ${outageLines(lastOutage).map(text).join(" ")}.\n`);
};

const tellReturn = ({ session, write }: Script): void => {
  const { records } = session.model();
  const lost = records.reduce((sum, record) => sum + record.lost.size, 0);
  const resets = records.reduce((sum, record) => sum + record.resets, 0);
  write(`\nMeasured  from the mending to the failback: ${lost} packets lost, ${resets} resets.`);
};

/** Breaks the first uplink, waits for the failover, mends it, waits for the failback; rejects where one doesn't come. */
export const runScript = async (script: Script): Promise<void> => {
  const { session, write, signal } = script;
  const narrate = narrator(script);
  const { page, setting, uplinks } = session.model();
  write(`The page: ${page}`);
  write(`${setting}. ${uplinks[0]?.name}'s ISP will pass nothing on any more, then work again.\n`);
  await until(script, narrate, isWell);
  await rest(AFTERMATH_MS, signal);
  await session.toggle("blackhole");
  await until(script, narrate, hasFailedOver);
  await rest(AFTERMATH_MS, signal);
  await session.refresh();
  tellOutage(script);
  await session.heal();
  await until(script, narrate, isWell);
  await rest(AFTERMATH_MS, signal);
  tellReturn(script);
};
