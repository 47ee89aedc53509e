import { readMachine } from "../adapter/machine/machine.ts";
import type { Output } from "../cli/output.ts";
import { asJson, asText, findingsOf } from "../cli/render-doctor.ts";
import type { Directories } from "../config/directories.ts";
import { loadConfig } from "../config/load.ts";
import { diagnose } from "../core/doctor/doctor.ts";
import { examinedSysctls } from "../core/doctor/sysctls.ts";
import type { Settings } from "../core/settings.ts";
import { AppError } from "../error.ts";

/** What `wan-failover doctor` was asked. */
export interface DoctorRequest {
  readonly configPath: string;
  readonly directories: Directories;
  readonly json: boolean;
  readonly output: Pick<Output, "write">;
}

const WELL = 0;
const UNWELL = 1;

/** Says what is wrong on this machine and what to do about it. Returns the exit code: 0 unless there is an error, else 1. */
export const runDoctor = async ({ configPath, directories, json, output }: DoctorRequest): Promise<number> => {
  const { settings, configError } = readSettings(configPath);
  const facts = await readMachine({ settings, runtime: directories.runtime, sysctlNames: examinedSysctls });
  const diagnosis = { configPath, configError, outcomes: diagnose(facts) };
  output.write(json ? JSON.stringify(asJson(diagnosis), null, 2) : asText(diagnosis));
  return findingsOf(diagnosis).some(({ level }) => level === "error") ? UNWELL : WELL;
};

interface ReadSettings {
  readonly settings: Settings | null;
  /** null for a config without mistakes. */
  readonly configError: AppError | null;
}

const readSettings = (path: string): ReadSettings => {
  try {
    return { settings: loadConfig(path).settings, configError: null };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { settings: null, configError: error };
  }
};
