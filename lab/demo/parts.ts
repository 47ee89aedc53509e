import { readFile } from "node:fs/promises";
import type { Status } from "../../src/core/status.ts";
import { AppError } from "../../src/error.ts";
import { now } from "../clock.ts";
import type { Daemon } from "../daemon.ts";
import type { Lab } from "../lab.ts";
import type { Meter } from "../measure.ts";
import { type FlowBook, openFlowBook } from "./flows.ts";
import type { DemoUplink } from "./model.ts";
import type { DemoOptions } from "./options.ts";
import { configOf, INTERVAL_MS, shortened, TIMEOUT_MS, WIRES } from "./setup.ts";

/** What a session is made of. */
export interface Parts {
  readonly lab: Lab;
  readonly daemon: Daemon;
  readonly meter: Meter;
  readonly book: FlowBook;
  readonly setting: string;
}

const readConfig = async (path: string): Promise<string> => {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new AppError("config-unreadable", `${path} can't be read (${code}).`, { cause });
  }
};

/** The daemon's own words, about the file that the user knows. */
const inTheirWords = (error: unknown, configFile: string): unknown => {
  if (!(error instanceof AppError) || error.code !== "no-daemon") return error;
  const text = error.detail.replace(/^The daemon ended: /, "").replace(/\S*\/etc\/config\.yaml/g, configFile);
  return new AppError("config-invalid", text.trim(), { cause: error });
};

/** The config's text or object. Rejects where its file can't be read. */
export const configFrom = ({ preset, configFile }: DemoOptions): Promise<string | object> =>
  configFile === null ? Promise.resolve(configOf(preset ?? "balanced")) : readConfig(configFile);

const startDaemon = (lab: Lab, { config, configFile }: DemoOptions & { config: string | object }): Promise<Daemon> =>
  lab.startDaemon({ config }).catch((error: unknown) => {
    throw configFile === null ? error : inTheirWords(error, configFile);
  });

/** Brings the lines' delays to what is usual. */
export const setWires = async (lab: Lab): Promise<void> => {
  await Promise.all(lab.plan.uplinks.map(({ name, index }) => lab.setWire(name, WIRES[index] ?? {})));
};

/** Starts what runs in a lab. Rejects with AppError. */
export const openParts = async (lab: Lab, options: DemoOptions & { config: string | object }): Promise<Parts> => {
  const book = openFlowBook(lab.plan, now());
  const measure = { intervalMs: INTERVAL_MS, timeoutMs: TIMEOUT_MS, listen: book.enter };
  const [daemon, meter] = await Promise.all([startDaemon(lab, options), lab.measure(measure), setWires(lab)]);
  const setting = options.preset === null ? `Your config ${options.configFile}` : shortened(options.preset);
  return { lab, daemon, meter, book, setting };
};

/** The lab's lines, with the names that the daemon knows them by. */
export const uplinksOf = ({ plan }: Lab, status: Status): readonly DemoUplink[] =>
  plan.uplinks.map(({ name, index }) => ({
    interface: name,
    name: status.uplinks.find((uplink) => uplink.interface === name)?.name ?? name,
    isp: `ISP ${String.fromCharCode(65 + index)}`,
  }));
