import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cakeWords, htbWords } from "../../src/adapter/kernel/tc-words.ts";
import { LINK_LAYERS, type LinkLayer } from "../../src/core/kernel/shaping.ts";
import { enterNamespace, type Namespace } from "../fake/namespace.ts";

const orderFor = (linkLayer: LinkLayer, ackFilter = false) =>
  ({
    kind: "shape-uplink",
    uplink: "fiber",
    interface: "wan0",
    handle: 0x8701,
    shape: { upload: 6500, linkLayer, ackFilter },
  }) as const;

let space: Namespace;
beforeAll(() => {
  space = enterNamespace();
  space.ip("link", "add", "wan0", "type", "veth", "peer", "name", "far0");
});
afterAll(() => space.dispose());

/** What the real tc says; its end where the kernel takes it. */
const tc = (words: readonly string[]): string => {
  const env = { ...process.env, PATH: `${process.env.PATH ?? ""}:/usr/sbin:/sbin` };
  const { status, stderr } = spawnSync("tc", words, { env, encoding: "utf8" });
  return status === 0 ? "taken" : stderr;
};

/** tc reads all words before it asks the kernel, which may lack CAKE. */
const UNDERSTOOD = /^(taken|Error: Specified qdisc (kind is unknown|not found))/;

describe("CAKE", () => {
  test("is asked for by AstLinux's link layers, in tc's own words", () => {
    expect(cakeWords(orderFor("docsis", true)).join(" ")).toBe(
      "qdisc replace dev wan0 root handle 8701: cake bandwidth 6500kbit diffserv4 nat docsis ack-filter",
    );
    expect(cakeWords(orderFor("ethernet")).join(" ")).toBe(
      "qdisc replace dev wan0 root handle 8701: cake bandwidth 6500kbit diffserv4 nat ethernet no-ack-filter",
    );
  });

  test.each(LINK_LAYERS)("by %s is understood by this machine's tc", (linkLayer) => {
    for (const ackFilter of [true, false]) expect(tc(cakeWords(orderFor(linkLayer, ackFilter)))).toMatch(UNDERSTOOD);
    expect(tc([...cakeWords(orderFor(linkLayer)), "nonsense"])).not.toMatch(UNDERSTOOD);
  });
});

describe("HTB", () => {
  test.each([
    ["ethernet", "rate 6500kbit ceil 6500kbit overhead 38 mpu 84 linklayer ethernet"],
    ["docsis", "rate 6500kbit ceil 6500kbit overhead 18 mpu 64 linklayer ethernet"],
    ["pppoe-ptm", "rate 6400kbit ceil 6400kbit overhead 30 linklayer ethernet"],
    ["bridged-ptm", "rate 6400kbit ceil 6400kbit overhead 22 linklayer ethernet"],
    ["pppoe-vcmux", "rate 6500kbit ceil 6500kbit overhead 32 linklayer atm"],
    ["pppoe-llcsnap", "rate 6500kbit ceil 6500kbit overhead 40 linklayer atm"],
    ["bridged-vcmux", "rate 6500kbit ceil 6500kbit overhead 24 linklayer atm"],
    ["bridged-llcsnap", "rate 6500kbit ceil 6500kbit overhead 32 linklayer atm"],
    ["conservative", "rate 6500kbit ceil 6500kbit overhead 48 linklayer atm"],
  ] as const)("counts %s as CAKE would, and is taken by the kernel", (linkLayer, words) => {
    const [discipline = [], shaped = []] = htbWords(orderFor(linkLayer));
    expect(shaped.join(" ")).toBe(`class add dev wan0 parent 8701: classid 8701:1 htb ${words}`);
    tc(["qdisc", "del", "dev", "wan0", "root"]);
    expect([tc(discipline), tc(shaped)]).toEqual(["taken", "taken"]);
  });
});
