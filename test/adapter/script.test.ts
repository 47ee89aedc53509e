import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runScript, type ScriptRun } from "../../src/adapter/process/script.ts";
import { until } from "./until.ts";

const folder = mkdtempSync(join(tmpdir(), "wan-failover-script-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let scripts = 0;
const scriptOf = (text: string, mode = 0o755): string => {
  scripts += 1;
  const path = join(folder, `script${scripts}`);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
};

const lines: string[] = [];
const run = (path: string, changes: Partial<ScriptRun> = {}) => {
  lines.length = 0;
  return runScript({
    path,
    arguments: [],
    variables: {},
    timeoutMs: 5000,
    onLine: (line) => lines.push(line),
    ...changes,
  });
};

const isAlive = (pid: number): boolean =>
  existsSync(`/proc/${pid}/stat`) && !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));

test("arguments arrive as they are, whatever is in them", async () => {
  const path = scriptOf(
    '#!/bin/sh\nfor one in "$@"; do echo "<$one>"; done\necho "$WAN_FAILOVER_REASON" >&2\nexit 7\n',
  );
  const reason = "$(reboot); `id` 'quoted'";
  const outcome = await run(path, {
    arguments: ["SECONDARY", "", "a b", "$HOME;*"],
    variables: { WAN_FAILOVER_REASON: reason },
  });
  expect(outcome).toEqual({ kind: "exited", code: 7 });
  expect(lines.toSorted()).toEqual([reason, "<$HOME;*>", "<>", "<SECONDARY>", "<a b>"].toSorted());
});

test("what isn't there or isn't executable is no script", async () => {
  expect(await run(join(folder, "nothing"))).toEqual({ kind: "absent" });
  expect(await run(join(scriptOf("x"), "below-a-file"))).toEqual({ kind: "absent" });
  expect(await run(scriptOf("#!/bin/sh\nexit 0\n", 0o644))).toEqual({ kind: "absent" });
});

test("a file without an interpreter line is taken for one of sh, as in a shell", async () => {
  expect(await run(scriptOf("exit 4\n"))).toEqual({
    kind: "exited",
    code: 4,
  });
});

test("a path that no file can have is a failure, not a crash", async () => {
  expect(await run("/\0")).toEqual({ kind: "failed", problem: "it can't be started (ERR_INVALID_ARG_VALUE)" });
});

test("one that hangs is ended with its children when its time is over", async () => {
  const path = scriptOf("#!/bin/sh\nsleep 60 &\necho $!\nwait\n");
  expect(await run(path, { timeoutMs: 300 })).toEqual({ kind: "failed", problem: "it did not end within 0.3 s" });
  const child = Number(lines[0]);
  expect(child).toBeGreaterThan(1);
  await until(() => !isAlive(child));
});

test("one that ignores SIGTERM gets SIGKILL", async () => {
  const path = scriptOf("#!/bin/sh\ntrap '' TERM\nwhile :; do sleep 0.1; done\n");
  const began = Date.now();
  expect(await run(path, { timeoutMs: 100 })).toEqual({ kind: "failed", problem: "it did not end within 0.1 s" });
  expect(Date.now() - began).toBeGreaterThan(2900);
}, 15_000);

test("one that is killed from outside says by what", async () => {
  expect(await run(scriptOf("#!/bin/sh\nkill -9 $$\n"))).toEqual({ kind: "failed", problem: "SIGKILL ended it" });
});

test("a service that it starts in the background neither delays its end nor is ended", async () => {
  const path = scriptOf("#!/bin/sh\nsleep 30 &\necho $!\nexit 0\n");
  const began = Date.now();
  expect(await run(path)).toEqual({ kind: "exited", code: 0 });
  expect(Date.now() - began).toBeLessThan(5000);
  await until(() => lines.length > 0);
  const child = Number(lines[0]);
  expect(isAlive(child)).toBe(true);
  process.kill(child, "SIGKILL");
});

test("output without end is cut off and the script goes on", async () => {
  const path = scriptOf(
    "#!/bin/sh\nyes 'a long line of output' | head -c 1000000\nhead -c 100000 /dev/zero | tr '\\0' x\nexit 3\n",
  );
  expect(await run(path)).toEqual({ kind: "exited", code: 3 });
  await until(() => lines.at(-1)?.startsWith("…") === true);
  expect(lines.join("\n").length).toBeLessThan(10_000);
});

test("our own service manager's variables stay with us", async () => {
  process.env.NOTIFY_SOCKET = "/run/systemd/notify";
  process.env.WATCHDOG_USEC = "1";
  try {
    await run(scriptOf('#!/bin/sh\necho "$NOTIFY_SOCKET$WATCHDOG_USEC."\n'));
    await until(() => lines.length > 0);
    expect(lines).toEqual(["."]);
  } finally {
    delete process.env.NOTIFY_SOCKET;
    delete process.env.WATCHDOG_USEC;
  }
});
