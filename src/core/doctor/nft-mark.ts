import type { MarkUse } from "./filter.ts";
import { member } from "./json.ts";

const ALL_BITS = 0xffffffff;

/** Which mark an nft expression is, null for none. Never throws. */
export const markOf = (expression: unknown): MarkUse["of"] | null => {
  if (member(member(expression, "meta"), "key") === "mark") return "packet";
  return member(member(expression, "ct"), "key") === "mark" ? "connection" : null;
};

/** Which bits of a mark a `mangle` statement sets or clears. Never throws. */
export const bitsSet = (mangle: unknown): readonly MarkUse[] => {
  const of = markOf(member(mangle, "key"));
  const bits = of === null ? 0 : changed(member(mangle, "value"), of);
  return of === null || bits === 0 ? [] : [{ of, does: "sets", bits }];
};

const OPERATORS = ["&", "|", "^"] as const;

/** The bits in which the value of an expression may differ from the mark that it replaces. */
const changed = (expression: unknown, of: MarkUse["of"]): number => {
  const source = markOf(expression);
  if (source === of) return 0;
  if (source === "connection") return 0;
  for (const operator of OPERATORS) {
    const operands = member(expression, operator);
    if (Array.isArray(operands)) return combined(operator, operands, of);
  }
  return ALL_BITS;
};

const combined = (operator: (typeof OPERATORS)[number], operands: readonly unknown[], of: MarkUse["of"]): number => {
  const [first, ...rest] = operands;
  return rest.reduce<number>(
    (bits, operand) => {
      if (typeof operand !== "number") return ALL_BITS;
      return (bits | (operator === "&" ? ~operand : operand)) >>> 0;
    },
    changed(first, of),
  );
};

/** Which bits of a mark a `match` statement asks for. Never throws. */
export const bitsCompared = (match: unknown): readonly MarkUse[] => {
  const left = member(match, "left");
  const whole = markOf(left);
  if (whole !== null) return [{ of: whole, does: "compares", bits: ALL_BITS }];
  const operands = member(left, "&");
  const [masked, mask]: readonly unknown[] = Array.isArray(operands) ? operands : [];
  const of = markOf(masked);
  return of === null || typeof mask !== "number" ? [] : [{ of, does: "compares", bits: mask >>> 0 }];
};
