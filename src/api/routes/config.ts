import * as z from "zod";
import { difference } from "../../config/document/difference.ts";
import { mergeValue } from "../../config/document/merge.ts";
import { hideSecrets, restoreSecrets } from "../../config/document/secrets.ts";
import { parseYaml } from "../../config/document/yaml.ts";
import { ConfigError } from "../../config/mistake/issue.ts";
import { configJsonSchema } from "../../config/option.ts";
import { parseDuration } from "../../config/value/duration.ts";
import { AppError } from "../../error.ts";
import { done } from "../access/contract.ts";
import {
  type ConfigAnswer,
  type ConfigChange,
  type ConfigRequest,
  configAnswer,
  configChange,
  configRequest,
} from "../config/contract.ts";
import { type ConfigKeeper, mistakesIn, type Tagged, tagOf } from "../config/keeper.ts";
import { PATHS } from "../paths.ts";
import { failure, type Reply, success } from "../reply.ts";
import { type Ports, type Route, route } from "../route.ts";

const tagged = (tag: string): Record<string, string> => ({ etag: `"${tag}"` });

/** A disk that refuses, or a file that is no text, is nobody's mistake here but stands against it. */
const orConflict = async (work: () => Promise<Reply>): Promise<Reply> => {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ConfigError) return failure(409, error.issues.map(({ message }) => message).join("; "));
    if (error instanceof AppError) return failure(409, error.detail);
    throw error;
  }
};

const show = ({ config }: Ports): Promise<Reply> =>
  orConflict(async () => {
    const { text, tag } = await config.keeper.read();
    const yaml = hideSecrets(text);
    const answer: ConfigAnswer = {
      file: config.path,
      yaml,
      value: yaml === null ? null : inputOf(yaml, config.path),
      issues: [...(mistakesIn(text, config.path)?.issues ?? [])],
      confirmLeftMs: config.keeper.confirmLeftMs(),
    };
    return success(answer, tagged(tag));
  });

const inputOf = (yaml: string, file: string): unknown => {
  try {
    return parseYaml(yaml, file).input;
  } catch {
    return null;
  }
};

interface Put {
  readonly request: ConfigRequest;
  readonly ifMatch: string | undefined;
}

const change = ({ config }: Ports, put: Put): Promise<Reply> =>
  orConflict(() =>
    config.keeper.change(async (current) => {
      const text = wishedText(put.request, current.text);
      const refused = refuse(config, put, { current, text });
      return refused ?? apply(config, put.request, { current, text });
    }),
  );

const wishedText = ({ yaml, value = {} }: ConfigRequest, current: string): string =>
  restoreSecrets(yaml ?? mergeValue(hideSecrets(current) ?? "", value), current);

interface Wish {
  readonly current: Tagged;
  readonly text: string;
}

const refuse = (
  { path, keeper }: Ports["config"],
  { request, ifMatch }: Put,
  { current, text }: Wish,
): Reply | null => {
  if (ifMatch === undefined) return failure(428, "Say by If-Match which config you change: the ETag of the GET, or *.");
  if (ifMatch !== "*" && ifMatch !== `"${current.tag}"`) {
    return failure(412, "The config has changed since you read it: read it again.");
  }
  if (keeper.confirmLeftMs() !== null && request.dryRun !== true) {
    return failure(409, "A change waits to be confirmed: confirm or revert it first.");
  }
  const mistakes = mistakesIn(text, path);
  return mistakes === null ? null : failure(422, `${mistakes.detail}.`, { more: { issues: mistakes.issues } });
};

const apply = async ({ keeper }: Ports["config"], request: ConfigRequest, { current, text }: Wish): Promise<Reply> => {
  const isDry = request.dryRun === true;
  const confirmMs = request.confirm === undefined ? null : parseDuration(request.confirm);
  const refusal = isDry ? null : await keeper.put(current, text, confirmMs);
  if (refusal !== null) return failure(409, refusal);
  const answer: ConfigChange = {
    applied: !isDry,
    difference: difference(hideSecrets(current.text) ?? "", hideSecrets(text) ?? ""),
    confirmLeftMs: keeper.confirmLeftMs(),
  };
  return success(answer, tagged(isDry ? current.tag : tagOf(text)));
};

const NOTHING_WAITS = "No change waits to be confirmed.";

/** A route that settles an unconfirmed change. */
const settling = (path: string, summary: string, settle: (keeper: ConfigKeeper) => Promise<boolean>): Route =>
  route({
    method: "POST",
    path,
    access: "control",
    summary,
    body: z.strictObject({}),
    answer: done,
    handle: ({ config }) =>
      orConflict(async () => ((await settle(config.keeper)) ? success({ done: true }) : failure(409, NOTHING_WAITS))),
  });

/** 128 KiB of YAML within JSON, each character escaped. */
const BODY_BYTES_MAX = 1024 * 1024;

/** The config, to be read and changed. */
export const CONFIG_ROUTES: readonly Route[] = [
  route({
    method: "GET",
    path: PATHS.config,
    access: "read",
    summary: "The config file's text and value, its mistakes, and its ETag.",
    answer: configAnswer,
    handle: show,
  }),
  route({
    method: "PUT",
    path: PATHS.config,
    access: "control",
    summary: "Change the config, for good or until it is confirmed; or say what would change.",
    body: configRequest,
    bodyBytesMax: BODY_BYTES_MAX,
    answer: configChange,
    handle: (ports, { body, headers }) => change(ports, { request: body, ifMatch: headers["if-match"] }),
  }),
  settling(PATHS.configConfirm, "An unconfirmed change is for good.", (keeper) => keeper.confirm()),
  settling(PATHS.configRevert, "Take an unconfirmed change back at once.", (keeper) => keeper.revert()),
  route({
    method: "GET",
    path: PATHS.configSchema,
    access: "read",
    summary: "The JSON Schema of the config.",
    answer: "application/schema+json",
    handle: () => ({ ...success(configJsonSchema()), contentType: "application/schema+json" }),
  }),
];
