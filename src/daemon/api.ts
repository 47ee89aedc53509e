import { fileURLToPath } from "node:url";
import { openPrivateFile } from "../adapter/file/private-file.ts";
import { askOwnCommand } from "../adapter/process/own-command.ts";
import { type ApiServer, startServer } from "../api/server.ts";
import { accessPathIn, type Directories, socketPathIn, unconfirmedPathIn } from "../config/directories.ts";
import type { Status } from "../core/status.ts";
import type { Messages } from "../shell/messages.ts";
import { openConfigStore } from "./config-store.ts";
import type { Engine } from "./engine.ts";
import type { History } from "./history.ts";
import type { Notifications } from "./notifications.ts";

/** What the API shows and steers. */
export interface DaemonApiOptions {
  readonly configPath: string;
  readonly directories: Directories;
  readonly engine: Engine;
  readonly messages: Messages;
  readonly status: () => Status;
  readonly history: History;
  readonly notifyTest: Notifications["test"];
  /** Reads the config file again; why it isn't taken, or null. Must not throw. */
  readonly apply: () => string | null;
}

/** The page's built files, beside the bundle that this is part of. */
const PAGE_FOLDER = fileURLToPath(new URL("./web", import.meta.url));

/** Offers the API of this daemon. Throws AppError: daemon-running, system-call-failed. */
export const openApi = (options: DaemonApiOptions): Promise<ApiServer> => {
  const { configPath, directories, engine, messages, status, history, notifyTest, apply } = options;
  const complain = (problem: string): void => messages.add("error", problem);
  const unconfirmedPath = unconfirmedPathIn(directories);
  return startServer({
    socketPath: socketPathIn(directories),
    pageFolder: PAGE_FOLDER,
    accessStore: openPrivateFile(accessPathIn(directories)),
    configStore: openConfigStore({ configPath, unconfirmedPath, apply, complain }),
    status,
    history,
    messages: messages.recent,
    order: engine.order,
    notifyTest,
    machine: {
      examine: oneAtATime(() => askOwnCommand(["doctor", "--config", configPath, "--json"])),
      scriptCalls: engine.scriptCalls,
    },
    complain,
  });
};

/** Whoever asks while an answer is on its way gets that one. */
const oneAtATime = <T>(ask: () => Promise<T>): (() => Promise<T>) => {
  let running: Promise<T> | null = null;
  return () => {
    running ??= ask().finally(() => {
      running = null;
    });
    return running;
  };
};
