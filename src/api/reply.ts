import { STATUS_CODES } from "node:http";
import type { Problem } from "./contract.ts";

/** What goes back to a client. */
export interface Reply {
  readonly code: number;
  readonly contentType: "application/json" | "application/problem+json";
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A fulfilled request. */
export const success = (body: object): Reply => ({ code: 200, contentType: "application/json", body });

/** A request that is not fulfilled, and why, in one sentence. The status code is all the type it has (RFC 9457 § 4.2.1). */
export const failure = (code: number, detail: string, headers: Record<string, string> = {}): Reply => {
  const body: Problem = { type: "about:blank", title: STATUS_CODES[code] ?? "Error", status: code, detail };
  return { code, contentType: "application/problem+json", body, headers };
};

/** The bytes and headers of a reply. A state that is half a second old is of no use: nothing may be cached. */
export const encodeReply = ({
  contentType,
  body,
  headers,
}: Reply): { text: string; headers: Record<string, string> } => {
  const text = `${JSON.stringify(body)}\n`;
  const length = String(Buffer.byteLength(text));
  return {
    text,
    headers: { "content-type": contentType, "content-length": length, "cache-control": "no-store", ...headers },
  };
};
