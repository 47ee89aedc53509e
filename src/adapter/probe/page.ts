import { type IncomingMessage, request as sendRequest } from "node:http";
import { createRequire } from "node:module";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { judgeAnswer } from "../../codec/http-answer.ts";
import { authorityOf, type HttpTarget, targetText } from "../../core/target/target.ts";
import { monotonicMs } from "../clock.ts";
import type { Attempt, OnEnd, Outcome } from "./attempt.ts";
import { openConnection } from "./connection.ts";
import type { UplinkBinding } from "./uplink-socket.ts";

/** What a page may send before we hang up: status line and header fields, and as much of the body as is looked at. */
const HEADER_BYTES_MAX = 8192;
const BODY_BYTES_MAX = 4096;

/** What became of a conversation; round trips are added by whoever began it. */
type Told = { readonly kind: "answered" } | { readonly kind: "intercepted"; readonly by: string } | Failed;
type Failed = Extract<Outcome, { kind: "failed" }>;

/**
 * Requests a page over a connection of its own, and hangs up as soon as the answer is clear. Redirections are not
 * followed. The round trip is that of everything, from the first packet on. Throws as `openConnection` does.
 */
export const probePage = (
  binding: UplinkBinding,
  { address, target }: { readonly address: Uint8Array; readonly target: HttpTarget },
  onEnd: OnEnd,
): Attempt => {
  const startedAt = monotonicMs();
  let talk: Attempt = openConnection(binding, address, (end) => {
    if (end.kind === "failed") onEnd(end);
    else if (end.kind === "reset") onEnd({ kind: "failed", error: "ECONNREFUSED" });
    else
      talk = converse(end.fd, target, (told) =>
        onEnd(told.kind === "failed" ? told : { ...told, rttMs: monotonicMs() - startedAt }),
      );
  });
  return { cancel: () => talk.cancel() };
};

/** Node's own TLS and HTTP on a connection that is ours, hence with our mark and interface. */
const converse = (fd: number, target: HttpTarget, onEnd: OnEnd<Told>): Attempt => {
  const socket = new Socket({ fd, readable: true, writable: true });
  const stream = target.secure ? secure(socket, target) : socket;
  const request = sendRequest({
    createConnection: () => stream,
    method: "GET",
    path: target.path,
    setHost: false,
    headers: headersFor(target),
    maxHeaderSize: HEADER_BYTES_MAX,
  });
  let open = true;
  const cancel = (): void => {
    open = false;
    for (const part of [request, stream, socket]) part.destroy();
  };
  const end = (told: Told): void => {
    if (!open) return;
    cancel();
    onEnd(told);
  };
  const fail = (error: string): void => end({ kind: "failed", error });
  request
    .on("response", (answer) => {
      request.removeAllListeners("close");
      read(answer, target, end);
    })
    .on("information", () => fail("sent an interim answer that nobody asked for"))
    .on("error", (error) => fail(describe(error, stream)))
    .on("close", () => fail("hung up without an answer"));
  request.end();
  return { cancel };
};

const headersFor = (target: HttpTarget): Readonly<Record<string, string>> => ({
  host: authorityOf(target),
  "user-agent": "wan-failover",
  accept: "*/*",
  "accept-encoding": "identity",
  connection: "close",
});

/** Loaded with the first target that needs it: it costs memory and time. */
const tls = (): typeof import("node:tls") => createRequire(import.meta.url)("node:tls");

/** An address has no name to indicate (RFC 6066 section 3). */
const secure = (socket: Socket, { host }: HttpTarget): TLSSocket =>
  tls().connect({ socket, ...(host.kind === "name" ? { servername: host.name } : { host: host.address }) });

/** Of the body no more is read than what is looked for needs. */
const read = (answer: IncomingMessage, target: HttpTarget, onEnd: OnEnd<Told>): void => {
  let body = Buffer.alloc(0);
  const judge = (): void => onEnd(judged(target, answer, body.toString()));
  if (target.body === null) {
    judge();
    return;
  }
  const wanted = target.body;
  answer.on("data", (chunk: Buffer) => {
    body = Buffer.concat([body, chunk]).subarray(0, BODY_BYTES_MAX);
    if (body.length === BODY_BYTES_MAX || body.includes(wanted)) judge();
  });
  answer.on("end", judge).on("error", () => {});
  answer.on("close", () => onEnd({ kind: "failed", error: "hung up amid the page" }));
};

const judged = (target: HttpTarget, { statusCode, headers }: IncomingMessage, body: string): Told => {
  const verdict = judgeAnswer(
    { url: targetText(target), status: target.expect, body: target.body },
    { status: statusCode ?? 0, location: headers.location ?? null, body },
  );
  switch (verdict.kind) {
    case "expected":
      return { kind: "answered" };
    case "portal":
      return { kind: "intercepted", by: verdict.by };
    case "unexpected":
      return { kind: "failed", error: verdict.error };
  }
};

/** Whoever shows a certificate that isn't the server's proves nothing about the internet beyond him. */
const describe = (error: Error, stream: Duplex): string => {
  const code = "code" in error && typeof error.code === "string" ? error.code : "no more is known";
  const distrusted = "authorizationError" in stream && stream.authorizationError != null;
  return distrusted ? `its certificate can't be trusted (${code})` : code;
};
