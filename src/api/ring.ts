/** The newest events, each with an id by which a client says what it has seen. */
export interface Ring {
  /** Takes an event in; its bytes are made for its id. */
  add(encode: (id: string) => Buffer): void;
  /** The number of the newest event, 0 if there was none. */
  newest(): number;
  idOf(number: number): string;
  /** What came after an event's number, oldest first; null: not all of it is known any more. */
  since(number: number): readonly Buffer[] | null;
  /** The same for an id, which may be any text. */
  after(id: string): readonly Buffer[] | null;
}

/** How many events a client may have missed and still get. */
const KEPT = 256;

/** An empty ring. `startedAt` (ISO 8601) tells its numbers from those of an earlier daemon. */
export const openRing = (startedAt: string): Ring => {
  const run = Date.parse(startedAt).toString(36);
  const kept: Buffer[] = [];
  let newest = 0;
  const idOf = (number: number): string => `${run}-${number}`;
  const since = (number: number): readonly Buffer[] | null => {
    const count = newest - number;
    return count >= 0 && count <= kept.length ? kept.slice(kept.length - count) : null;
  };
  return {
    add: (encode) => {
      newest += 1;
      kept.push(encode(idOf(newest)));
      if (kept.length > KEPT) kept.shift();
    },
    newest: () => newest,
    idOf,
    since,
    after: (id) => {
      const [itsRun, number = ""] = id.split("-");
      return itsRun === run && /^\d{1,15}$/.test(number) ? since(Number(number)) : null;
    },
  };
};
