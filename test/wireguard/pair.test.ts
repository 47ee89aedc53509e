import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseConfig } from "../../src/config/load.ts";
import { AppError } from "../../src/error.ts";
import { pairFiles, pairSteps } from "../../src/wireguard/pair.ts";
import { type PairOptions, readRequest } from "../../src/wireguard/request.ts";
import { GUIDE, KEYS, LEAST } from "./fixture.ts";

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

const filesOf = (options: PairOptions) => pairFiles(readRequest(options), KEYS);

const textOf = (options: PairOptions, path: string, keys = KEYS): string => {
  const file = pairFiles(readRequest(options), keys).find((one) => one.path.endsWith(path));
  return file?.text ?? "";
};

describe("docs/recipes/wireguard.md", () => {
  const page = read("docs/recipes/wireguard.md");

  test.each(filesOf(GUIDE).map((file) => [`${file.end}: ${file.path}`, file.text]))(
    "shows %s as it is printed",
    (_, text) => {
      expect(page).toContain(text.trim());
    },
  );

  test("says the command that prints them", () => {
    const { lan, inbound, prefix, lteAddress, lteGateway } = GUIDE;
    const words = [`--lan ${lan.join(" ")}`, `--inbound ${inbound?.join(" ")}`, `--prefix ${prefix}`];
    const lines = [`--static ${GUIDE.static}`, ...words, `--lte-address ${lteAddress} --lte-gateway ${lteGateway}`];
    for (const line of lines) expect(page).toContain(line);
  });
});

test("the config is the example, and valid", () => {
  const config = textOf(GUIDE, "config.yaml");
  expect(read("examples/wireguard-failover.yaml")).toContain(config);
  for (const options of [GUIDE, LEAST]) {
    const { settings } = parseConfig(textOf(options, "config.yaml"), "config.yaml");
    expect(settings.uplinks.map(({ name }) => name)).toEqual(["fiber", "tunnel", "lte"]);
  }
});

test("each private key stands in its own end's file alone, which nobody else may read", () => {
  const holders = filesOf(GUIDE).filter(({ text }) => text.includes("private key)"));
  expect(holders.map(({ end, mode }) => [end, mode])).toEqual([
    ["router", "600"],
    ["static", "600"],
  ]);
  expect(textOf(GUIDE, "wg0.conf")).not.toContain("the static end's private key");
});

describe("one more box", () => {
  const key = "Jk9xIvoRbGVQqzNRG5YApXhKbOjRSvnYDbNLqVCcX0Q=";
  const options = { ...LEAST, lan: ["192.168.102.0/24", "fda6:a6:a6:d2::/64"], box: "2", staticKey: key };
  const keys = { ...KEYS, static: null };

  test("adds a peer and a table of its own to a static end that is there, and disturbs no other", () => {
    const files = pairFiles(readRequest(options), keys).filter(({ end }) => end === "static");
    expect(files.map(({ path, append }) => [path, append])).toEqual([
      ["/etc/wireguard/wg0.conf", true],
      ["/etc/wireguard/wg0-box2.nft", false],
    ]);
    expect(files[0]?.text).toBe(`
[Peer] # box 2
PublicKey = (the router's public key)
AllowedIPs = 10.4.1.2/32, fda6:a6:a6:ff::2/128, 192.168.102.0/24, fda6:a6:a6:d2::/64
`);
    expect(pairSteps(readRequest(options)).static).toEqual([
      "systemctl reload wg-quick@wg0",
      "ip route replace 192.168.102.0/24 dev wg0",
      "ip route replace fda6:a6:a6:d2::/64 dev wg0",
      "nft -f /etc/wireguard/wg0-box2.nft",
    ]);
  });

  test("trusts the static end's key", () => {
    expect(pairFiles(readRequest(options), keys)[0]?.text).toContain(`PublicKey = ${key}\n`);
  });
});

test("a LAN without IPv6 leaves it out everywhere", () => {
  const all = filesOf(LEAST)
    .map(({ text }) => text)
    .join("\n");
  expect(all).not.toMatch(/::|ip6|ipv6\.conf/);
  expect(textOf(LEAST, "config.yaml")).toContain("ipv6: { method: none }");
});

test("without a prefix of its own, the LAN's IPv6 hosts share the static end's address, ports included", () => {
  const table = textOf({ ...GUIDE, prefix: undefined as never, inbound: ["tcp/80=[fda6:a6:a6:d1::10]:8080"] }, ".nft");
  expect(table).toContain("meta nfproto ipv6 tcp dport 80 dnat ip6 to [fda6:a6:a6:d1::10]:8080");
  expect(table).toContain("ip6 saddr { fda6:a6:a6:ff::1, fda6:a6:a6:d1::/64 } masquerade");
  expect(table).not.toContain("prefix to");
});

