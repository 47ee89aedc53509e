import type { OrderAnswer, StatusAnswer } from "../../src/api/contract.ts";
import type { Status } from "../../src/core/status.ts";
import { AppError } from "../../src/error.ts";
import { now } from "../clock.ts";
import type { Daemon } from "../daemon.ts";
import type { FaultName } from "../faults.ts";
import { createLab } from "../lab.ts";
import type { Stream } from "../sample.ts";
import { type Breakage, changed, explanationOf, toggle, WORDS } from "./breakage.ts";
import type { Chapter, DemoModel, LastOutage, StoryLine } from "./model.ts";
import type { DemoOptions } from "./options.ts";
import { measureOutage } from "./outage.ts";
import { configFrom, openParts, type Parts, setWires, uplinksOf } from "./parts.ts";
import { CALL_MS } from "./setup.ts";

/** A lab with the daemon and its measuring clients, and what can be done to it. Orders are carried out one after another. */
export interface Session {
  /** What is now. */
  model(): DemoModel;
  /** Asks the daemon how things are. Rejects where it doesn't answer. */
  refresh(): Promise<void>;
  /** Chooses the uplink that faults concern, by its index. */
  choose(index: number): void;
  toggleHelp(): void;
  /** The daemon's Unix socket. */
  readonly socketPath: string;
  /** Where the page is. */
  tellPage(address: string): void;
  /** Breaks what works, mends what is broken. */
  toggle(fault: FaultName): Promise<void>;
  heal(): Promise<void>;
  /** Forces a failover; asks for a failback. */
  order(what: "test" | "failback"): Promise<void>;
  /** Resolves when the daemon has ended by itself, with its last words. */
  readonly died: Promise<string>;
  /** Removes everything. */
  close(): Promise<void>;
}

/** All that changes. */
interface Memory {
  answer: StatusAnswer;
  chosen: number;
  help: boolean;
  page: string;
  broken: readonly Breakage[];
  acts: readonly StoryLine[];
  chapter: Chapter | null;
  lastOutage: LastOutage | null;
  /** Since when a running connection has been where new ones don't go. */
  readonly astray: Map<Stream, number>;
}

/** So many acts are remembered; the daemon keeps as many messages. */
const ACTS_KEPT = 50;

/** An outage is watched for so long (ms); the samples are kept a little longer. */
const WATCHED_MS = 30_000;

/** How the building is watched, and ended early. */
export interface Building {
  readonly progress: (words: string) => void;
  readonly signal: AbortSignal;
}

const abortion = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    if (signal.aborted) reject(signal.reason);
  });

/** Builds everything. Rejects with AppError or because of the signal, and leaves nothing then. */
export const openSession = async (options: DemoOptions, { progress, signal }: Building): Promise<Session> => {
  const config = await configFrom(options);
  progress("Building a LAN, a router, two ISPs and an internet …");
  const lab = await createLab({ wire: true });
  try {
    progress("Starting the daemon in the router …");
    const parts = await Promise.race([openParts(lab, { ...options, config }), abortion(signal)]);
    return await sessionOf(parts);
  } catch (error) {
    await lab.close();
    throw error;
  }
};

const answerOf = async (daemon: Daemon): Promise<StatusAnswer> => (await daemon.status()) as StatusAnswer;

const nobodyAnswers = (cause: unknown): never => {
  throw new AppError("no-daemon", "The daemon doesn't answer any more.", { cause });
};

const sessionOf = async (parts: Parts): Promise<Session> => {
  const { lab, daemon } = parts;
  const memory: Memory = {
    answer: await answerOf(daemon),
    chosen: 0,
    help: false,
    page: "",
    broken: [],
    acts: [],
    chapter: null,
    lastOutage: null,
    astray: new Map(),
  };
  const queue = openQueue((error) => tell(memory, { text: wordsOf(error), level: "error" }));
  return {
    model: () => modelOf(parts, memory),
    refresh: async () => {
      memory.answer = await answerOf(daemon).catch(nobodyAnswers);
      hangUp(parts, memory);
      watchOutage(parts, memory);
    },
    choose: (index) => {
      if (index < lab.plan.uplinks.length) memory.chosen = index;
    },
    socketPath: daemon.socket,
    tellPage: (address) => {
      memory.page = address;
    },
    toggleHelp: () => {
      memory.help = !memory.help;
    },
    toggle: (fault) => queue(() => toggleFault(parts, memory, fault)),
    heal: () => queue(() => healAll(parts, memory)),
    order: (what) => queue(() => giveOrder(parts, memory, what)),
    died: daemon.ended.then(() => daemon.log()),
    close: () => lab.close(),
  };
};

/** One after another; what fails is told and doesn't end anything. */
const openQueue = (complain: (error: unknown) => void): ((job: () => Promise<void>) => Promise<void>) => {
  let last: Promise<void> = Promise.resolve();
  return (job) => {
    last = last.then(job).catch(complain);
    return last;
  };
};

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** An act that anything follows from is told as of its beginning. */
const tell = (
  memory: Memory,
  { text, level = "info", at = Date.now() }: Partial<StoryLine> & { text: string },
): void => {
  memory.acts = [...memory.acts.slice(1 - ACTS_KEPT), { at, by: "you", level, text }];
};

/** A new chapter: figures count from here. */
const begin = (parts: Parts, memory: Memory, what: { kind: Chapter["kind"]; title: string; since: number }): void => {
  watchOutage(parts, memory);
  const chapter = { ...what, at: Date.now() };
  memory.chapter = chapter;
  parts.book.mark(what.since);
  if (what.kind === "break") memory.lastOutage = measured(parts, chapter);
};

