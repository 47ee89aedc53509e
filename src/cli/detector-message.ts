import { PRESETS, type PresetName } from "../core/detector/presets.ts";
import { AppError } from "../error.ts";

/** Begins anew with a detector of this preset. */
export interface Init {
  readonly kind: "init";
  /** Seconds of virtual time, here and below. */
  readonly t: number;
  /** Targets that are asked while all is well, 1 to 16, and those that only confirm, 0 to 16. */
  readonly primaries: number;
  readonly reserves: number;
  readonly preset: PresetName;
  readonly seed: number;
  /** Whether the uplink carries user traffic from the start, or stands by until `passive` tells of some. */
  readonly carrying: boolean;
}

/** What happens to a detector that was begun. */
export type Told =
  | { readonly kind: "tick"; readonly t: number }
  | { readonly kind: "reply"; readonly t: number; readonly seq: number }
  | { readonly kind: "passive"; readonly t: number; readonly tx: number; readonly rx: number }
  | { readonly kind: "carrier"; readonly t: number; readonly up: boolean };

export type Message = Init | Told | { readonly kind: "quit" };

const TARGETS_MAX = 16;

type Fields = Readonly<Record<string, unknown>>;

/** One line of the protocol. Throws AppError where it is none, in a sentence that says what would be right. */
export const parseMessage = (line: string): Message => {
  const fields = parseObject(line);
  switch (fields.ev) {
    case "quit":
      return { kind: "quit" };
    case "init":
      return parseInit(fields);
    case "tick":
      return { kind: "tick", t: number(fields, "t") };
    case "reply":
      return { kind: "reply", t: number(fields, "t"), seq: number(fields, "seq") };
    case "passive":
      return { kind: "passive", t: number(fields, "t"), tx: number(fields, "tx"), rx: number(fields, "rx") };
    case "carrier":
      return { kind: "carrier", t: number(fields, "t"), up: boolean(fields, "up") };
    default:
      return refuse("ev must be init, tick, reply, passive, carrier or quit");
  }
};

/** Without `carrying`: a metered uplink carries, since a metered standby is asked too seldom to be scored. */
const parseInit = (fields: Fields): Init => {
  const preset = presetOf(fields.preset);
  return {
    kind: "init",
    t: number(fields, "t"),
    primaries: whole(fields, "primaries", { from: 1, to: TARGETS_MAX }),
    reserves: whole(fields, "reserves", { from: 0, to: TARGETS_MAX }),
    preset,
    seed: whole(fields, "seed", { from: -(2 ** 53), to: 2 ** 53 }),
    carrying: fields.carrying === undefined ? preset === "metered" : boolean(fields, "carrying"),
  };
};

const parseObject = (line: string): Fields => {
  try {
    const parsed: unknown = JSON.parse(line);
    if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) return { ...parsed };
  } catch {
    return refuse("the line is not JSON");
  }
  return refuse("the line must hold one JSON object");
};

const presetOf = (value: unknown): PresetName => {
  const names = Object.keys(PRESETS) as PresetName[];
  return (
    names.find((name) => name === value) ?? refuse(`preset must be ${names.slice(0, -1).join(", ")} or ${names.at(-1)}`)
  );
};

const number = (fields: Fields, name: string): number => {
  const value = fields[name];
  return typeof value === "number" && value >= 0 && Number.isFinite(value)
    ? value
    : refuse(`${name} must be a number of 0 or more`);
};

const whole = (fields: Fields, name: string, { from, to }: { from: number; to: number }): number => {
  const value = fields[name];
  return typeof value === "number" && Number.isInteger(value) && value >= from && value <= to
    ? value
    : refuse(`${name} must be a whole number from ${from} to ${to}`);
};

const boolean = (fields: Fields, name: string): boolean => {
  const value = fields[name];
  return typeof value === "boolean" ? value : refuse(`${name} must be true or false`);
};

const refuse = (detail: string): never => {
  throw new AppError("malformed-message", detail);
};
