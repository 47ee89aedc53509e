import { expect, test, vi } from "vitest";
import { type Actions, runProgram } from "../../src/cli/program.ts";
import { AppError } from "../../src/error.ts";

/** What the command line comes to: the action, its arguments, and the exit code. */
const understand = async (...argv: string[]): Promise<{ calls: unknown[][]; code: number }> => {
  const calls: unknown[][] = [];
  const act =
    (name: string) =>
    (...given: unknown[]): Promise<number> => {
      calls.push([name, ...given]);
      return Promise.resolve(0);
    };
  const actions: Actions = {
    run: act("run"),
    status: act("status"),
    health: act("health"),
    explain: act("explain"),
    test: act("test"),
    failback: act("failback"),
    use: act("use"),
    notifyTest: act("notifyTest"),
    history: act("history"),
    report: act("report"),
    check: act("check"),
    doctor: act("doctor"),
    replay: act("replay"),
    wireguardPair: act("wireguardPair"),
    service: act("service"),
    import: act("import"),
    init: act("init"),
    reset: act("reset"),
    password: act("password"),
    tokenCreate: act("tokenCreate"),
    tokenList: act("tokenList"),
    tokenRevoke: act("tokenRevoke"),
    detector: act("detector"),
    demo: act("demo"),
  };
  return { code: await runProgram({ version: "1.2.3", actions, argv }), calls };
};

test.each<[string, unknown[]]>([
  ["run --config /c", ["run", { config: "/c" }]],
  ["status --json --watch", ["status", { json: true, watch: true }]],
  ["--socket /s status", ["status", { socket: "/s" }]],
  ["status --socket /s", ["status", { socket: "/s" }]],
  ["health", ["health", undefined, {}]],
  ["health lte --json", ["health", "lte", { json: true }]],
  ["explain", ["explain", {}]],
  ["password", ["password", {}]],
  ["token create prometheus", ["tokenCreate", "prometheus", { scope: "read" }]],
  ["token create x --scope control --json", ["tokenCreate", "x", { scope: "control", json: true }]],
  ["token list", ["tokenList", {}]],
  ["token revoke 0a1b", ["tokenRevoke", "0a1b", {}]],
  ["status --astlinux", ["status", { astlinux: true }]],
  ["init --yes", ["init", { yes: true }]],
  ["import astlinux /a /b", ["import", "astlinux", ["/a", "/b"]]],
  [
    "wireguard-pair --static 192.0.2.10 --lan 192.168.101.0/24 fd01::/64 --box 2 --inbound tcp/443=192.168.101.10 --json",
    [
      "wireguardPair",
      {
        static: "192.0.2.10",
        lan: ["192.168.101.0/24", "fd01::/64"],
        box: "2",
        uplink: "eth0",
        lte: "eth1",
        staticInterface: "eth0",
        inbound: ["tcp/443=192.168.101.10"],
        json: true,
      },
    ],
  ],
  ["service restart --config /c", ["service", "restart", { config: "/c" }]],
  ["test", ["test", undefined, {}]],
  ["test lte --for 2m", ["test", "lte", { for: "2m" }]],
  ["failback", ["failback", {}]],
  ["use auto --json", ["use", "auto", { json: true }]],
  ["notify test --json", ["notifyTest", { json: true }]],
  ["history", ["history", { since: "7d" }]],
  ["history --since 90m --csv", ["history", { since: "90m", csv: true }]],
  ["report --month 2026-10 --html", ["report", { month: "2026-10", html: true }]],
  ["check", ["check", undefined, {}]],
  ["check /f --json", ["check", "/f", { json: true }]],
  ["doctor --config /c", ["doctor", { config: "/c" }]],
  ["replay", ["replay", undefined, {}]],
  ["replay /j --config /c --tune --json", ["replay", "/j", { config: "/c", tune: true, json: true }]],
  ["reset", ["reset"]],
  ["detector --stdio", ["detector"]],
  ["demo fast --uplinks 3", ["demo", ["fast", "--uplinks", "3"]]],
])("`%s` is understood", async (line, call) => {
  expect(await understand(...line.split(" "))).toEqual({ code: 0, calls: [call] });
});

const silently = async (...argv: string[]) => {
  const written: string[] = [];
  const keep = (text: string | Uint8Array): boolean => {
    written.push(String(text));
    return true;
  };
  const spies = [vi.spyOn(process.stderr, "write"), vi.spyOn(process.stdout, "write")];
  for (const spy of spies) spy.mockImplementation(keep);
  try {
    return { ...(await understand(...argv)), text: written.join("") };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
};

test.each([
  ["status --jsn", "wan-failover: unknown option '--jsn' (Did you mean --json?)\n"],
  ["use", "wan-failover: missing required argument 'uplink'\n"],
  ["explain now", "wan-failover: too many arguments for 'explain'. Expected 0 arguments but got 1.\n"],
  ["report --csv --json", "wan-failover: option '--csv' cannot be used with option '--json'\n"],
  ["status --watch --astlinux", "wan-failover: option '--astlinux' cannot be used with option '--watch'\n"],
  ["run --config", "wan-failover: option '--config <file>' argument missing\n"],
])("`%s` is a mistake in usage, in one sentence", async (line, text) => {
  expect(await silently(...line.split(" "))).toEqual({ code: 2, calls: [], text });
});

test("no command at all shows the help, and is a mistake in usage", async () => {
  const { code, text } = await silently();
  expect(code).toBe(2);
  expect(text).toContain("Usage: wan-failover");
});

test.each([["--version"], ["-V"], ["--help"], ["help"], ["help status"]])("`%s` is none", async (line) => {
  expect(await silently(...line.split(" "))).toMatchObject({ code: 0, calls: [] });
});

const refusal = (...argv: string[]): Promise<unknown> => understand(...argv).catch((error: unknown) => error);

test.each([
  ["stat", "there is no command stat; did you mean status?"],
  ["satus", "there is no command satus; did you mean status?"],
  ["d", "there is no command d; did you mean doctor or detector or demo?"],
  [
    "frobnicate --hard",
    "there is no command frobnicate; there are: run, service, status, health, explain, history, report, test, failback, use, notify, check, import, init, wireguard-pair, doctor, replay, reset, detector, demo, password, token",
  ],
])("`%s` is no command, and is told what would be", async (line, detail) => {
  expect(await refusal(...line.split(" "))).toEqual(new AppError("usage", detail));
});

test.each([["5"], ["0s"], ["8d"], ["2 m"], ["-1s"]])("a test can't last %j", async (duration) => {
  expect(await refusal("test", `--for=${duration}`)).toMatchObject({ code: "usage" });
});

test("a service has AstLinux's verbs and no others", async () => {
  expect(await refusal("service", "reload")).toEqual(
    new AppError("usage", "service takes start, stop, restart, test, rather than reload"),
  );
});
