import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer, isIPv6, type Socket } from "node:net";

/** Where an echo server listens, by UDP and TCP alike. */
export interface EchoPlace {
  readonly address: string;
  readonly port: number;
}

/** The answer: the request, a blank, and the source that it came from. */
const answer = (request: string, source: string): string => `${request.trim()} ${source}`;

const listenUdp = async ({ address, port }: EchoPlace): Promise<void> => {
  const socket = createSocket(isIPv6(address) ? "udp6" : "udp4");
  socket.on("message", (request, from) => {
    socket.send(answer(request.toString(), from.address), from.port, from.address, () => {});
  });
  socket.bind(port, address);
  await once(socket, "listening");
  socket.on("error", () => {});
};

const converse = (connection: Socket): void => {
  const source = connection.remoteAddress ?? "";
  let text = "";
  connection.setNoDelay(true);
  connection.on("error", () => connection.destroy());
  connection.on("data", (chunk) => {
    const requests = (text + chunk.toString()).split("\n");
    text = requests.pop() ?? "";
    for (const request of requests) connection.write(`${answer(request, source)}\n`);
  });
};

const listenTcp = async ({ address, port }: EchoPlace): Promise<void> => {
  const server = createServer(converse);
  server.listen(port, address);
  await once(server, "listening");
};

/** Echoes each datagram and each line of a connection with the source that it saw, until its standard input ends. */
export const runEcho = async (places: readonly EchoPlace[]): Promise<void> => {
  await Promise.all(places.flatMap((place) => [listenUdp(place), listenTcp(place)]));
  process.stdin.resume().on("end", () => process.exit(0));
  process.stdout.write("ready\n");
};
