import type { Command } from "./command.ts";
import type { State } from "./state.ts";

/** What one part of a review led to. */
export interface ReviewPart {
  readonly state: State;
  readonly commands: readonly Command[];
  /** When to look again; Infinity if never. */
  readonly reviewAt: number;
}
