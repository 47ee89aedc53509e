import { type Frame, packFrame, packFrameAside } from "./frame.ts";
import type { JournalStore } from "./journal.ts";

/** Where octets are kept. */
export interface OctetStore {
  /** Appends, after beginning another segment where this one is full and that is `allowed`. The problem in one sentence, or null. Never rejects. */
  append(octets: Uint8Array, another: "allowed" | "not-yet"): Promise<string | null>;
  /** Appends to the segment at once. Never throws. */
  appendNow(octets: Uint8Array): string | null;
  /** Whether the segment, as far as is known, has reached its size. Never throws. */
  isFull(): boolean;
}

/** A journal's store: neither compressing nor writing holds up the loop. */
export const openPackedStore = (octets: OctetStore): JournalStore => ({
  append: (frames, done) => {
    const another = frames[0]?.kind === "start" ? "allowed" : "not-yet";
    void packAside(frames)
      .then((packed) => octets.append(packed, another))
      .then(done);
  },
  appendNow: (frames) => octets.appendNow(Buffer.concat(frames.map(packFrame))),
  isFull: octets.isFull,
});

const packAside = async (frames: readonly Frame[]): Promise<Uint8Array> =>
  Buffer.concat(await Promise.all(frames.map(packFrameAside)));
