import type { ConfigAnswer, ConfigChange } from "../../api/config/contract.ts";
import { PATHS } from "../../api/paths.ts";
import { type Answer, ask, type Refusal } from "../server/request.ts";
import type { Issue } from "./draft.ts";
import type { Schema } from "./schema.ts";

/** How long a saved config waits to be confirmed before it is undone. */
const CONFIRM = "60s";

/** A text, and the tag of the one that it shall replace. */
export interface Wish {
  readonly text: string;
  readonly tag: string;
}

export const readConfig = (): Promise<Answer<ConfigAnswer>> => ask<ConfigAnswer>({ path: PATHS.config });

export const readSchema = (): Promise<Answer<Schema>> => ask<Schema>({ path: PATHS.configSchema });

/** What the daemon would say of a config. Nothing changes. */
export const tryConfig = ({ text, tag }: Wish): Promise<Answer<ConfigChange>> =>
  ask({ path: PATHS.config, method: "PUT", ifMatch: tag, body: { yaml: text, dryRun: true } });

/** Puts a config into effect; it is undone unless it is confirmed. */
export const saveConfig = ({ text, tag }: Wish): Promise<Answer<ConfigChange>> =>
  ask({ path: PATHS.config, method: "PUT", ifMatch: tag, body: { yaml: text, confirm: CONFIRM } });

export const confirmConfig = (): Promise<Answer<object>> => ask({ path: PATHS.configConfirm, body: {} });

export const revertConfig = (): Promise<Answer<object>> => ask({ path: PATHS.configRevert, body: {} });

/** The mistakes that a refusal lists. */
export const issuesIn = ({ more }: Refusal): readonly Issue[] =>
  Array.isArray(more.issues) ? (more.issues as readonly Issue[]) : [];
