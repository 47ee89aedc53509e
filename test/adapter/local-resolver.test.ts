import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openLocalResolver } from "../../src/adapter/service/local-resolver.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "wan-failover-resolver-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const ABSENT = "/nonexistent/socket";

test("the file holds the servers in their order, and is written only when they change", async () => {
  const path = join(folder, "resolv.conf");
  const resolver = openLocalResolver({ path, resolvedSocket: ABSENT });
  expect(await resolver.use({ servers: ["9.9.9.9", "2001:db8::53"], links: [] })).toBeNull();
  const text = readFileSync(path, "utf8");
  expect(text.replace(/^#.*\n/, "")).toBe("nameserver 9.9.9.9\nnameserver 2001:db8::53\n");
  const { ino, mode } = statSync(path);
  expect(mode & 0o777).toBe(0o644);
  await openLocalResolver({ path, resolvedSocket: ABSENT }).use({ servers: ["9.9.9.9", "2001:db8::53"], links: [] });
  expect(statSync(path).ino).toBe(ino);
  await resolver.use({ servers: ["9.9.9.9"], links: [] });
  expect(readFileSync(path, "utf8")).toMatch(/\nnameserver 9\.9\.9\.9\n$/);
});

test("a disk that refuses is a sentence", async () => {
  writeFileSync(join(folder, "file"), "");
  const resolver = openLocalResolver({ path: join(folder, "file", "resolv.conf"), resolvedSocket: ABSENT });
  expect(await resolver.use({ servers: ["9.9.9.9"], links: [] })).toMatch(/resolv\.conf can't be written: ENOTDIR/);
});

/** A program in resolvectl's place. */
const program = (lines: string): string => {
  const path = join(folder, "resolvectl");
  writeFileSync(path, `#!/bin/sh\n${lines}\n`);
  chmodSync(path, 0o755);
  return path;
};

test("systemd-resolved is told of each link, in turn, and its refusal is a sentence", async () => {
  const [path, calls] = [join(folder, "resolv.conf"), join(folder, "calls")];
  const resolvectl = program(`for word; do printf '<%s>' "$word"; done >> ${calls}; echo >> ${calls}`);
  const resolver = openLocalResolver({ path, resolvectl, resolvedSocket: folder });
  const links = (used: boolean) => [{ interface: "eth0", servers: ["9.9.9.9", "2001:db8::53"], used }];
  await Promise.all([true, false].map((used) => resolver.use({ servers: ["9.9.9.9"], links: links(used) })));
  expect(readFileSync(calls, "utf8").trim().split("\n")).toEqual([
    "<dns><eth0><9.9.9.9><2001:db8::53>",
    "<domain><eth0><~.>",
    "<default-route><eth0><yes>",
    "<dns><eth0><9.9.9.9><2001:db8::53>",
    "<domain><eth0><>",
    "<default-route><eth0><no>",
  ]);
  program("echo 'Interactive authentication required.' >&2; exit 1");
  expect(await resolver.use({ servers: ["9.9.9.9"], links: links(true) })).toMatch(
    /^systemd-resolved was not told whom to ask: (.|\n)*Interactive authentication required\.$/,
  );
});
