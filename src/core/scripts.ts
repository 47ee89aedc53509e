import type { RunScript } from "./command.ts";
import type { ScriptEnded, ScriptName } from "./event.ts";
import type { Family } from "./family.ts";
import { byPreference, leadOf, mainFamily } from "./policy/lead.ts";
import type { Report } from "./report.ts";
import { reportText } from "./report-text.ts";
import type { ReviewPart } from "./review-part.ts";
import type { Gate, ScriptsState, State, UplinkState } from "./state.ts";

/** A refused failback is asked for again after so long (ms): AstLinux's interval. */
const ASK_AGAIN_MS = 10_000;

/** A permission that isn't used within this time (ms) has to be asked for anew. */
const PERMISSION_MS = 5000;

const NEVER = Number.POSITIVE_INFINITY;

/** No script was run yet; `told`: of which uplink an earlier run has told. */
export const startScripts = (told: string | null): ScriptsState => ({
  told,
  changing: false,
  problem: null,
  gate: { asking: false, allowedUntil: 0, askAgainAt: 0, refusal: null },
});

/** What keeps a failback that nothing else stands against; null: nothing. Never throws. */
export const whyClosed = ({ scripts, scriptSettings }: State, now: number): string | null => {
  const { gate } = scripts;
  if (scriptSettings.allowFailback === null || now < gate.allowedUntil) return null;
  return gate.refusal ?? `${scriptSettings.allowFailback} is asked`;
};

/**
 * Tells `change` who carries the traffic, and asks `allowFailback` where a failback waits for nothing else. Each runs
 * once at a time: what happens meanwhile is told afterwards, and of several changes only the latest. Pure; never throws.
 */
export const runScripts = (state: State, { asksGate, now }: { asksGate: boolean; now: number }): ReviewPart => {
  const told = tellChange(state);
  const asked = asksGate ? askGate(told.state, now) : { state: told.state, commands: [], reviewAt: NEVER };
  return { state: asked.state, commands: [...told.commands, ...asked.commands], reviewAt: asked.reviewAt };
};

/** How each script would be called if it had to be now; none before the first choice of an uplink. Pure; never throws. */
export const scriptCalls = (state: State): readonly RunScript[] => {
  const lead = leadOf(state);
  if (lead === null) return [];
  const { change, allowFailback } = state.scriptSettings;
  const word = lead === byPreference(state.uplinks)[0] ? "PRIMARY" : "SECONDARY";
  return [
    ...(change === null ? [] : [call(state, { script: "change", path: change, word, lead })]),
    ...(allowFailback === null
      ? []
      : [call(state, { script: "allowFailback", path: allowFailback, word: "SECONDARY_EXIT", lead })]),
  ];
};

const tellChange = (state: State): Omit<ReviewPart, "reviewAt"> => {
  const lead = leadOf(state);
  const { told, changing } = state.scripts;
  if (lead === null || changing || lead.settings.name === told) return { state, commands: [] };
  const path = state.scriptSettings.change;
  const isPrimary = lead === byPreference(state.uplinks)[0];
  const silent = path === null || (told === null && isPrimary);
  return {
    state: { ...state, scripts: { ...state.scripts, told: lead.settings.name, changing: !silent } },
    commands: silent ? [] : [call(state, { script: "change", path, word: isPrimary ? "PRIMARY" : "SECONDARY", lead })],
  };
};

const askGate = (state: State, now: number): ReviewPart => {
  const { gate } = state.scripts;
  const path = state.scriptSettings.allowFailback;
  const lead = leadOf(state);
  if (path === null || lead === null || gate.asking) return { state, commands: [], reviewAt: NEVER };
  const askAt = Math.max(gate.askAgainAt, gate.allowedUntil);
  if (now < askAt) return { state, commands: [], reviewAt: askAt };
  const question = call(state, { script: "allowFailback", path, word: "SECONDARY_EXIT", lead });
  return { state: withGate(state, { ...gate, asking: true }), commands: [question], reviewAt: NEVER };
};

interface Call {
  readonly script: ScriptName;
  readonly path: string;
  /** The first argument. */
  readonly word: "PRIMARY" | "SECONDARY" | "SECONDARY_EXIT";
  /** Who carries the traffic now. */
  readonly lead: UplinkState;
}

const call = (state: State, { script, path, word, lead }: Call): RunScript => {
  const family = mainFamily(state);
  const { how, since, reason } = state.families[family];
  const isQuestion = script === "allowFailback";
  const to = isQuestion ? byPreference(state.uplinks)[0] : lead;
  return {
    kind: "run-script",
    script,
    path,
    arguments: contract(state, word, lead),
    variables: {
      WAN_FAILOVER_EVENT: isQuestion ? "failback" : (how ?? "chosen"),
      WAN_FAILOVER_FROM: state.scripts.told ?? "",
      WAN_FAILOVER_TO: to?.settings.name ?? "",
      WAN_FAILOVER_FAMILY: family,
      WAN_FAILOVER_REASON: reason,
    },
    since,
    timeoutMs: state.scriptSettings.timeoutMs,
  };
};

const withGate = (state: State, gate: Gate): State => ({ ...state, scripts: { ...state.scripts, gate } });

/** AstLinux's six arguments; what is unknown is empty. */
const contract = (state: State, word: string, lead: UplinkState): readonly string[] => {
  const [primary, next] = byPreference(state.uplinks);
  const left = state.uplinks.find(({ settings }) => settings.name === state.scripts.told);
  const secondary = lead !== primary ? lead : left === undefined || left === primary ? next : left;
  return [
    word,
    primary?.device?.name ?? "",
    gatewayOf(primary, "ipv4"),
    secondary?.device?.name ?? "",
    gatewayOf(secondary, "ipv4"),
    gatewayOf(secondary, "ipv6"),
  ];
};

const gatewayOf = (uplink: UplinkState | undefined, family: Family): string => {
  const path = uplink?.families[family]?.path;
  const known = path?.usable ? path.gateway : uplink?.settings.families[family].gateway;
  return known ?? "";
};

/** What became of a script. Pure; never throws. */
export const noteScript = (
  state: State,
  { script, outcome }: ScriptEnded,
  now: number,
): { state: State; reports: readonly Report[] } => {
  const path = state.scriptSettings[script] ?? script;
  const problem = problemOf(outcome);
  const isAnswer = script === "allowFailback" && outcome.kind === "exited";
  const failure: Report | null = problem === null ? null : { kind: "script-failed", path, problem };
  const after =
    script === "change"
      ? changed(state, failure === null ? null : reportText(failure).text)
      : withGate(state, problem === null ? allowed(now) : refused(`${path} keeps traffic here (${problem})`, now));
  return { state: after, reports: failure === null || isAnswer ? [] : [failure] };
};

const changed = (state: State, problem: string | null): State => ({
  ...state,
  scripts: { ...state.scripts, changing: false, problem },
});

const allowed = (now: number): Gate => ({
  asking: false,
  allowedUntil: now + PERMISSION_MS,
  askAgainAt: 0,
  refusal: null,
});

const refused = (refusal: string, now: number): Gate => ({
  asking: false,
  allowedUntil: 0,
  askAgainAt: now + ASK_AGAIN_MS,
  refusal,
});

const problemOf = (outcome: ScriptEnded["outcome"]): string | null => {
  switch (outcome.kind) {
    case "absent":
      return null;
    case "exited":
      return outcome.code === 0 ? null : `exit code ${outcome.code}`;
    case "failed":
      return outcome.problem;
  }
};
