import { execFile } from "node:child_process";
import { AppError } from "../../error.ts";

const TIMEOUT_MS = 30_000;
const OUTPUT_OCTETS_MAX = 1024 * 1024;

/** What a command of this same program writes, as JSON: it runs beside us, so that we wait for nothing. Rejects with AppError. */
export const askOwnCommand = (words: readonly string[]): Promise<object> =>
  new Promise((resolve, reject) => {
    const [program = ""] = process.argv.slice(1);
    const options = { timeout: TIMEOUT_MS, maxBuffer: OUTPUT_OCTETS_MAX };
    execFile(process.execPath, [...process.execArgv, program, ...words], options, (error, stdout) => {
      try {
        resolve(JSON.parse(stdout));
      } catch {
        reject(new AppError("system-call-failed", `${words[0]} gave no answer: ${error?.message ?? "none at all"}`));
      }
    });
  });
