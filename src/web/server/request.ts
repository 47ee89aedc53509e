import type { Problem } from "../../api/contract.ts";

/** What the daemon said: what was asked for, with the tag of what can be changed, or why not. */
export type Answer<Value> =
  | { readonly ok: true; readonly value: Value; readonly tag: string }
  | { readonly ok: false; readonly why: Refusal };

/** A problem as the API words it; `status` 0: nobody answered. `more`: whatever else the answer holds. */
export interface Refusal {
  readonly status: number;
  readonly detail: string;
  readonly more: Readonly<Record<string, unknown>>;
}

const NOBODY: Refusal = { status: 0, detail: "The router doesn't answer.", more: {} };

/** A daemon answers within milliseconds; a phone on the far side of the garden within seconds. */
const PATIENCE_MS = 15_000;

export interface Call {
  readonly path: string;
  readonly method?: "GET" | "POST" | "PUT" | "DELETE";
  readonly body?: object;
  /** The tag of what is to be changed. */
  readonly ifMatch?: string;
}

/** One request to the daemon. Never rejects. The value is what the API's contract says for this path. */
export const ask = async <Value>(call: Call): Promise<Answer<Value>> => {
  try {
    const response = await fetch(call.path, initOf(call));
    const value = await contentOf(response);
    return response.ok
      ? { ok: true, value: value as Value, tag: response.headers.get("etag") ?? "" }
      : { ok: false, why: refusal(response, value) };
  } catch {
    return { ok: false, why: NOBODY };
  }
};

const initOf = ({ body, ifMatch, method = body === undefined ? "GET" : "POST" }: Call): RequestInit => ({
  method,
  signal: AbortSignal.timeout(PATIENCE_MS),
  ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  headers: {
    ...(body === undefined ? {} : { "content-type": "application/json" }),
    ...(ifMatch === undefined ? {} : { "if-match": ifMatch }),
  },
});

const contentOf = async (response: Response): Promise<unknown> =>
  response.headers.get("content-type")?.includes("json") ? response.json() : response.text();

const refusal = (response: Response, value: unknown): Refusal => {
  const more = typeof value === "object" && value !== null ? (value as Partial<Problem>) : {};
  return { status: response.status, detail: more.detail ?? `The router answered ${response.status}.`, more };
};
