import { afterEach, beforeEach, expect, test } from "vitest";
import { readSysctls, writeSysctl } from "../../src/adapter/kernel/sysctl.ts";
import { enterNamespace, type Namespace } from "../fake/namespace.ts";

const FORWARDING = "net/ipv4/ip_forward";

let space: Namespace;

beforeEach(() => {
  space = enterNamespace();
});

afterEach(() => space.dispose());

test("a value that was written is read", () => {
  writeSysctl(FORWARDING, "1");
  expect(readSysctls([FORWARDING])).toEqual({ [FORWARDING]: "1" });
  writeSysctl(FORWARDING, "0");
  expect(readSysctls([FORWARDING])).toEqual({ [FORWARDING]: "0" });
});

test("what the kernel lacks is left out", () => {
  expect(readSysctls(["net/ipv4/conf/nowhere0/rp_filter", "net/ipv4/conf/lo/rp_filter"])).toEqual({
    "net/ipv4/conf/lo/rp_filter": expect.stringMatching(/^[012]$/),
  });
});

test("an interface with a dot in its name is one part of the name", () => {
  space.ip("link", "add", "wan0.5", "type", "veth", "peer", "name", "far0");
  writeSysctl("net/ipv4/conf/wan0.5/ignore_routes_with_linkdown", "1");
  expect(readSysctls(["net/ipv4/conf/wan0.5/ignore_routes_with_linkdown"])).toEqual({
    "net/ipv4/conf/wan0.5/ignore_routes_with_linkdown": "1",
  });
});

test.each([
  ["net/ipv4/nowhere", "1", "ENOENT"],
  [FORWARDING, "nonsense", "EINVAL"],
])("writing %s = %s fails with the kernel's reason", (name, value, errnoName) => {
  expect(() => writeSysctl(name, value)).toThrow(expect.objectContaining({ code: "system-call-failed", errnoName }));
});

test.each(["../../etc/passwd", "net/../kernel/panic", "", "/etc/passwd", "net//ipv4", "net/./ipv4", "net/ipv4\0"])(
  "%j is refused as a name",
  (name) => {
    expect(() => readSysctls([name])).toThrow(expect.objectContaining({ code: "invariant-broken" }));
    expect(() => writeSysctl(name, "1")).toThrow(expect.objectContaining({ code: "invariant-broken" }));
  },
);
