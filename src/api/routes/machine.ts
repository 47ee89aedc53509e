import { constants } from "node:fs";
import { access } from "node:fs/promises";
import * as z from "zod";
import { AppError } from "../../error.ts";
import { PATHS } from "../paths.ts";
import { failure, type Reply, success } from "../reply.ts";
import { type Ports, type Route, route, type ScriptCall } from "../route.ts";

const finding = z.object({
  level: z.enum(["error", "warning", "note"]),
  code: z.string(),
  title: z.string(),
  detail: z.string(),
  remedy: z.string(),
});

/** The answer to `GET /api/v1/doctor`: what `wan-failover doctor --json` says. */
const doctorAnswer = z.object({
  config: z.object({ file: z.string(), issues: z.array(z.looseObject({ message: z.string() })) }),
  findings: z.array(finding),
  passed: z.array(z.object({ topic: z.string(), title: z.string() })),
});
export type DoctorAnswer = z.infer<typeof doctorAnswer>;

/** The answer to `POST /api/v1/scripts/dry-run`: how each script would be called now. Nothing is run. */
const scriptsAnswer = z.object({
  calls: z.array(
    z.object({
      script: z.enum(["change", "allowFailback"]),
      path: z.string(),
      arguments: z.array(z.string()),
      variables: z.record(z.string(), z.string()),
      /** `absent`: there is no such file, so that nothing is run. `not-executable`: it will fail. */
      file: z.enum(["ready", "absent", "not-executable"]),
    }),
  ),
});
export type ScriptsAnswer = z.infer<typeof scriptsAnswer>;

const examine = async ({ machine }: Ports): Promise<Reply> => {
  try {
    return success(await machine.examine());
  } catch (error) {
    if (error instanceof AppError) return failure(503, error.detail, { headers: { "retry-after": "30" } });
    throw error;
  }
};

const withFile = async ({ script, path, arguments: words, variables }: ScriptCall) => ({
  script,
  path,
  arguments: words,
  variables,
  file: await fileOf(path),
});

const fileOf = async (path: string): Promise<"ready" | "absent" | "not-executable"> => {
  const may = (mode: number): Promise<boolean> =>
    access(path, mode).then(
      () => true,
      () => false,
    );
  if (!(await may(constants.F_OK))) return "absent";
  return (await may(constants.X_OK)) ? "ready" : "not-executable";
};

/** What is asked of the machine. */
export const MACHINE_ROUTES: readonly Route[] = [
  route({
    method: "GET",
    path: PATHS.doctor,
    access: "read",
    summary: "What is wrong on this machine, and what to do about it.",
    answer: doctorAnswer,
    handle: examine,
  }),
  route({
    method: "POST",
    path: PATHS.scriptsDryRun,
    access: "control",
    summary: "How each script would be called now. Nothing is run.",
    body: z.strictObject({}),
    answer: scriptsAnswer,
    handle: async ({ machine }) => success({ calls: await Promise.all(machine.scriptCalls().map(withFile)) }),
  }),
];
