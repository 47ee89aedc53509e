import { readlinkSync } from "node:fs";
import { join } from "node:path";
import { listNames, readText } from "./files.ts";

/** The namespace as the kernel names it; "hidden" where we may not look, "none" where the process has ended. */
const namespaceOf = (process: string): string => {
  try {
    return readlinkSync(`/proc/${process}/ns/net`);
  } catch (error) {
    return ["EACCES", "EPERM"].includes(String((error as NodeJS.ErrnoException).code)) ? "hidden" : "none";
  }
};

/** An ordinary user sees the namespaces of his own processes only: what is hidden is taken to be in ours. */
const isHere = (process: string, here: string): boolean => ["hidden", here].includes(namespaceOf(process));

/** The names of the programs that run in our network namespace, each once. Never throws. */
export const readPrograms = (): readonly string[] => {
  const here = namespaceOf("self");
  const processes = listNames("/proc").filter((name) => /^\d+$/.test(name) && isHere(name, here));
  const names = processes.map((process) => readText(join("/proc", process, "comm"))?.trimEnd() ?? "");
  return [...new Set(names.filter((name) => name !== ""))];
};

/** In rising order of precedence (systemd.unit(5), networkd.conf(5)). */
const NETWORKD_FOLDERS = ["/usr/lib/systemd", "/usr/local/lib/systemd", "/run/systemd", "/etc/systemd"];

/** Of files with one name, the one in the folder of the highest precedence counts; among names, the last. */
const dropIns = (root: string): readonly string[] => {
  const paths = new Map<string, string>();
  for (const folder of NETWORKD_FOLDERS.map((one) => join(root, one, "networkd.conf.d"))) {
    for (const name of listNames(folder).filter((one) => one.endsWith(".conf"))) paths.set(name, join(folder, name));
  }
  return [...paths].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
};

/** The settings of systemd-networkd in the order in which it reads them; `root` is where the file system begins. Never throws. */
export const readNetworkdSettings = (root: string): readonly string[] => {
  const main = [...NETWORKD_FOLDERS].reverse().map((folder) => readText(join(root, folder, "networkd.conf")));
  const first = main.find((text) => text !== null);
  return [first ?? "", ...dropIns(root).map((path) => readText(path) ?? "")];
};