const measured = ({ book }: Parts, chapter: Chapter): LastOutage => ({
  chapter,
  outage: measureOutage(book.records(), chapter.since),
  at: now(),
});

/** The newest outage is measured until something else is done, or it has been watched for long enough. */
const watchOutage = (parts: Parts, memory: Memory): void => {
  const { chapter } = memory;
  if (chapter?.kind !== "break" || now() - chapter.since > WATCHED_MS) return;
  memory.lastOutage = measured(parts, chapter);
};

const nameOf = ({ lab }: Parts, { answer }: Memory, device: string): string =>
  uplinksOf(lab, answer.status).find((uplink) => uplink.interface === device)?.name ?? device;

const titleOf = (parts: Parts, memory: Memory, { fault, uplink }: Breakage): string =>
  `${uplink === null ? "" : `${nameOf(parts, memory, uplink)}: `}${WORDS[fault].state}`;

/** Flapping lasts until it is mended. */
const FOR_LONG = { rounds: 100_000 } as const;

const mend = async ({ lab }: Parts, { fault, uplink }: Breakage): Promise<void> => {
  await lab.mend(fault, uplink ?? undefined);
  if (fault === "delay") await setWires(lab);
};

const toggleFault = async (parts: Parts, memory: Memory, fault: FaultName): Promise<void> => {
  const { lab } = parts;
  const uplinks = lab.plan.uplinks.map(({ name }) => name);
  const at = Date.now();
  const change = toggle(memory.broken, fault, { uplink: uplinks[memory.chosen] ?? "", uplinks });
  for (const one of change.mend) await mend(parts, one);
  const broken = await Promise.all(change.break.map((one) => lab.break(one.fault, one.uplink ?? undefined, FOR_LONG)));
  memory.broken = changed(memory.broken, change);
  const breaks = change.break.length > 0;
  const titles = (breaks ? change.break : change.mend).map((one) => titleOf(parts, memory, one)).join(" and ");
  begin(parts, memory, {
    kind: breaks ? "break" : "mend",
    title: breaks ? titles : `${titles} mended`,
    since: Math.max(...broken, breaks ? 0 : now()),
  });
  tell(memory, { text: breaks ? `${titles}. ${explanationOf(fault)}` : `${titles}: mended.`, at });
};

const healAll = async (parts: Parts, memory: Memory): Promise<void> => {
  if (memory.broken.length === 0) return;
  const at = Date.now();
  await parts.lab.heal();
  await setWires(parts.lab);
  memory.broken = [];
  begin(parts, memory, { kind: "mend", title: "Healed", since: now() });
  tell(memory, { text: "All is healed.", at });
};

const giveOrder = async (parts: Parts, memory: Memory, what: "test" | "failback"): Promise<void> => {
  const at = Date.now();
  const since = now();
  const { code, body } = await parts.daemon.call(`/api/v1/${what}`, {});
  const answer = JSON.parse(body) as OrderAnswer | { readonly detail: string };
  const text = "detail" in answer ? answer.detail : answer.message;
  if (code === 200) begin(parts, memory, { kind: "order", title: what === "test" ? "Test" : "Failback", since });
  tell(memory, { text: `${what}: ${text}`, level: code === 200 ? "info" : "error", at });
};

/** Whether a running connection should be elsewhere: a new one would take another uplink, and nothing is in doubt. */
const isAstray = (status: Status, uplink: string | undefined, { family }: Stream): boolean => {
  const { active, diverted } = status.families[family];
  const calm = status.uplinks.every(
    ({ name, families }) => !active.includes(name) || families[family]?.verdict === "up",
  );
  return uplink !== undefined && calm && !diverted && !active.includes(uplink);
};

/** Ends running connections that have been elsewhere for long, and begins others, as people do. */
const hangUp = (parts: Parts, memory: Memory): void => {
  const { status } = memory.answer;
  const uplinks = uplinksOf(parts.lab, status);
  for (const { stream, newestAnswered } of parts.book.records()) {
    if (stream.flow !== "long") continue;
    const uplink = uplinks.find((one) => one.interface === newestAnswered?.uplink)?.name;
    const since = memory.astray.get(stream) ?? now();
    if (!isAstray(status, uplink, stream)) memory.astray.delete(stream);
    else if (now() - since < CALL_MS) memory.astray.set(stream, since);
    else {
      memory.astray.delete(stream);
      parts.meter.renew({ family: stream.family, protocol: stream.protocol });
      parts.book.restart(stream, now());
    }
  }
};

/** What was done and what was said, by time. */
const storyOf = ({ acts, answer }: Memory): readonly StoryLine[] => {
  const said = answer.messages.map(
    ({ at, level, text }): StoryLine => ({
      at: Date.parse(at),
      by: "daemon",
      level: level === "error" ? "error" : "info",
      text,
    }),
  );
  return [...acts, ...said].sort((one, other) => one.at - other.at);
};

const modelOf = (parts: Parts, memory: Memory): DemoModel => {
  const { chosen, help, page, broken, chapter, lastOutage, astray } = memory;
  const { status } = memory.answer;
  return {
    now: now(),
    uplinks: uplinksOf(parts.lab, status),
    chosen,
    status,
    broken,
    records: parts.book.records(),
    story: storyOf(memory),
    chapter,
    lastOutage,
    setting: parts.setting,
    endsInMs: new Map([...astray].map(([stream, since]) => [stream, Math.max(0, since + CALL_MS - now())])),
    help,
    page,
  };
};
