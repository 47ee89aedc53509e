import { type Directories, historyPathIn } from "../config/directories.ts";
import type { HistorySettings } from "../config/resolve.ts";
import { AppError } from "../error.ts";
import type { History, HistoryOptions } from "./history.ts";

/** The history that the config asks for. Its code is loaded only where it asks for one. */
export const historyOf = async (
  { file, keepMs }: HistorySettings,
  { directories, ...told }: Pick<HistoryOptions, "messages" | "onCounted"> & { readonly directories: Directories },
): Promise<History> => {
  if (file === null) return NO_HISTORY;
  const { openHistory } = await import("./history.ts");
  return openHistory({ path: file ?? historyPathIn(directories), keepMs, ...told });
};

const refuse = (): Promise<never> =>
  Promise.reject(new AppError("history-unavailable", "no history is kept: `history.file` in the config is `none`"));

const NO_HISTORY: History = {
  observe: () => {},
  ask: refuse,
  report: refuse,
  thisMonth: () => [],
  problem: () => null,
  close: () => Promise.resolve(),
};