describe("what can't be is refused in a sentence", () => {
  test.each<[Partial<PairOptions>, string]>([
    [
      { static: "static.example.net" },
      "--static takes the public IPv4 address of the static end, with its port if that isn't 51820, such as 192.0.2.10, rather than static.example.net",
    ],
    [{ static: "192.0.2.10:0" }, "rather than 192.0.2.10:0"],
    [{ static: "127.0.0.1" }, "rather than 127.0.0.1"],
    [{ box: "100" }, "--box takes a number from 1 to 99, another for each router on one static end, rather than 100"],
    [{ lan: ["fda6:a6:a6:d1::/64"] }, "--lan needs the LAN's IPv4 network, such as 192.168.101.0/24"],
    [{ lan: ["192.168.101.1/24"] }, "--lan takes networks such as 192.168.101.0/24, rather than 192.168.101.1/24"],
    [
      { lan: ["192.168.1.0/24", "192.168.2.0/24"] },
      "--lan takes one network of each family, rather than 192.168.1.0/24 192.168.2.0/24",
    ],
    [
      { lan: ["192.168.1.0/24", "2001:db8::/64"] },
      "--lan takes a unique local /64 for IPv6, such as fda6:a6:a6:d1::/64, rather than 2001:db8::/64",
    ],
    [
      { lan: ["10.0.0.0/8"] },
      "the tunnel's network 10.4.1.0/24 overlaps the LAN's 10.0.0.0/8; name another with --tunnel",
    ],
    [
      { lan: ["192.168.1.0/24", "fd00::ff:0:0:0:0/64"] },
      "the tunnel's network fd00:0:0:ff::/64 overlaps the LAN's fd00:0:0:ff::/64; name another with --tunnel",
    ],
    [{ tunnel: ["10.9.9.0/25"] }, "--tunnel takes an IPv4 network of /24 or wider, such as 10.4.1.0/24"],
    [{ prefix: "2001:db8:b:100::/56" }, "--prefix is for a LAN with IPv6: name its unique local /64 with --lan too"],
    [
      { lan: GUIDE.lan, prefix: "fd00::/56" },
      "--prefix takes the IPv6 prefix that is routed to the static end, such as 2001:db8:b:100::/56, rather than fd00::/56",
    ],
    [
      { inbound: ["443"] },
      "--inbound: give a port and a host of the LAN, such as tcp/443=192.168.101.10 or udp/5060=192.168.101.10:5061, rather than 443",
    ],
    [{ inbound: ["tcp/443=192.168.1.10"] }, "--inbound: 192.168.1.10 is not in the LAN, which is 192.168.101.0/24"],
    [{ inbound: ["tcp/443=fd00::1"] }, "--inbound: fd00::1 is not in the LAN, which has no IPv6 here"],
    [{ inbound: ["udp/51820=192.168.101.10"] }, "--inbound: udp/51820 is the tunnel's own port"],
    [{ inbound: ["tcp/1=192.168.101.1", "tcp/1=192.168.101.2"] }, "--inbound: tcp/1 can't lead to two hosts"],
    [
      { ...GUIDE, inbound: ["tcp/80=[fda6:a6:a6:d1::10]:81"] },
      "--inbound: with --prefix, fda6:a6:a6:d1::10 is reached at an address of its own, so 80 can't become 81",
    ],
    [
      { uplink: "eth0; reboot" },
      "eth0; reboot can't be an interface here: 1 to 15 letters, digits, dots, hyphens and underscores",
    ],
    [{ lte: "eth0" }, "--uplink and --lte are two different interfaces, and neither is wg0"],
    [{ lteAddress: "192.168.5.5/24" }, "--lte-address and --lte-gateway go together"],
    [
      { lteAddress: "192.168.5.5", lteGateway: "192.168.5.1" },
      "--lte-address takes an address such as 192.168.5.5/24, rather than 192.168.5.5",
    ],
    [
      { lteAddress: "192.168.5.5/24", lteGateway: "192.168.6.1" },
      "--lte-gateway takes the modem's address in the network of 192.168.5.5/24, rather than 192.168.6.1",
    ],
    [
      { staticKey: "abc" },
      "--static-key takes the public key of the static end, as `wg show wg0 public-key` prints it there",
    ],
  ])("%j", (wrong, detail) => {
    let refusal: unknown;
    try {
      readRequest({ ...LEAST, ...wrong });
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(AppError);
    expect((refusal as AppError).code).toBe("usage");
    expect((refusal as AppError).detail).toContain(detail);
  });
});
