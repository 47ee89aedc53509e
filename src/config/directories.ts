import { join } from "node:path";

/** Where our files are. */
export interface Directories {
  /** The socket, and what is worth keeping over a restart within a boot. */
  readonly runtime: string;
  /** What is worth keeping over a boot. */
  readonly state: string;
  readonly configuration: string;
}

/**
 * The directories that systemd made for the service (systemd.exec(5): RUNTIME_DIRECTORY and its like, the first where
 * there are several), else the usual ones. Never throws.
 */
export const directoriesFrom = (environment: NodeJS.ProcessEnv): Directories => ({
  runtime: firstOf(environment.RUNTIME_DIRECTORY) ?? "/run/wan-failover",
  state: firstOf(environment.STATE_DIRECTORY) ?? "/var/lib/wan-failover",
  configuration: firstOf(environment.CONFIGURATION_DIRECTORY) ?? "/etc/wan-failover",
});

const firstOf = (list: string | undefined): string | undefined =>
  list?.split(":").find((directory) => directory !== "");

/** The Unix socket of the daemon's API. Never throws. */
export const socketPathIn = ({ runtime }: Directories): string => join(runtime, "api.sock");

/** The folder of the daemon's journal. Never throws. */
export const journalPathIn = ({ state }: Directories): string => join(state, "journal");

/** Where it is kept who may log in. Never throws. */
export const accessPathIn = ({ state }: Directories): string => join(state, "access.json");

/** Where a change of the config is kept until it is confirmed. Never throws. */
export const unconfirmedPathIn = ({ state }: Directories): string => join(state, "config.unconfirmed");

/** Where the history is, when the config doesn't say. Never throws. */
export const historyPathIn = ({ state }: Directories): string => join(state, "history.db");

/** The config file. Never throws. */
export const configPathIn = ({ configuration }: Directories): string => join(configuration, "config.yaml");
