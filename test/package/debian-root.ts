import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { pause } from "../../lab/clock.ts";

const run = promisify(execFile);

const ARCHIVE = "http://deb.debian.org/debian";
const BOOT_MS = 60_000;
const VARIABLES = [
  "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  "LC_ALL=C",
  "DEBIAN_FRONTEND=noninteractive",
];

/** A Debian system of its own in a folder, as a new machine has it. */
export interface DebianRoot {
  readonly path: string;
  /** Runs a command in it while it isn't booted, with this machine's network. Rejects where it fails. */
  inside(...argv: readonly string[]): Promise<string>;
  /** Boots it in a network namespace. */
  boot(namespace: string): Promise<Machine>;
  remove(): Promise<void>;
}

/** A booted system. */
export interface Machine {
  /** Runs a command in it; its exit code and what it said. */
  execute(...argv: readonly string[]): Promise<{ readonly code: number; readonly said: string }>;
  /** Runs a command that must succeed. */
  run(...argv: readonly string[]): Promise<string>;
  powerOff(): Promise<void>;
}

/** A minimal Debian of this release, fetched from Debian's archive. */
export const buildDebianRoot = async (suite: string): Promise<DebianRoot> => {
  const path = await mkdtemp(join(tmpdir(), `wan-failover-${suite}-`));
  // It becomes the system's /, where everybody may go.
  await chmod(path, 0o755);
  await run("debootstrap", ["--variant=minbase", "--include=systemd-sysv,dbus,iproute2", suite, path, ARCHIVE]);
  const inside = async (...argv: readonly string[]): Promise<string> => {
    const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" };
    return (await run("chroot", [path, ...argv], { env })).stdout;
  };
  await inside("apt-get", "update", "-q");
  return {
    path,
    inside,
    boot: (namespace) => boot(path, namespace),
    remove: () => rm(path, { recursive: true, force: true }),
  };
};

const boot = async (path: string, namespace: string): Promise<Machine> => {
  const nspawn = spawn(
    "systemd-nspawn",
    [
      ...["--quiet", "--boot", "--register=no", "--keep-unit", `--directory=${path}`],
      // Kept by itself only for a network that nspawn makes.
      "--capability=CAP_NET_ADMIN",
      `--network-namespace-path=/run/netns/${namespace}`,
    ],
    // As on a real machine, /proc/sys/net can be written unless a unit forbids it.
    { stdio: "ignore", env: { ...process.env, SYSTEMD_NSPAWN_API_VFS_WRITABLE: "network" } },
  );
  const leader = await leaderOf(nspawn.pid ?? 0);
  const execute: Machine["execute"] = async (...argv) => {
    const enter = ["--target", String(leader), "--all", "env", "--ignore-environment"];
    try {
      const { stdout } = await run("nsenter", [...enter, ...VARIABLES, ...argv]);
      return { code: 0, said: stdout };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, said: `${stdout}${stderr}` };
    }
  };
  await untilBooted(execute);
  return {
    execute,
    run: async (...argv) => {
      const { code, said } = await execute(...argv);
      if (code !== 0) throw new Error(`${argv.join(" ")}: ${said}`);
      return said;
    },
    powerOff: async () => {
      nspawn.kill("SIGTERM");
      await once(nspawn, "exit");
    },
  };
};

/** The system's process 1, as this machine counts. */
const leaderOf = async (nspawn: number): Promise<number> => {
  for (let waited = 0; waited < BOOT_MS; waited += 100) {
    for (const child of await childrenOf(nspawn))
      if ((await readFile(`/proc/${child}/comm`, "utf8").catch(() => "")).trim() === "systemd") return child;
    await pause(100);
  }
  throw new Error("the system didn't boot");
};

const childrenOf = async (pid: number): Promise<readonly number[]> => {
  const tasks = await readdir(`/proc/${pid}/task`).catch(() => []);
  const lists = await Promise.all(tasks.map((task) => readFile(`/proc/${pid}/task/${task}/children`, "utf8")));
  return lists.join(" ").split(/\s+/).filter(Boolean).map(Number);
};

const untilBooted = async (execute: Machine["execute"]): Promise<void> => {
  for (let waited = 0; waited < BOOT_MS; waited += 500) {
    const { said } = await execute("systemctl", "is-system-running");
    if (/^(running|degraded)/m.test(said)) return;
    await pause(500);
  }
  throw new Error("the system didn't finish booting");
};
