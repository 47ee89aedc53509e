import { existsSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pause } from "../../lab/clock.ts";
import type { Outcome } from "../../lab/daemon.ts";
import type { StatusAnswer } from "../../src/api/contract.ts";
import { areAll, areOn, briskConfig, type House, isWell, openHouse } from "./house.ts";

/** Runs a command in a terminal of 100 × 30; a second and a half later, and once a word is seen, presses a key. Prints what the terminal got. */
const TERMINAL = `
import os, pty, sys, time, fcntl, termios, struct, select
child, terminal = pty.fork()
if child == 0:
    os.execvp(sys.argv[3], sys.argv[3:])
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
seen, pressed, deadline = b"", False, time.monotonic() + 15
begin = time.monotonic()
while time.monotonic() < deadline:
    if select.select([terminal], [], [], 0.1)[0]:
        try:
            some = os.read(terminal, 65536)
        except OSError:
            break
        if not some:
            break
        seen += some
    if not pressed and sys.argv[1].encode() in seen and time.monotonic() > begin + 1.5:
        os.write(terminal, bytes([int(sys.argv[2])]))
        pressed = True
_, status = os.waitpid(child, 0)
sys.stdout.buffer.write(seen)
sys.exit(os.waitstatus_to_exitcode(status))
`;

const COMMAND = new URL("../../bin/wan-failover", import.meta.url).pathname;

