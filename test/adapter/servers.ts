import { execFileSync } from "node:child_process";
import { createSocket, type Socket as DatagramSocket, type RemoteInfo } from "node:dgram";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { createServer as createTcpServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bindSocket, openSocket, setOption } from "../../src/adapter/libc/libc.ts";
import { AF_INET, AF_INET6, SOCK_DGRAM } from "../../src/adapter/libc/linux.ts";
import { PEER, socketAddress } from "./wire.ts";

/** Real servers, in the namespace that they were opened in: TCP on 7000, DNS on 53, HTTP on 80, HTTPS on 443. */
export interface Servers {
  /** How DNS queries are answered: whole answers, to be sent from the server's own socket. */
  answerDns(with_: (query: Buffer, from: RemoteInfo) => readonly Buffer[]): void;
  /** How many DNS queries have come. */
  queries(): number;
  /** How many connections have been opened, and how many of them are open. */
  connections(): { readonly opened: number; readonly open: number };
  /** The paths that were asked for. */
  readonly paths: readonly string[];
  /** The header fields of the last request. */
  headers(): Readonly<Record<string, unknown>>;
  close(): void;
}

/** How the pages answer, by their path. */
const PAGES: Readonly<Record<string, (response: ServerResponse, socket: Socket) => void>> = {
  "/204": (response) => response.writeHead(204).end(),
  "/200": (response) => response.writeHead(200).end("<html>success</html>"),
  "/login": (response) => response.writeHead(302, { location: "http://login.hotel.example/?next=secret" }).end(),
  "/own": (response) => response.writeHead(301, { location: "/204" }).end(),
  "/511": (response) => response.writeHead(511).end("log in"),
  "/503": (response) => response.writeHead(503).end(),
  "/silent": () => {},
  "/endless": (response) => {
    response.writeHead(200);
    const more = setInterval(() => response.write("x".repeat(65_536)), 1);
    response.on("close", () => clearInterval(more));
  },
  "/amid": (response, socket) => {
    response.writeHead(200, { "content-length": "1000" }).write("a");
    setTimeout(() => socket.destroy(), 20);
  },
  "/headers": (response, socket) => {
    const more = setInterval(() => socket.write(`X-More: ${"x".repeat(1000)}\r\n`), 1);
    socket.write("HTTP/1.1 200 OK\r\n");
    response.on("close", () => clearInterval(more));
  },
  "/interim": (_, socket) => void socket.write("HTTP/1.1 100 Continue\r\n\r\n".repeat(1000)),
  "/gone": (_, socket) => void socket.destroy(),
  "/nonsense": (_, socket) => void socket.end("220 mail.example ESMTP\r\n"),
};

/** `linux/in.h`, `linux/in6.h`: binds to addresses that don't exist yet. */
const FREE_BIND = { ipv4: { level: 0, name: 15 }, ipv6: { level: 41, name: 78 } } as const;

/** Opened at once, so that it is in the namespace that this process is in now. */
const openDnsSocket = (text: string): DatagramSocket => {
  const family = text.includes(":") ? "ipv6" : "ipv4";
  const fd = openSocket({ domain: family === "ipv6" ? AF_INET6 : AF_INET, type: SOCK_DGRAM, protocol: 0 });
  setOption({ fd, ...FREE_BIND[family], value: 1 });
  const address = Buffer.from(socketAddress(text));
  address.writeUInt16BE(53, 2);
  bindSocket(fd, address);
  const socket = createSocket(family === "ipv6" ? "udp6" : "udp4");
  socket.bind({ fd });
  return socket;
};

const makeCertificate = (): { key: Buffer; cert: Buffer } => {
  const folder = mkdtempSync(join(tmpdir(), "wf-certificate-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const subject = ["-subj", "/CN=detect.example.net", "-addext", "subjectAltName=DNS:detect.example.net"];
  const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  execFileSync("openssl", ["req", ...kind, "-keyout", key, "-out", cert, ...subject], { stdio: "ignore" });
  const made = { key: readFileSync(key), cert: readFileSync(cert) };
  rmSync(folder, { recursive: true });
  return made;
};

/** Opens them. The servers listen on all addresses of both families before this returns. */
export const openServers = (): Servers => {
  const paths: string[] = [];
  let [opened, open, queries] = [0, 0, 0];
  let headers: Readonly<Record<string, unknown>> = {};
  let answers: (query: Buffer, from: RemoteInfo) => readonly Buffer[] = () => [];
  const count = (socket: Socket): void => {
    opened += 1;
    open += 1;
    socket.on("close", () => {
      open -= 1;
    });
    socket.on("error", () => {});
  };
  const serve: RequestListener = (request, response) => {
    paths.push(request.url ?? "");
    headers = request.headers;
    PAGES[request.url ?? ""]?.(response, request.socket);
  };
  /** What is asked at the peer's other address is answered from the first one. */
  const dns = Object.values(PEER).flatMap(({ address, other }) => {
    const socket = openDnsSocket(address);
    const both = [socket, openDnsSocket(other)];
    for (const one of both) {
      one.on("message", (query, from) => {
        queries += 1;
        for (const answer of answers(query, from)) socket.send(answer, from.port, from.address);
      });
    }
    return both;
  });
  const servers = [
    createTcpServer(count).listen(7000),
    createServer(serve).on("connection", count).listen(80),
    createSecureServer(makeCertificate(), serve)
      .on("connection", count)
      .on("tlsClientError", () => {})
      .listen(443),
  ];
  return {
    answerDns: (with_) => {
      answers = with_;
    },
    queries: () => queries,
    connections: () => ({ opened, open }),
    paths,
    headers: () => headers,
    close: () => {
      for (const server of servers) server.close();
      for (const socket of dns) socket.close();
    },
  };
};

/** An answer to a query: a response code, and addresses of type A or AAAA as octets. */
export const dnsAnswer = (
  query: Buffer,
  { code = 0, addresses = [] as readonly Uint8Array[], lifetime = 60 } = {},
): Buffer => {
  const header = Buffer.from(query.subarray(0, 12));
  header.writeUInt16BE(0x8180 | code, 2);
  header.writeUInt16BE(addresses.length, 6);
  const records = addresses.flatMap((address) => {
    const start = Buffer.from([0xc0, 12, 0, address.length === 4 ? 1 : 28, 0, 1, 0, 0, 0, 0, 0, address.length]);
    start.writeUInt32BE(lifetime, 6);
    return [start, address];
  });
  return Buffer.concat([header, query.subarray(12), ...records]);
};
