import { spawn, spawnSync } from "node:child_process";

/** Gives the terminal back where this process can't do it itself any more. */
export interface Guard {
  /** It isn't needed: the terminal is as it was. */
  release(): void;
}

/** Its standard output is the terminal, its standard input ends with its parent. */
const SCRIPT = `
trap '' INT TERM HUP
read -r word
[ "$word" = done ] && exit
stty "$1" <&1
printf '\\033[?7h\\033[?25h\\033[?1049l\\r\\nThe demo was killed; its lab is being removed.\\r\\n'
`;

/** Waits until this process ends; after a SIGKILL, brings the terminal's modes and its usual screen back. */
export const guardTerminal = (): Guard => {
  const modes = spawnSync("stty", ["-g"], { stdio: ["inherit", "pipe", "ignore"], encoding: "utf8" }).stdout?.trim();
  const child = spawn("sh", ["-c", SCRIPT, "demo-guard", modes || "sane"], {
    stdio: ["pipe", "inherit", "ignore"],
    detached: true,
  });
  child.unref();
  child.on("error", () => {});
  child.stdin.on("error", () => {});
  return { release: () => void child.stdin.end("done\n") };
};
