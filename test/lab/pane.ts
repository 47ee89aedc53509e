import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { now, pause } from "../../lab/clock.ts";

/** A terminal of its own, with a shell in it. */
export interface Pane {
  type(...keys: readonly string[]): void;
  /** What is on the screen. */
  text(): string;
  /** Waits until the screen shows all of this. Rejects with the screen. */
  shows(what: readonly RegExp[], withinMs: number): Promise<void>;
  /** The shell's process. */
  readonly shell: number;
}

/** A tmux server of its own, so that nobody else's is touched. */
export const openPane = (
  { columns, rows }: { readonly columns: number; readonly rows: number },
  keep: (close: () => void) => void,
): Pane => {
  const server = `wf${randomBytes(3).toString("hex")}`;
  const tmux = (...argv: readonly string[]): string => execFileSync("tmux", ["-L", server, ...argv]).toString();
  tmux("-f", "/dev/null", "new-session", "-d", "-x", `${columns}`, "-y", `${rows}`, "PS1='ready> ' sh");
  keep(() => void tmux("kill-server"));
  const text = (): string => tmux("capture-pane", "-p");
  const shows = async (what: readonly RegExp[], withinMs: number): Promise<void> => {
    const deadline = now() + withinMs;
    while (!what.every((one) => one.test(text()))) {
      if (now() > deadline) throw new Error(`The screen doesn't show ${what.join(" and ")}:\n${text()}`);
      await pause(100);
    }
  };
  return {
    type: (...keys) => void tmux("send-keys", ...keys),
    text,
    shows,
    shell: Number(tmux("display-message", "-p", "#{pane_pid}")),
  };
};
