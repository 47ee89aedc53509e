import { type ServerResponse, STATUS_CODES } from "node:http";
import type { Problem } from "./contract.ts";

/** What goes back to a client. */
export interface Reply {
  readonly code: number;
  readonly contentType: string;
  /** An object goes out as JSON. */
  readonly body: object | string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A reply that doesn't end; whoever writes it begins with the header. */
export interface Stream {
  readonly stream: (response: ServerResponse) => void;
}

/** A fulfilled request. */
export const success = (body: object, headers: Record<string, string> = {}): Reply => ({
  code: 200,
  contentType: "application/json",
  body,
  headers,
});

/** A request that is not fulfilled, and why, in one sentence. The status code is all the type it has (RFC 9457 § 4.2.1). */
export const failure = (
  code: number,
  detail: string,
  { headers = {}, more = {} }: { readonly headers?: Record<string, string>; readonly more?: object } = {},
): Reply => {
  const title = STATUS_CODES[code] ?? "Error";
  const body: Problem = { type: "about:blank", title, status: code, detail, ...more };
  return { code, contentType: "application/problem+json", body, headers };
};

/** The bytes and headers of a reply. A state that is half a second old is of no use: only what says so may be cached. */
export const encodeReply = ({
  contentType,
  body,
  headers,
}: Reply): { bytes: string | Uint8Array; headers: Record<string, string> } => {
  const bytes = typeof body === "string" || body instanceof Uint8Array ? body : `${JSON.stringify(body)}\n`;
  const length = String(Buffer.byteLength(bytes));
  return {
    bytes,
    headers: {
      "content-type": contentType,
      "content-length": length,
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      ...headers,
    },
  };
};
