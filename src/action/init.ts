import { existsSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline/promises";
import { makeFolderNow } from "../adapter/file/folder.ts";
import { readMachine } from "../adapter/machine/machine.ts";
import type { Output } from "../cli/output.ts";
import type { Directories } from "../config/directories.ts";
import { parseConfig } from "../config/load.ts";
import { diagnose } from "../core/doctor/doctor.ts";
import type { MachineFacts } from "../core/doctor/facts.ts";
import { examinedSysctls } from "../core/doctor/sysctls.ts";
import { AppError } from "../error.ts";
import { countWaysOut, propose } from "../import/proposal.ts";

/** What `wan-failover init` was asked. */
export interface InitRequest {
  readonly configPath: string;
  readonly directories: Directories;
  /** Write without asking; a file that is there is never replaced so. */
  readonly yes: boolean;
  /** Whether somebody can be asked. */
  readonly terminal: boolean;
  readonly output: Output;
}

/** Looks at the machine and writes a first config, or prints it. Returns the exit code. Throws AppError. */
export const runInit = async (request: InitRequest): Promise<number> => {
  const { configPath, directories, yes, terminal, output } = request;
  const facts = await readMachine({ settings: null, runtime: directories.runtime, sysctlNames: examinedSysctls });
  if (countWaysOut(facts) === 0) {
    throw new AppError("init-failed", "this machine has no default route, so no uplink can be told");
  }
  const yaml = proposalFor(facts);
  if (facts.capabilities?.netAdmin === false) output.complain(UNEXAMINED);
  const exists = existsSync(configPath);
  if (yes && exists) throw new AppError("init-failed", `${configPath} is there already, and --yes replaces nothing`);
  if (!yes) output.write(yaml.trimEnd());
  if (!yes && !terminal) {
    output.complain(`Nothing was written: \`wan-failover init --yes\` writes this to ${configPath}.`);
    return 0;
  }
  const question = exists
    ? `${configPath} is there already. Replace it? [y/N] `
    : `Write this to ${configPath}? [y/N] `;
  if (!yes && !(await isAgreed(question))) return 0;
  write(configPath, yaml);
  output.write(`Wrote ${configPath}. Next: \`wan-failover doctor\`, then start the service.`);
  return 0;
};

const UNEXAMINED =
  "The firewall was not examined, which takes root: `nat: true` is not proposed, though it may be needed.";

/** Whether anybody masquerades is judged as `doctor` judges it, hence with the uplinks known. */
const proposalFor = (facts: MachineFacts): string => {
  const plain = propose(facts, { nat: false });
  const { settings } = parseConfig(plain, "the proposal");
  const findings = diagnose({ ...facts, settings }).flatMap((outcome) => outcome.findings);
  return findings.some(({ code }) => code === "no-nat") ? propose(facts, { nat: true }) : plain;
};

const isAgreed = async (question: string): Promise<boolean> => {
  const dialogue = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await dialogue.question(question).catch(meansNo)).trim());
  } finally {
    dialogue.close();
  }
};

/** Whoever presses Ctrl-C or Ctrl-D doesn't agree. */
const meansNo = (error: Error): string => {
  if (error.name === "AbortError") return "";
  throw error;
};

/** Nobody ever sees half of it. */
const write = (path: string, text: string): void => {
  try {
    makeFolderNow(dirname(path));
    writeFileSync(`${path}.new`, text, { mode: 0o644 });
    renameSync(`${path}.new`, path);
  } catch (error) {
    throw new AppError(
      "init-failed",
      `${path} can't be written: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
};
