import { request as httpRequest, type IncomingMessage } from "node:http";
import type { z } from "zod";
import { AppError } from "../error.ts";
import { type AccessClient, createdToken, done, tokenList } from "./access/contract.ts";
import {
  type DaemonClient,
  notifyTestAnswer,
  type OrderAnswer,
  orderAnswer,
  problem,
  statusAnswer,
} from "./contract.ts";
import { explainAnswer, historyAnswer, reportAnswer } from "./history-contract.ts";
import { PATHS } from "./paths.ts";

/** Which daemon, and how long (ms) to wait for each of its answers. */
export interface ClientOptions {
  readonly socketPath: string;
  readonly timeoutMs?: number;
}

/** A daemon answers within a millisecond or two; one that is starved of the processor gets its chance. */
const TIMEOUT_MS = 3000;

/** The daemon waits so long (ms) for what becomes of a test message. */
const NOTIFY_TEST_MS = 8000;

/** So much longer (ms) the daemon waits for a disk. */
const HISTORY_MS = 5000;

const withQuery = (path: string, query: object): string => {
  const words = new URLSearchParams(Object.entries(query)).toString();
  return words === "" ? path : `${path}?${words}`;
};

interface Call {
  readonly path: string;
  /** GET when not said, or POST where there is a body. */
  readonly method?: "PUT" | "DELETE";
  /** Sent as JSON. */
  readonly body?: object;
  /** How much longer (ms) than usual the answer may take. */
  readonly patienceMs?: number;
}

interface Answer {
  readonly code: number;
  readonly text: string;
}

/** A client of the daemon on a Unix socket. Connects anew for each call, so that a restarted daemon is found again. */
export const openClient = ({ socketPath, timeoutMs = TIMEOUT_MS }: ClientOptions): DaemonClient & AccessClient => {
  const call = async <T>(what: Call, schema: z.ZodType<T>): Promise<T> => {
    const answer = await exchange(what, { socketPath, timeoutMs }).catch((error: unknown) => {
      throw whyNoAnswer(error, socketPath);
    });
    return understand(answer, schema);
  };
  const order = (path: string, body: object): Promise<OrderAnswer> => call({ path, body }, orderAnswer);
  return {
    status: () => call({ path: PATHS.status }, statusAnswer),
    test: (request) => order(PATHS.test, request),
    history: (query) => call({ path: withQuery(PATHS.history, query), patienceMs: HISTORY_MS }, historyAnswer),
    report: (query) => call({ path: withQuery(PATHS.report, query), patienceMs: HISTORY_MS }, reportAnswer),
    explain: () => call({ path: PATHS.explain, patienceMs: HISTORY_MS }, explainAnswer),
    failback: () => order(PATHS.failback, {}),
    use: (request) => order(PATHS.use, request),
    notifyTest: () => call({ path: PATHS.notifyTest, body: {}, patienceMs: NOTIFY_TEST_MS }, notifyTestAnswer),
    setPassword: async (password) =>
      void (await call({ method: "PUT", path: PATHS.password, body: { password } }, done)),
    tokens: async () => (await call({ path: PATHS.tokens }, tokenList)).tokens,
    addToken: (request) => call({ path: PATHS.tokens, body: request }, createdToken),
    removeToken: async (id) => {
      await call({ method: "DELETE", path: `${PATHS.tokens}?${new URLSearchParams({ id })}` }, done);
    },
  };
};

const exchange = ({ path, body, ...call }: Call, { socketPath, timeoutMs }: Required<ClientOptions>): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs + (call.patienceMs ?? 0));
    const method = call.method ?? (body === undefined ? "GET" : "POST");
    const headers = body === undefined ? {} : { "content-type": "application/json" };
    const sent = httpRequest({ socketPath, path, method, headers, agent: false, signal }, (response) => {
      collect(response).then(resolve, reject);
    });
    sent.on("error", (error) => reject(signal.aborted ? signal.reason : error));
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });

const collect = async (response: IncomingMessage): Promise<Answer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  return { code: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() };
};

const whyNoAnswer = (cause: unknown, socketPath: string): AppError => {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "EACCES" || code === "EPERM") {
    return new AppError("not-permitted", `you may not talk to the daemon on ${socketPath}`, { cause });
  }
  const silent = cause instanceof Error && cause.name === "TimeoutError";
  const detail = silent ? `the daemon on ${socketPath} doesn't answer` : `no daemon answers on ${socketPath}`;
  return new AppError("no-daemon", detail, { cause });
};

const understand = <T>({ code, text }: Answer, schema: z.ZodType<T>): T => {
  const value = parseJson(text);
  if (code !== 200) throw whyRefused(code, value);
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new AppError("malformed-message", "the daemon's answer can't be understood: it may be of another version", {
    cause: parsed.error,
  });
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const whyRefused = (code: number, value: unknown): AppError => {
  const parsed = problem.safeParse(value);
  const detail = parsed.success ? parsed.data.detail : `the daemon answered with the HTTP status ${code}`;
  if (code === 409 || code === 404 || code === 503) return new AppError("order-refused", detail);
  return new AppError(code === 400 ? "usage" : "malformed-message", detail);
};
