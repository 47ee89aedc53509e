import { NAME_PATTERN } from "../config/value/value.ts";
import type { MachineFacts, MachineLink } from "../core/doctor/facts.ts";
import type { Route } from "../core/kernel/kernel.ts";
import { isForeignDefault } from "../core/path/path.ts";
import { asComment, type Entry, yamlOf } from "./draft.ts";

/** What is seen of a machine that matters for its first config. */
export type Seen = Pick<MachineFacts, "links" | "routes" | "addresses" | "programs">;

/** A way out that a machine has. */
interface WayOut {
  readonly link: MachineLink;
  /** Its best default route. */
  readonly route: Route;
}

/** The ways out, the preferred first: as the kernel prefers them now, IPv4 before IPv6, those without carrier last. */
const waysOut = ({ links, routes }: Seen): readonly WayOut[] =>
  links
    .flatMap((link) => {
      const [route] = routes
        .filter((one) => isForeignDefault(one) && one.hops.some((hop) => hop.link === link.index))
        .toSorted((a, b) => orderOf(a) - orderOf(b));
      return route === undefined || link.name === "lo" ? [] : [{ link, route }];
    })
    .toSorted((a, b) => rankOf(a) - rankOf(b));

/** Above any metric, which has 32 bits. */
const LAST = 2 ** 33;

const orderOf = ({ family, metric }: Route): number => (family === "ipv4" ? metric : metric + 2 ** 32);

const rankOf = ({ link, route }: WayOut): number => orderOf(route) + (link.carrier ? 0 : LAST);

/** How many ways out were found. Never throws. */
export const countWaysOut = (seen: Seen): number => waysOut(seen).length;

/** A first config for a machine, each line with what it rests on. `nat`: nobody masquerades yet. Pure; never throws. */
export const propose = (seen: Seen, { nat }: { readonly nat: boolean }): string => {
  const ways = waysOut(seen);
  const uplinks = ways.map((way, place) => uplinkOf(way, { seen, nat, place }));
  const entries: readonly Entry[] = [
    {
      key: "uplinks",
      value: { items: uplinks },
      comment: "order is preference: the first carries traffic while it works",
    },
  ];
  return [
    "# Proposed by `wan-failover init` from what it found on this machine. All options: docs/config.md.",
    "",
    yamlOf(entries),
    ...remarks(seen, ways).map((text) => `# ${asComment(text)}`),
    "",
  ].join("\n");
};

interface About {
  readonly seen: Seen;
  readonly nat: boolean;
  readonly place: number;
}

const uplinkOf = ({ link, route }: WayOut, { seen, nat, place }: About): readonly Entry[] => [
  { key: "name", value: nameOf(link.name, place), comment: "what people call it: fiber, lte …" },
  { key: "interface", value: link.name, comment: whyUplink({ link, route }, seen) },
  ...(isMobile(link.name)
    ? [{ key: "metered", value: true, comment: "looks like mobile data: probed with few bytes" }]
    : []),
  ...(nat ? [{ key: "nat", value: true, comment: "no firewall rule masquerades what leaves here" }] : []),
];

/** Unique, since the place is in it where the interface's own name can't be taken. */
const nameOf = (link: string, place: number): string => (NAME_PATTERN.test(link) ? link : `uplink-${place + 1}`);

const isMobile = (link: string): boolean => /^(wwan|wwp|wwx)/.test(link);

/** rtnetlink.h: who made a route. */
const MAKERS: Readonly<Record<number, string>> = {
  3: "at boot",
  4: "by hand",
  9: "by router advertisements",
  16: "by DHCP",
};

const CLIENTS = ["udhcpc", "dhclient", "dhcpcd", "systemd-network", "NetworkManager", "pppd"] as const;

const whyUplink = ({ link, route }: WayOut, { programs }: Seen): string => {
  const maker = MAKERS[route.protocol] ?? "by another program";
  const clients = CLIENTS.filter((name) => programs.includes(name));
  const running = clients.length === 0 ? "" : `; ${clients.join(", ")} ${clients.length === 1 ? "runs" : "run"} here`;
  const way = link.pointToPoint ? "a point-to-point link" : `via ${route.hops[0]?.gateway ?? "no gateway"}`;
  return `default route ${maker}, ${way}, metric ${route.metric}${link.carrier ? "" : ", no carrier now"}${running}`;
};

const remarks = ({ links }: Seen, ways: readonly WayOut[]): readonly string[] => {
  const others = links.filter((link) => !ways.some((way) => way.link === link));
  const tunnels = others.filter(({ kind }) => kind === "wireguard").map(({ name }) => name);
  const dialled = others.filter(({ name }) => /^ppp\d/.test(name)).map(({ name }) => name);
  return [
    ...(ways.length > 1
      ? []
      : ["A second uplink is missing: give it its address and default route, then run `init` again or add it here."]),
    ...tunnels.map(
      (name) =>
        `${name} is a WireGuard tunnel without a default route; as an uplink it would be \`{ name: vpn, interface: ${name} }\`.`,
    ),
    ...dialled.map(
      (name) =>
        `${name} is a PPP link without a default route; as an uplink it would be \`{ name: ppp, interface: ${name} }\`.`,
    ),
  ];
};
