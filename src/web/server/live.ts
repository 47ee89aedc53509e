import type { StatusAnswer } from "../../api/contract.ts";
import type { HelloEvent, ReportEvent, StatusEvent } from "../../api/event-schema.ts";
import { PATHS } from "../../api/paths.ts";
import type { Status } from "../../core/status.ts";
import { note, recall } from "./record.ts";
import { ask } from "./request.ts";
import { openStore, type Store } from "./store.ts";

/** Something that happened, as people read it. `at`: this device's clock, ms. */
export interface Happening {
  readonly at: number;
  readonly level: "error" | "info" | "debug";
  readonly text: string;
}

/** What is known of the daemon at this moment. */
export interface Live {
  readonly status: Status | null;
  /** When the status was true, by `performance.now()`: ages in it grow from then on. */
  readonly statusAt: number;
  /** opening: nothing has come yet. lost: since when, this device's clock. */
  readonly stream: { readonly kind: "opening" | "open" } | { readonly kind: "lost"; readonly since: number };
  /** The daemon wants to know who we are. */
  readonly locked: boolean;
  readonly version: string | null;
  /** Newest last. */
  readonly happenings: readonly Happening[];
}

const HAPPENINGS_KEPT = 50;

/** A stream that says nothing for so long is dead, whatever the browser believes (ms); the daemon sends a sign each 15 s. */
const SILENCE_MS = 40_000;
const AGAIN_MS = 2000;

export const live: Store<Live> = openStore<Live>({
  status: null,
  statusAt: 0,
  stream: { kind: "opening" },
  locked: false,
  version: null,
  happenings: [],
});

const change = (changes: Partial<Live>): void => live.set({ ...live.get(), ...changes });

let source: EventSource | null = null;
let watch: ReturnType<typeof setTimeout> | undefined;

/** Opens the stream and keeps it open until the daemon asks for a login. */
export const follow = (): void => {
  source?.close();
  source = new EventSource(PATHS.events);
  source.addEventListener("hello", hello);
  source.addEventListener("status", ({ data }) => takeStatus(JSON.parse(data) as StatusEvent));
  source.addEventListener("report", ({ data }) => takeReport(JSON.parse(data) as ReportEvent));
  source.addEventListener("error", () => void broken());
  stillAlive();
};

/** Ends the stream: nobody is logged in any more. */
export const lock = (): void => {
  source?.close();
  clearTimeout(watch);
  change({ locked: true, status: null, stream: { kind: "opening" }, happenings: [] });
};

const stillAlive = (): void => {
  clearTimeout(watch);
  watch = setTimeout(() => void broken(), SILENCE_MS);
};

const hello = ({ data }: MessageEvent<string>): void => {
  const { version } = JSON.parse(data) as HelloEvent;
  const first = live.get().version === null;
  // Another version of the daemon brings another page.
  if (!first && live.get().version !== version) location.reload();
  change({ version, locked: false, stream: { kind: "open" } });
  void recall();
  void readMessages();
};

const takeStatus = ({ at, status }: StatusEvent): void => {
  stillAlive();
  note(Date.parse(at), status);
  change({ status, statusAt: performance.now(), stream: { kind: "open" }, locked: false });
};

const takeReport = ({ at, importance, text }: ReportEvent): void => {
  stillAlive();
  add([{ at: Date.parse(at), level: importance, text }]);
};

const add = (fresh: readonly Happening[]): void =>
  change({ happenings: [...live.get().happenings, ...fresh].slice(-HAPPENINGS_KEPT) });

/** What was said before we came, or while we couldn't hear it. */
const readMessages = async (): Promise<void> => {
  const answer = await ask<StatusAnswer>({ path: PATHS.status });
  if (!answer.ok) return;
  change({ happenings: answer.value.messages.map(({ at, level, text }) => ({ at: Date.parse(at), level, text })) });
};

/** The browser connects anew by itself, except where it was told no: then we ask why. */
const broken = async (): Promise<void> => {
  const { stream } = live.get();
  if (stream.kind !== "lost") change({ stream: { kind: "lost", since: Date.now() } });
  clearTimeout(watch);
  const answer = await ask<StatusAnswer>({ path: PATHS.status });
  if (!answer.ok && answer.why.status === 401) lock();
  else if (source?.readyState !== EventSource.OPEN) watch = setTimeout(follow, AGAIN_MS);
};
