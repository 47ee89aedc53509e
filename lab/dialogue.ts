import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { AppError } from "../src/error.ts";
import { hold } from "./hold.ts";

/** A helper process that answers each text written to it with some output and a mark at its end. */
export interface Dialogue {
  /** Writes and waits for the mark: the output before it, and what the mark's expression caught. */
  ask(text: string): Promise<{ readonly output: string; readonly caught: string }>;
}

interface Waiting {
  readonly resolve: (answer: { output: string; caught: string }) => void;
  readonly reject: (error: Error) => void;
}

const detach = (child: ChildProcessWithoutNullStreams): void => {
  child.unref();
  for (const stream of [child.stdin, child.stdout, child.stderr]) hold(stream, false);
};

/** Answers come in the order of the questions, each ended by the mark, whose first group is `caught`. */
const answering = (child: ChildProcessWithoutNullStreams, mark: RegExp): Waiting[] => {
  const waiting: Waiting[] = [];
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => {
    text += chunk.toString();
    for (let found = mark.exec(text); found !== null; found = mark.exec(text)) {
      waiting.shift()?.resolve({ output: text.slice(0, found.index), caught: found[1] ?? "" });
      text = text.slice(found.index + found[0].length);
    }
    if (waiting.length === 0) hold(child.stdout, false);
  });
  const fail = (): void => {
    for (const { reject } of waiting.splice(0)) reject(new AppError("lab-unavailable", `A helper ended: ${text}`));
  };
  child.on("error", fail).on("close", fail);
  child.stdin.on("error", () => {});
  return waiting;
};

/** Starts a helper inside a namespace. It must write its errors to its standard output, for the order to hold. */
export const openDialogue = (namespace: string, helper: { argv: readonly string[]; mark: RegExp }): Dialogue => {
  const environment = { ...process.env, HOME: "/nonexistent" };
  const child = spawn("ip", ["netns", "exec", namespace, ...helper.argv], { env: environment });
  const waiting = answering(child, helper.mark);
  detach(child);
  return {
    ask: (text) =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        hold(child.stdout, true);
        child.stdin.write(text, (error) => {
          if (error) reject(new AppError("lab-unavailable", "The helper is gone: the lab is closed."));
        });
      }),
  };
};
