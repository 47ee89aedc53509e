import { useEffect, useState } from "preact/hooks";
import { live } from "../server/live.ts";
import { openStore, useStore } from "../server/store.ts";
import type { Issue } from "./draft.ts";
import type { Schema } from "./schema.ts";
import { issuesIn, readConfig, readSchema, tryConfig } from "./server.ts";

/** The config that is being written, and what the daemon says of it. */
export interface Writing {
  readonly schema: Schema;
  /** As it is in effect. */
  readonly saved: string;
  /** Of what is in effect. */
  readonly tag: string;
  /** Until when a change waits to be confirmed, by `performance.now()`; null: none waits. */
  readonly trialUntil: number | null;
  readonly text: string;
  readonly check: Check;
  readonly change: (text: string) => void;
  /** Reads it anew from the daemon and drops what was written. */
  readonly reload: () => Promise<void>;
}

export type Check =
  | { readonly kind: "checking" | "good" }
  | { readonly kind: "bad"; readonly detail: string; readonly issues: readonly Issue[] };

type Loaded = Omit<Writing, "check" | "change" | "reload">;
type Kept = Loaded | { readonly problem: string } | null;

/** What is being written outlasts a look at another view, but not the session. */
const kept = openStore<Kept>(null);

live.watch(({ locked }) => {
  if (locked) kept.set(null);
});

const reload = async (): Promise<void> => kept.set(await load());

const isWritten = (one: Kept): boolean => one !== null && "text" in one && one.text !== one.saved;

/** The config from the daemon; null while it comes; the reason where it doesn't. */
export const useConfig = (): Writing | { readonly problem: string } | null => {
  const loaded = useStore(kept);
  useEffect(() => {
    if (!isWritten(kept.get())) void reload();
  }, []);
  const text = loaded !== null && "text" in loaded ? loaded : null;
  const check = useCheck(text);
  if (loaded === null || "problem" in loaded) return loaded;
  return { ...loaded, check, change: (next) => kept.set({ ...loaded, text: next }), reload };
};

const load = async (): Promise<Loaded | { readonly problem: string }> => {
  const [config, schema] = await Promise.all([readConfig(), readSchema()]);
  if (!config.ok) return { problem: config.why.detail };
  if (!schema.ok) return { problem: schema.why.detail };
  const { yaml, confirmLeftMs, file } = config.value;
  if (yaml === null) return { problem: `${file} is no YAML at this moment. Mend it on the router first.` };
  const trialUntil = confirmLeftMs === null ? null : performance.now() + confirmLeftMs;
  return { schema: schema.value, saved: yaml, text: yaml, tag: config.tag, trialUntil };
};

/** One has stopped typing. */
const PAUSE_MS = 350;

/** What the daemon says of a text, a moment after it was changed last. */
const useCheck = (wish: { readonly text: string; readonly tag: string } | null): Check => {
  const [checked, setChecked] = useState<{ readonly text: string; readonly check: Check } | null>(null);
  const { text = null, tag = "" } = wish ?? {};
  useEffect(() => {
    if (text === null) return;
    const begin = async (): Promise<void> => setChecked({ text, check: await ruling(text, tag) });
    const timer = setTimeout(() => void begin(), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, tag]);
  if (checked === null) return { kind: "checking" };
  // What was wrong a moment ago stays on the screen until there is something better to say.
  return checked.text === text || checked.check.kind === "bad" ? checked.check : { kind: "checking" };
};

const ruling = async (text: string, tag: string): Promise<Check> => {
  const answer = await tryConfig({ text, tag });
  return answer.ok ? { kind: "good" } : { kind: "bad", detail: answer.why.detail, issues: issuesIn(answer.why) };
};
