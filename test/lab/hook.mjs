// A web server that prints what is posted to it, a JSON object a line: `node hook.mjs PORT`.
import { createServer } from "node:http";

createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  process.stdout.write(
    `${JSON.stringify({ path: request.url, headers: request.headers, body: Buffer.concat(chunks).toString() })}\n`,
  );
  response.writeHead(204).end();
}).listen(Number(process.argv[2]), () => process.stdout.write("ready\n"));
