import { existsSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import type { DaemonFacts } from "../../core/doctor/facts.ts";

/** A daemon that is alive takes a connection within this time (ms). */
const CONNECT_MS_MAX = 1000;

const answers = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ path });
    const end = (answer: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => end(false), CONNECT_MS_MAX);
    socket.once("connect", () => end(true));
    socket.once("error", (error: NodeJS.ErrnoException) => end(error.code === "EACCES"));
  });

/** Whether a daemon has its files in this directory, and answers. Never rejects. */
export const readDaemon = async (runtime: string): Promise<DaemonFacts> => ({
  running: await answers(join(runtime, "api.sock")),
  ranBefore: existsSync(join(runtime, "state.json")),
});
