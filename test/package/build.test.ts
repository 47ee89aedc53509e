import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";

/** `elf.h`, `e_machine`: for which processor code is. */
const MACHINES = { amd64: 62, arm64: 183 } as const;
const BUILD = ["run", "package", "--", ...Object.keys(MACHINES).flatMap((each) => ["--architecture", each])];

const checksums = (): Record<string, string> => {
  execFileSync("npm", BUILD, { stdio: "ignore" });
  return Object.fromEntries(
    readdirSync("packages").map((file) => [
      file,
      createHash("sha256")
        .update(readFileSync(`packages/${file}`))
        .digest("hex"),
    ]),
  );
};

/** For which processor each program and library in a package is. */
const machinesIn = (deb: string): readonly number[] => {
  const folder = mkdtempSync(join(tmpdir(), "wan-failover-unpacked-"));
  try {
    execFileSync("dpkg-deb", ["-x", deb, folder]);
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name)))
      .filter((bytes) => bytes.toString("latin1", 0, 4) === "\x7fELF")
      .map((bytes) => bytes.readUInt16LE(18));
  } finally {
    rmSync(folder, { recursive: true });
  }
};

describe("packages for two processors", () => {
  let first: Record<string, string>;

  beforeAll(() => {
    first = checksums();
  }, 900_000);

  test("each holds its own processor's code and no other's", () => {
    for (const [architecture, machine] of Object.entries(MACHINES)) {
      const debs = Object.keys(first).filter((file) => file.endsWith(`_${architecture}.deb`));
      expect(debs).toHaveLength(2);
      for (const deb of debs) expect(machinesIn(`packages/${deb}`)).toEqual([machine]);
    }
  });

  test("two builds give the same bytes", { timeout: 900_000 }, () => {
    expect(Object.keys(first)).toHaveLength(6);
    expect(checksums()).toEqual(first);
  });
});

const node = (...argv: readonly string[]) => spawnSync(process.execPath, argv, { encoding: "utf8" });

test("a processor that isn't a 64-bit one is refused in a sentence", () => {
  const { status, stderr } = node("scripts/package.mjs", "--architecture", "armhf");
  expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(/^armhf isn't supported: .*\.\n$/) });
});

test("what the registry gives is refused where it isn't what is locked", () => {
  const wanted = { name: "@koromix/koffi-linux-arm64", version: "3.3.4", integrity: "sha512-" };
  const script = `import { withPackage } from "./scripts/package/registry.mjs"; withPackage(${JSON.stringify(wanted)}, console.log);`;
  expect(node("--input-type=module", "--eval", script)).toMatchObject({
    status: 1,
    stdout: "",
    stderr: expect.stringContaining("isn't what it should be"),
  });
});
