// Asterisk's manager interface as main/manager.c speaks it, for a user `wan-failover`: `node ami.mjs PORT SECRET FILE`; the
// file holds how many calls are active. Prints each action and, for a command, its words.
import { readFileSync } from "node:fs";
import { createServer } from "node:net";

const [port, secret, file] = process.argv.slice(2);

const fieldsOf = (text) =>
  Object.fromEntries(
    text.split("\r\n").map((line) => [line.split(":", 1)[0].toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]),
  );

const ANSWERS = {
  login: (session, { username, secret: given }) => {
    if (username !== "wan-failover" || given !== secret) return ["Response: Error", "Message: Authentication failed"];
    session.in = true;
    return ["Response: Success", "Message: Authentication accepted"];
  },
  corestatus: () => [
    "Response: Success",
    "CoreStartupDate: 2026-08-01",
    "CoreReloadDate: 2026-08-01",
    `CoreCurrentCalls: ${readFileSync(file, "utf8").trim()}`,
  ],
  command: () => ["Response: Success", "Message: Command output follows", "Output: Queued", "Output: "],
};

createServer((socket) => {
  const session = { in: false };
  const say = (lines) => socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  let text = "";
  socket.on("error", () => {});
  socket.write("Asterisk Call Manager/9.0.0\r\n");
  socket.on("data", (chunk) => {
    const parts = (text + chunk).split("\r\n\r\n");
    text = parts.pop();
    for (const fields of parts.map(fieldsOf)) {
      const { action = "", actionid, command = "" } = fields;
      process.stdout.write(`${action} ${command}\n`);
      const answer = session.in || action === "Login" ? ANSWERS[action.toLowerCase()]?.(session, fields) : undefined;
      const [first, ...rest] = answer ?? ["Response: Error", "Message: Permission denied"];
      say([first, `ActionID: ${actionid}`, ...rest]);
      if (action === "Login" && session.in)
        say(["Event: FullyBooted", "Privilege: system,all", "Status: Fully Booted"]);
    }
  });
}).listen(Number(port), "127.0.0.1", () => process.stdout.write("ready\n"));
