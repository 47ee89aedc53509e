import { CodecError } from "../../codec/codec-error.ts";

/** Stand for the numbers that JSON lacks. Nothing else in our data has these texts. */
const ENDLESS = "∞";
const BEGINLESS = "-∞";

/** Plain data as JSON that keeps infinite numbers. Never throws for plain data. */
export const toText = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) => {
    if (part === Number.POSITIVE_INFINITY) return ENDLESS;
    return part === Number.NEGATIVE_INFINITY ? BEGINLESS : part;
  });

/** What `toText` was given. Throws CodecError where the text isn't JSON. */
export const fromText = (text: string): unknown => {
  try {
    return JSON.parse(text, (_key, part: unknown) => {
      if (part === ENDLESS) return Number.POSITIVE_INFINITY;
      return part === BEGINLESS ? Number.NEGATIVE_INFINITY : part;
    });
  } catch (cause) {
    throw new CodecError(`A journal's text isn't JSON: ${cause instanceof Error ? cause.message : String(cause)}.`);
  }
};
