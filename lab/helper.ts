import { AppError } from "../src/error.ts";
import { openDialogue } from "./dialogue.ts";

/** A shell that stays open inside a namespace, so that a command costs no more than its own process. */
export interface Shell {
  /** Runs a script and gives its output. Rejects with the output where a command fails. */
  run(script: string): Promise<string>;
}

/** nft, kept open inside a namespace: a change takes less than a millisecond, a process of its own 5 to 15. */
export interface Firewall {
  /** Runs commands as one transaction: all or none. Rejects with nft's words. */
  load(commands: readonly string[]): Promise<void>;
}

/** Opens a shell in a namespace. */
export const openShell = (namespace: string): Shell => {
  const dialogue = openDialogue(namespace, { argv: ["sh", "-c", "exec sh 2>&1"], mark: /@done (\d+)\n/ });
  return {
    run: async (script) => {
      const { output, caught } = await dialogue.ask(`( set -e\n${script}\n) </dev/null; echo "@done $?"\n`);
      if (caught !== "0") throw new AppError("lab-unavailable", `In ${namespace}: ${output.trim()}`);
      return output;
    },
  };
};

/** nft says nothing when it succeeds; listing an empty table of ours behind each transaction tells that it is through. */
const ACKNOWLEDGE = "list table inet lab_ack\n";

/** Opens nft in a namespace. */
export const openFirewall = (namespace: string): Firewall => {
  const mark = /table inet lab_ack \{\n\}\n/;
  const dialogue = openDialogue(namespace, { argv: ["sh", "-c", "exec nft -i 2>&1"], mark });
  const ready = dialogue.ask(`add table inet lab_ack\n${ACKNOWLEDGE}`);
  return {
    load: async (commands) => {
      await ready;
      const { output } = await dialogue.ask(`${commands.join("; ")}\n${ACKNOWLEDGE}`);
      if (output.trim() !== "") throw new AppError("lab-unavailable", `nft in ${namespace}: ${output.trim()}`);
    },
  };
};
