// Web servers for the lab's internet and its ISPs: `node web.mjs plain|portal PORT`, `node web.mjs secure PORT KEY CERTIFICATE`.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";

const [kind, port, key, certificate] = process.argv.slice(2);

const answer = (request, response) => {
  process.stdout.write(`${kind} ${request.headers.host}${request.url}\n`);
  if (kind === "portal") response.writeHead(302, { location: `http://login.hotel.example/?from=${request.url}` });
  else response.writeHead(204);
  response.end();
};

const server =
  kind === "secure"
    ? createSecureServer({ key: readFileSync(key), cert: readFileSync(certificate) }, answer)
    : createServer(answer);
server.listen(Number(port), () => process.stdout.write("ready\n"));
