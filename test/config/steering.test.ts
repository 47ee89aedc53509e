import { expect, test } from "vitest";
import { parseConfig } from "../../src/config/load.ts";
import { ConfigError } from "../../src/config/mistake/issue.ts";

const configOf = (...entries: readonly string[]): string =>
  `uplinks: [{ name: fiber, interface: eth0 }, { name: lte, interface: wwan0 }]\nsteer:\n${entries
    .map((entry) => `  - { ${entry} }\n`)
    .join("")}`;

const complaints = (...entries: readonly string[]): readonly string[] => {
  try {
    parseConfig(configOf(...entries), "c");
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.issues.map(({ path, message, remedy }) => `${path} ${message}; ${remedy}`);
  }
};

test("an entry is taken in the kernel's spelling", () => {
  const voice =
    'name: voice, from: [192.168.1.10, "FD00::/64"], protocol: udp, mark: 0x100/0xff00, sourcePorts: [5060], ports: [5060-5061, 443], over: [lte]';
  expect(parseConfig(configOf(voice, "name: guests, interface: br-guest, over: [lte]"), "c").settings.steering).toEqual(
    [
      {
        name: "voice",
        from: ["192.168.1.10/32", "fd00::/64"],
        to: [],
        input: null,
        transport: 17,
        mark: { mark: 0x100, mask: 0xff00 },
        sourcePorts: [{ first: 5060, last: 5060 }],
        ports: [
          { first: 5060, last: 5061 },
          { first: 443, last: 443 },
        ],
        over: ["lte"],
        otherwise: "default",
      },
      expect.objectContaining({
        name: "guests",
        from: [],
        input: "br-guest",
        transport: null,
        mark: null,
        sourcePorts: [],
        ports: [],
      }),
    ],
  );
});

const NETWORKS = Array.from({ length: 9 }, (_, index) => `10.${index}.0.0/16`).join(", ");
const PORTS = Array.from({ length: 8 }, (_, index) => 1000 + index).join(", ");

test.each([
  ["name: a, ports: [80], over: [dsl]", 'steer[0].over[0] there is no uplink "dsl"; name one of fiber, lte'],
  ["name: a, ports: [80], over: [lte, lte]", "steer[0].over[1] lte is there already; remove one"],
  [
    "name: a, over: [lte]",
    "steer[0] fits all traffic; say which by `from`, `interface`, `to`, `protocol`, `sourcePorts`, `ports` or `mark`; the order of `uplinks` is for the rest",
  ],
  [
    'name: a, from: [10.0.0.0/8], to: ["2001:db8::/32"], over: [lte]',
    "steer[0].to has no IPv4 network, as `from` has; let both be of one family",
  ],
  [
    `name: a, from: [${NETWORKS}], ports: [${PORTS}], over: [lte]`,
    "steer[0] makes 72 kinds of packets of its lists, and at most 64 are looked for; use wider networks or ranges of ports, or several entries",
  ],
  [
    "name: a, ports: [0], over: [lte]",
    "steer[0].ports[0] 0 is too small; give a whole number from 1 to 65535, or text such as 5060-5061",
  ],
  ...["0x1000000", "0x100/0x3f000000", "0x100/0xff", "0", "0x100/0", "ten"].map((mark) => [
    `name: a, mark: ${mark}, over: [lte]`,
    expect.stringMatching(/^steer\[0\]\.mark .*give (one such as 0x100|a whole number from 1)/),
  ]),
])("%s is refused with a sentence that says what to do", (entry, said) => {
  expect(complaints(entry)).toEqual([said]);
});

test("a name is given once", () => {
  expect(complaints("name: a, ports: [80], over: [lte]", "name: a, ports: [81], over: [lte]")).toEqual([
    'steer[1].name "a" is there already, at steer[0].name; give another, or remove one',
  ]);
});
