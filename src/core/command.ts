import type { AsteriskAnswered, ScriptName } from "./event.ts";
import type { Family } from "./family.ts";
import type { Edit } from "./kernel/kernel.ts";
import type { ShapeSettings } from "./kernel/shaping.ts";
import type { Memory } from "./memory.ts";
import type { Report } from "./report.ts";
import type { AsteriskAccess } from "./settings.ts";
import type { Target } from "./target/target.ts";

/** Everything that the daemon can be told to do. Commands of one step are carried out in their order. */
export type Command =
  /** Answered by the event `kernel-read`. */
  | { readonly kind: "read-kernel"; readonly sysctlNames: readonly string[] }
  /** Answered by the event `kernel-edited`. */
  | { readonly kind: "edit-kernel"; readonly edits: readonly Edit[] }
  /** Answered by `probe-replied`, `probe-intercepted` or `probe-refused`, or by nothing. */
  | SendProbe
  /** Answered by `gateway-asked` or `gateway-unresolved`, or by nothing where the kernel knows of no such neighbour. */
  | AskGateway
  /** Forget the conntrack entries whose mark fits. */
  | { readonly kind: "flush-flows"; readonly family: Family; readonly mark: number; readonly mask: number }
  /** Keep this over a restart. */
  | { readonly kind: "save-memory"; readonly memory: Memory }
  | RunScript
  | RunClient
  | UseResolvers
  | ShapeUplink
  | AskAsterisk
  | CheckWay
  /** Tell people. */
  | { readonly kind: "report"; readonly report: Report }
  | {
      readonly kind: "answer-order";
      readonly id: number;
      readonly accepted: boolean;
      /** One sentence: what happens now, or why not. */
      readonly message: string;
    };

/** Have the kernel ask its neighbour for a sign of life, by ARP or neighbour discovery. */
export interface AskGateway {
  readonly kind: "ask-gateway";
  readonly family: Family;
  /** The interface's index. */
  readonly link: number;
  readonly address: string;
}

/** Use the way that packets take now as a client would: names, pages, translation. Answered by the event `way-checked`. */
export interface CheckWay {
  readonly kind: "check-way";
  readonly uplink: string;
  /** `http://HOST/PATH` */
  readonly page: string;
  /** Addresses of DNS servers; empty: the machine's own. */
  readonly resolvers: readonly string[];
  /** `lan`: the router's address on a LAN, null where it has none. */
  readonly families: readonly { readonly family: Family; readonly lan: string | null }[];
}

/** Ask Asterisk for its calls, or to register anew. Answered by the event `asterisk-answered`. */
export interface AskAsterisk {
  readonly kind: "ask-asterisk";
  readonly question: AsteriskAnswered["question"];
  readonly access: AsteriskAccess;
}

/** Run the DHCP client of an uplink and family, in the place of the one that runs. Answered by `client-told` and `client-ended`. */
export interface RunClient {
  readonly kind: "run-client";
  readonly uplink: string;
  readonly family: Family;
  readonly interface: string;
  /** IPv4: to be asked for; null: any. In IPv6 the server knows us again. */
  readonly address: string | null;
  /** IPv6: whether a prefix is asked for as well. */
  readonly prefix: boolean;
}

/** Run one of the admin's scripts, without a shell. Answered by the event `script-ended`. */
export interface RunScript {
  readonly kind: "run-script";
  readonly script: ScriptName;
  /** Absolute. */
  readonly path: string;
  readonly arguments: readonly string[];
  /** Added to the environment. */
  readonly variables: Readonly<Record<string, string>>;
  /** When the switch happened that it is about: `now` of that step. Becomes `WAN_FAILOVER_SINCE`, ISO 8601. */
  readonly since: number;
  /** After so long (ms) it is ended. */
  readonly timeoutMs: number;
}

/** Tell the machine's own resolver whom to ask. Answered by the event `resolvers-used`. */
export interface UseResolvers {
  readonly kind: "use-resolvers";
  /** In the order in which they should be asked. */
  readonly servers: readonly string[];
  /** The same by interface, with those that aren't to be used now. */
  readonly links: readonly ResolverLink[];
}

/** Shape what leaves by an interface. Answered by the event `uplink-shaped`. */
export interface ShapeUplink {
  readonly kind: "shape-uplink";
  readonly uplink: string;
  readonly interface: string;
  /** The major number of the handle that says that it is ours. */
  readonly handle: number;
  readonly shape: ShapeSettings;
}

/** The DNS servers of one interface. */
export interface ResolverLink {
  readonly interface: string;
  readonly servers: readonly string[];
  /** Whether names are to be looked up there at all. */
  readonly used: boolean;
}

/** A probe to be sent now, bound to its uplink. */
export interface SendProbe {
  readonly kind: "send-probe";
  readonly uplink: string;
  readonly family: Family;
  readonly seq: number;
  readonly target: Target;
  /** Who knows the address of a target that has a name. */
  readonly resolvers: readonly string[];
  /** The interface that the probe is bound to, by name and index (a new index needs a new socket). */
  readonly interface: string;
  readonly link: number;
  /** The packet mark. */
  readonly mark: number;
}
