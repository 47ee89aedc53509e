import type { WebSettings } from "../config/value/web.ts";
import type { Report } from "../core/report.ts";
import { VERSION } from "../version.ts";
import { type AccessStore, openAccess } from "./access/access.ts";
import { SOCKET_CALLER } from "./access/caller.ts";
import { type ConfigStore, openConfigKeeper } from "./config/keeper.ts";
import type { ReportEvent } from "./event-schema.ts";
import { openEventHub } from "./events.ts";
import { closeHttp, createHttp } from "./http.ts";
import { listenOn } from "./listen.ts";
import { openPageFiles } from "./page-files.ts";
import type { Ports } from "./route.ts";
import { openTally } from "./tally.ts";
import { openWeb } from "./web.ts";

/** Where the API is offered, and what it needs of the daemon. */
export interface ServerOptions
  extends Omit<Ports, "version" | "startedAt" | "events" | "page" | "access" | "config" | "tally"> {
  readonly socketPath: string;
  /** The folder of the page's files. */
  readonly pageFolder: string;
  readonly accessStore: AccessStore;
  readonly configStore: ConfigStore;
  readonly complain: (problem: string) => void;
}

/** A report, and how it is told. */
export interface ToldReport {
  readonly importance: ReportEvent["importance"];
  readonly text: string;
  readonly report: Report;
}

/** A running server. */
export interface ApiServer {
  /** Tells whoever follows the events. Never throws. */
  report(told: ToldReport): void;
  /** Offers the API on TCP as these settings say, from now on. What hinders it is complained of. Never throws. */
  configure(settings: WebSettings): void;
  /** Why the API isn't offered on TCP, in one sentence; null where nothing is wrong. */
  problem(): string | null;
  /** Ends all connections and removes the socket. Never throws. */
  close(): Promise<void>;
}

/** On the same machine: far more clients than anybody has, and few enough never to be felt. */
const CONNECTIONS_MAX = 32;

/** Offers the API on a Unix socket. Throws AppError: daemon-running, system-call-failed. */
export const startServer = async (options: ServerOptions): Promise<ApiServer> => {
  const { socketPath, pageFolder, accessStore, configStore, complain, ...needs } = options;
  const source = { version: VERSION, startedAt: new Date().toISOString(), status: needs.status };
  const events = openEventHub(source);
  const access = openAccess(accessStore, complain);
  const tally = openTally();
  const keeper = openConfigKeeper(configStore);
  const config = { path: configStore.path, keeper };
  const ports: Ports = { ...needs, ...source, events, tally, access, config, page: openPageFiles(pageFolder) };
  const server = await createHttp({ ports, identify: () => SOCKET_CALLER, connectionsMax: CONNECTIONS_MAX, tls: null });
  await listenOn(server, socketPath);
  const web = openWeb({ ports, complain });
  return {
    report: ({ report, ...told }) => {
      tally.count(report);
      events.report({ ...told, report: { ...report } });
    },
    configure: web.configure,
    problem: web.problem,
    close: async () => {
      events.close();
      keeper.close();
      await Promise.all([web.close(), closeHttp(server)]);
    },
  };
};