describe("the command line beside a running daemon", () => {
  let house: House;
  let close = async (): Promise<void> => {};
  const cli = (...words: readonly string[]): Promise<Outcome> => house.daemon().cli(...words);
  beforeAll(async () => {
    const keep = (closing: () => Promise<void>): void => {
      close = closing;
    };
    const config = briskConfig({ holdAfterFailover: "10m" });
    house = await openHouse({ config, measure: { long: ["udp"] }, keep });
  });
  afterAll(() => close());

  test("status shows who carries traffic, and why", async () => {
    const { code, stdout } = await cli("status");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^● Traffic takes fiber: fiber is the best uplink that works\.\n/);
    expect(stdout).toMatch(/▶ IPv4 {2}up \d+ s .* 0 % lost/);
    expect(stdout).toMatch(
      /lte {2}wan1 · tier 2( · .+ this month)?\n.*IPv4 {2}up .*\n +stands by · answers within .* · gateway 198\.51\.100\.1/,
    );
  });

  test("status --json is what the API says", async () => {
    const answer = JSON.parse((await cli("status", "--json")).stdout) as StatusAnswer;
    expect(answer).toMatchObject({
      pid: house.daemon().pid,
      status: { online: true, active: ["fiber"], problems: [] },
    });
  });

  test("status --watch draws the screen, and q ends it and cleans up", async () => {
    const socket = ["--socket", house.daemon().socket];
    const argv = [
      "python3",
      "-c",
      TERMINAL,
      "fiber",
      String("q".charCodeAt(0)),
      COMMAND,
      ...socket,
      "status",
      "--watch",
    ];
    const { code, stdout } = await house.lab.execute("router", argv, { TERM: "xterm-256color" });
    expect(code).toBe(0);
    expect(stdout.startsWith("\u001b[?1049h")).toBe(true);
    expect(stripVTControlCharacters(stdout)).toContain("Traffic takes fiber: fiber is the best uplink that works.");
    for (const restoring of ["?1049l", "?25h", "?7h"]) expect(stdout).toContain(`\u001b[${restoring}`);
  });

  test("init takes Ctrl-C and Ctrl-D for a no, and writes nothing", async () => {
    const file = join(house.lab.plan.directory, "none.yaml");
    const keys = [3, 4].map(String);
    const asked = keys.map((key) => ["python3", "-c", TERMINAL, "[y/N]", key, COMMAND, "init", "--config", file]);
    for (const { code, stdout } of await Promise.all(asked.map((argv) => house.lab.execute("router", argv)))) {
      expect.soft(code).toBe(0);
      expect.soft(stdout).not.toContain("mistake");
    }
    expect(existsSync(file)).toBe(false);
  });

  test("status --watch without a terminal prints a text each second", async () => {
    const child = house.lab.spawn("router", [COMMAND, "--socket", house.daemon().socket, "status", "--watch"]);
    let text = "";
    child.stdout.on("data", (chunk) => {
      text += chunk;
    });
    for (let tries = 0; tries < 100 && text.split("Traffic takes fiber").length < 3; tries += 1) await pause(100);
    child.kill("SIGINT");
    expect(text.split("Traffic takes fiber").length).toBeGreaterThanOrEqual(3);
  });

  test("explain says who carries traffic and who would take over", async () => {
    const { code, stdout } = await cli("explain");
    expect(code).toBe(0);
    expect(stdout.replace(/\s+/g, " ")).toMatch(
      /^IPv4 .*traffic has taken fiber for \d+ s: fiber is the best uplink that works\. Should it fail, lte takes over\. /,
    );
  });

  test("test moves traffic, failback ends it, and both say so", async () => {
    const begun = await cli("test", "lte", "--for", "1m");
    expect.soft(begun).toMatchObject({ code: 0, stderr: "" });
    expect
      .soft(begun.stdout)
      .toMatch(/^Testing: traffic goes over lte for 60 s; `wan-failover failback` ends it sooner\.\n$/);
    await house.until("on lte", areOn("lte"));
    expect.soft((await cli("test", "lte")).stderr).toBe("wan-failover: lte carries the traffic already.\n");
    expect.soft((await cli("explain")).stdout).toMatch(/^A test forces traffic onto lte for another (1 m|\d+ s); /);
    expect.soft(await cli("failback")).toMatchObject({ code: 0, stdout: "The test is over; traffic goes back.\n" });
    await house.until("back on fiber", isWell);
  });

  test("use pins an uplink until use auto", async () => {
    expect.soft(await cli("use", "lte")).toMatchObject({
      code: 0,
      stdout: "lte is pinned; `wan-failover use auto` lifts that.\n",
    });
    await house.until("on lte", areOn("lte"));
    const refused = await cli("failback");
    expect
      .soft([refused.code, refused.stderr])
      .toEqual([1, "wan-failover: lte is pinned by hand; `wan-failover use auto` lifts that.\n"]);
    expect.soft((await cli("use", "auto")).code).toBe(0);
    await house.until("back on fiber", isWell);
  });

  test("what can't be done is refused in a sentence, with exit code 1", async () => {
    await house.lab.break("secondary-dead");
    await house.until("lte down", areAll("lte", "down"));
    const refusals = await Promise.all([
      cli("test", "lte"),
      cli("test"),
      cli("test", "fiber"),
      cli("test", "nothing"),
      cli("failback"),
      cli("use", "nothing"),
    ]);
    expect
      .soft(refusals.map(({ code, stdout }) => ({ code, stdout })))
      .toEqual(refusals.map(() => ({ code: 1, stdout: "" })));
    expect
      .soft(
        refusals.map(({ stderr }) => stderr.replace(/\d+ probes .* \d+\.\d s(; \w+: its gateway \w+( \w+)?)?/, "…")),
      )
      .toEqual([
        "wan-failover: lte does not work now (…), so it is not tested.\n",
        "wan-failover: No standby works, so there is nothing to test.\n",
        "wan-failover: fiber carries the traffic already.\n",
        "wan-failover: There is no uplink nothing; there are: fiber, lte.\n",
        "wan-failover: There is no better uplink that works, so nothing to go back to.\n",
        "wan-failover: There is no uplink nothing; there are: fiber, lte.\n",
      ]);
    expect.soft(areOn("fiber")(await house.status())).toBe(true);
    const pinned = await cli("use", "lte");
    expect.soft(pinned).toMatchObject({
      code: 0,
      stdout: "lte is pinned but does not work now; until it does, fiber carries the traffic.\n",
    });
    await cli("use", "auto");
    await house.lab.heal();
    await house.until("well again", isWell, 20_000);
  });

  test("a usage error has exit code 2, a missing daemon 3", async () => {
    const missing = "/nowhere/api.sock";
    const outcomes = await Promise.all([
      cli("tset"),
      cli("test", "--for", "soon"),
      cli("check", "/nowhere/config.yaml"),
      cli("--socket", missing, "status"),
      cli("--socket", missing, "use", "lte"),
    ]);
    expect.soft(outcomes.map(({ code }) => code)).toEqual([2, 2, 2, 3, 3]);
    for (const { stdout, stderr } of outcomes) {
      expect.soft(stdout).toBe("");
      expect.soft(stderr).toMatch(/^wan-failover: .+\.\n$|^wan-failover: .+\n$/);
      expect.soft(stderr).not.toMatch(/at .*\.m?js/);
    }
  });

  test("the log of an outage reads like a story", async () => {
    const { length } = house.daemon().log();
    await house.lab.break("blackhole", "wan0");
    await house.until("on lte", areOn("lte"));
    await house.lab.heal();
    await house.until("fiber up", areAll("fiber", "up"), 20_000);
    expect
      .soft((await cli("explain")).stdout.replace(/\s+/g, " "))
      .toMatch(
        /fiber works again; held after the last switch for another 9 m \d+ s; `wan-failover failback` goes back now/,
      );
    expect.soft(await cli("failback")).toMatchObject({ code: 0 });
    await house.until("back on fiber", isWell);
    const story = house
      .daemon()
      .log()
      .slice(length)
      .split("\n")
      .filter((line) => line.includes("IPv4"))
      .map((line) => line.replace(/^\S+ /, "").replace(/\d+(\.\d)? (probes|targets|m?s)\b/g, "n $2"))
      // The gateway's answer may come just after the line was written.
      .map((line) => line.replace(/; upstream: its gateway answers$/, ""));
    expect
      .soft(story)
      .toEqual([
        "info: IPv4: new flows take lte for now; fiber: n probes to n targets unanswered for n s",
        "info: fiber IPv4 is down: n probes to n targets unanswered for n s",
        "info: IPv4 failover: from fiber to lte; fiber is down: n probes to n targets unanswered for n s",
        "info: fiber IPv4 is in hold-down: answers again after n s, held down for n s",
        expect.stringMatching(
          /^info: fiber IPv4 is up: answered throughout its hold-down of n s, \d+ of n probes lost$/,
        ),
        expect.stringMatching(
          /^info: IPv4 failback: from lte to fiber; fiber works again: answered throughout its hold-down/,
        ),
      ]);
  });
});
