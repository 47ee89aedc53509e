// Hands the terminal to a child: its streams are ours, and so are its signals and its exit code.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { ROOT } from "./prepare.mjs";

const PASSED_ON = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"];

const inTerminal = () => process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;

/** Ends this process as the child ended. A Ctrl-C reaches the child from the terminal itself, so it isn't sent twice. */
export const become = (command, args) => {
  const child = spawn(command, args, { cwd: ROOT, stdio: "inherit" });
  for (const signal of PASSED_ON) {
    process.on(signal, () => {
      if (!(signal === "SIGINT" && inTerminal())) child.kill(signal);
    });
  }
  child.on("error", (error) => {
    console.error(`${command}: ${error.message}`);
    process.exit(1);
  });
  child.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
};
