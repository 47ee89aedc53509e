import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type * as z from "zod";
import type { Order, ScriptName } from "../core/event.ts";
import type { HistoryAnswer, ReportMaterial, Span } from "../core/history/answer.ts";
import type { Resolution } from "../core/history/resolution.ts";
import type { Status } from "../core/status.ts";
import type { Access } from "./access/access.ts";
import type { Caller, Scope } from "./access/caller.ts";
import { readBody } from "./body.ts";
import type { ConfigKeeper } from "./config/keeper.ts";
import type { MessageAnswer, NotifyTestAnswer } from "./contract.ts";
import type { EventHub } from "./events.ts";
import type { PageFiles } from "./page-files.ts";
import { failure, type Reply, type Stream } from "./reply.ts";
import type { Tally } from "./tally.ts";

/** What the API needs of the daemon. */
export interface Ports {
  readonly version: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly status: () => Status;
  /** The newest lines of the log, oldest first. */
  readonly messages: () => readonly MessageAnswer[];
  readonly order: (order: Order) => Promise<{ readonly accepted: boolean; readonly message: string }>;
  /** Sends a message to everybody who would be told of a switch; what became of it, by channel. */
  readonly notifyTest: () => Promise<NotifyTestAnswer["results"]>;
  readonly events: EventHub;
  readonly page: PageFiles;
  readonly tally: Tally;
  readonly access: Access;
  readonly config: { readonly path: string; readonly keeper: ConfigKeeper };
  readonly machine: MachinePort;
  readonly history: HistoryPort;
}

/** A request that has passed its schemas. */
export interface Asked<Body, Query> {
  readonly body: Body;
  readonly query: Query;
  readonly headers: IncomingHttpHeaders;
  readonly caller: Caller;
  /** Where the caller is: an IP address; empty on the Unix socket. */
  readonly address: string;
  /** Whether what we answer can't be read on its way. */
  readonly secure: boolean;
  /** Whether the caller still may ask this: of use while an answer goes on. */
  readonly isWelcome: () => boolean;
}

/** What is known of a request besides the request itself. */
export type Circumstances = Pick<Asked<never, never>, "caller" | "address" | "secure" | "isWelcome">;

/** What was. Everything rejects with AppError where it can't be read. */
export interface HistoryPort {
  readonly ask: (question: { readonly span: Span; readonly resolution: Resolution }) => Promise<HistoryAnswer>;
  readonly report: (span: Span) => Promise<ReportMaterial>;
}

/** How a script would be called. */
export interface ScriptCall {
  readonly script: ScriptName;
  readonly path: string;
  readonly arguments: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
}

/** What the machine and the daemon are asked that takes its time. */
export interface MachinePort {
  /** What `wan-failover doctor --json` says. Rejects with AppError. */
  readonly examine: () => Promise<object>;
  /** How each script would be called now, without a call. Never throws. */
  readonly scriptCalls: () => readonly ScriptCall[];
}

/** What a route is: how it is asked, what it answers, and who may ask. */
export interface Definition<Body, Query> {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  /** What the caller must at least be allowed to do. */
  readonly access: Scope;
  /** For people, in one line. */
  readonly summary: string;
  /** None: a body is refused, or for GET not looked at. */
  readonly body?: z.ZodType<Body>;
  /** Where it is not the usual one. */
  readonly bodyBytesMax?: number;
  /** The query as an object of texts. None: the query is not looked at. */
  readonly query?: z.ZodType<Query>;
  /** What is answered: JSON of this form, or something else of this content type. */
  readonly answer: z.ZodType | string;
  /** Other content types of an answer, for those who ask for them. */
  readonly otherAnswers?: readonly string[];
  /** Throws only what the ports throw. */
  readonly handle: (ports: Ports, asked: Asked<Body, Query>) => Promise<Reply | Stream> | Reply | Stream;
}

/** A route as the table holds it: the handler with its checks in front. */
export interface Route extends Omit<Definition<never, never>, "handle" | "body" | "query"> {
  readonly body?: z.ZodType;
  readonly query?: z.ZodType;
  readonly respond: (ports: Ports, request: IncomingMessage, circumstances: Circumstances) => Promise<Reply | Stream>;
}

/** Makes a route of its definition: whatever doesn't fit its schemas is refused with a problem that says what would. */
export const route = <Body = undefined, Query = undefined>(definition: Definition<Body, Query>): Route => {
  const { handle, ...described } = definition;
  const respond: Route["respond"] = async (ports, request, circumstances) => {
    const query = checked(definition.query, queryOf(request), "The query");
    if ("refusal" in query) return query.refusal;
    const read =
      definition.body === undefined ? { value: undefined } : await readBody(request, definition.bodyBytesMax);
    if ("refusal" in read) return read.refusal;
    const body = checked(definition.body, read.value, "The body");
    if ("refusal" in body) return body.refusal;
    return handle(ports, { body: body.value, query: query.value, headers: request.headers, ...circumstances });
  };
  return { ...described, respond };
};

/** A value that fits its schema, or the reply that refuses it. */
const checked = <T>(
  schema: z.ZodType<T> | undefined,
  value: unknown,
  what: string,
): { value: T } | { refusal: Reply } => {
  if (schema === undefined) return { value: undefined as T };
  const parsed = schema.safeParse(value);
  return parsed.success ? { value: parsed.data } : { refusal: failure(400, mistakes(parsed.error, what)) };
};

const queryOf = ({ url = "" }: IncomingMessage): object =>
  Object.fromEntries(new URLSearchParams(url.includes("?") ? url.slice(url.indexOf("?") + 1) : ""));

const mistakes = (error: z.ZodError, what: string): string =>
  error.issues.map(({ path, message }) => `${path.length === 0 ? what : path.join(".")}: ${message}`).join("; ");
