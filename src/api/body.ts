import type { IncomingMessage } from "node:http";
import { BODY_BYTES_MAX } from "./contract.ts";
import { failure, type Reply } from "./reply.ts";

/** A request's body as JSON, or the reply that refuses it. No body at all is an empty object. */
export type Body = { readonly value: unknown } | { readonly refusal: Reply };

/** Reads a body to its end, so that its sender always gets to read our reply, and keeps a bounded part of it. */
export const readBody = async (request: IncomingMessage, bytesMax = BODY_BYTES_MAX): Promise<Body> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= bytesMax) chunks.push(chunk);
  }
  if (length > bytesMax) return { refusal: failure(413, `A body may have ${bytesMax} bytes at the most.`) };
  if (length === 0) return { value: {} };
  if (!isJson(request.headers["content-type"])) {
    return { refusal: failure(415, "The body must be JSON, sent as `Content-Type: application/json`.") };
  }
  return decodeBody(Buffer.concat(chunks));
};

const isJson = (contentType: string | undefined): boolean =>
  contentType?.split(";", 1)[0]?.trim().toLowerCase() === "application/json";

/** The JSON in a body's octets, or the reply that refuses it. Never throws. */
export const decodeBody = (bytes: Uint8Array): Body => {
  try {
    return { value: JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) };
  } catch {
    return { refusal: failure(400, "The body is not valid JSON in UTF-8.") };
  }
};
