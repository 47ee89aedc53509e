import type { Command } from "../../core/command.ts";

/** The fingerprint before the first command: FNV-1a's offset basis (RFC 9923 § 2.2, 32 bits). */
export const NO_COMMANDS = 0x811c9dc5;

const FNV_PRIME = 0x01000193;

/** The fingerprint of all commands so far and these, 32 bits. It tells apart by accident, not against malice. Never throws. */
export const fingerprint = (before: number, commands: readonly Command[]): number =>
  commands.length === 0 ? before : mix(before, JSON.stringify(commands));

const mix = (before: number, text: string): number => {
  let hash = before;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), FNV_PRIME);
  return hash >>> 0;
};
