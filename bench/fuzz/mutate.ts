import type { Chance } from "../../lab/chance.ts";

/** An input is never longer: what the adapters read at once is bounded likewise. */
const LENGTH_MAX = 8192;

/** Numbers at which lengths, counts and offsets go wrong. */
const EDGES = [0, 1, 2, 3, 4, 15, 16, 0x3f, 0x7f, 0x80, 0xc0, 0xfe, 0xff] as const;

/** One way to spoil bytes; what is given may be overwritten. */
type Mutation = (bytes: Uint8Array, chance: Chance, corpus: readonly Uint8Array[]) => Uint8Array;

const place = (bytes: Uint8Array, chance: Chance): number => chance.below(Math.max(1, bytes.length));

const joined = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

const MUTATIONS: readonly Mutation[] = [
  // A bit, a byte, an edge, a number of 16 or 32 bits.
  (bytes, chance) => overwritten(bytes, place(bytes, chance), (old) => old ^ (1 << chance.below(8))),
  (bytes, chance) => overwritten(bytes, place(bytes, chance), () => chance.below(256)),
  (bytes, chance) => overwritten(bytes, place(bytes, chance), () => chance.pick(EDGES)),
  (bytes, chance) => {
    const at = place(bytes, chance);
    const value = chance.pick(EDGES);
    for (let offset = 0; offset < chance.pick([2, 4]); offset += 1) overwritten(bytes, at + offset, () => value);
    return bytes;
  },
  // Cut off, lengthened, a piece taken out, doubled, or put in from elsewhere.
  (bytes, chance) => bytes.subarray(0, place(bytes, chance)),
  (bytes, chance) => joined(bytes, new Uint8Array(chance.below(64)).fill(chance.below(256))),
  (bytes, chance) => {
    const [from, to] = piece(bytes, chance);
    return joined(bytes.subarray(0, from), bytes.subarray(to));
  },
  (bytes, chance) => {
    const [from, to] = piece(bytes, chance);
    return joined(bytes.subarray(0, to), bytes.subarray(from));
  },
  (bytes, chance, corpus) => {
    const other = chance.pick(corpus);
    const [from, to] = piece(other, chance);
    const at = place(bytes, chance);
    return joined(bytes.subarray(0, at), other.subarray(from, to), bytes.subarray(at));
  },
];

const overwritten = (bytes: Uint8Array, at: number, change: (old: number) => number): Uint8Array => {
  if (at < bytes.length) bytes[at] = change(bytes[at] ?? 0);
  return bytes;
};

const piece = (bytes: Uint8Array, chance: Chance): readonly [number, number] => {
  const from = place(bytes, chance);
  return [from, Math.min(bytes.length, from + chance.below(64))];
};

/** Makes an input out of one of the corpus. Pure but for `chance`. */
export type Spoiler = (corpus: readonly Uint8Array[], chance: Chance) => Uint8Array;

/** Something that looks much like one of the corpus, and isn't. */
export const mutated: Spoiler = (corpus, chance) => {
  let bytes = Uint8Array.from(chance.pick(corpus));
  for (let left = 1 + chance.below(4); left > 0; left -= 1)
    bytes = Uint8Array.from(chance.pick(MUTATIONS)(bytes, chance, corpus));
  return bytes.subarray(0, LENGTH_MAX);
};

/** About what a config or a dump may come to. */
const STRETCHED_LENGTH = 64 * 1024;

/** The same with a piece of it over and over: time that grows with the square of the length shows. */
export const stretched: Spoiler = (corpus, chance) => {
  const bytes = mutated(corpus, chance);
  const [from, to] = piece(bytes, chance);
  if (from === to) return bytes;
  return joined(
    bytes.subarray(0, from),
    Buffer.alloc(STRETCHED_LENGTH, bytes.subarray(from, to)),
    bytes.subarray(from),
  );
};
