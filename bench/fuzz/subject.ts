/** A reader of bytes that come from outside. */
export interface Subject {
  readonly name: string;
  /** It takes a millisecond rather than some microseconds: a short run gives it fewer inputs. */
  readonly slow?: true;
  /** Inputs as they are in real life, to be spoilt. */
  readonly corpus: readonly Uint8Array[];
  /** Reads an input; throws what `isRefusal` knows where it isn't well-formed, and nothing else. */
  readonly read: (input: Uint8Array) => unknown;
  /** Whether this is how the reader refuses an input. */
  readonly isRefusal: (error: unknown) => boolean;
}
