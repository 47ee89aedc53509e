import { judgeForeign } from "../config/value/network.ts";
import { astlinuxUplinks } from "./astlinux-uplinks.ts";
import { isNetwork, isYes, numberEntry, wordsOf } from "./astlinux-values.ts";
import { asComment, type Entry, yamlOf } from "./draft.ts";
import { type Left, readVariables, type SourceFile, type Variables } from "./variables.ts";

/**
 * AstLinux's variables as a config of ours: each option names the variable that it comes from, and what has no equivalent is
 * named at the end. Files count in their order. Pure; never throws.
 */
export const importAstlinux = (files: readonly SourceFile[]): string => {
  const variables = readVariables(files);
  const entries: readonly Entry[] = [
    { key: "uplinks", value: { items: astlinuxUplinks(variables) } },
    { key: "failover", value: { options: failover(variables) } },
    { key: "scripts", value: { options: SCRIPTS } },
    ...notify(variables),
    ...foreignNetworks(variables),
    { key: "log", value: { options: [logLevel(variables)] } },
  ];
  leaveRest(variables);
  return [...header(files), yamlOf(entries), ...leftover(variables.left()), ""].join("\n");
};

const header = (files: readonly SourceFile[]): readonly string[] => [
  `# Made by \`wan-failover import astlinux\` out of ${asComment(files.map(({ name }) => name).join(", "))}.`,
  "# Where something else configures an interface (AstLinux's own network script, ifupdown), say `method: external`.",
  "",
];

const DELAY = { from: 0, to: 604_800, unit: "s" } as const;

const failover = (variables: Variables): readonly Entry[] => [
  numberEntry(variables, {
    ...DELAY,
    key: "holdAfterFailover",
    variable: "WAN_FAILOVER_SECONDARY_DELAY",
    otherwise: 900,
  }),
  numberEntry(variables, { ...DELAY, key: "holdAfterFailback", variable: "WAN_FAILOVER_PRIMARY_DELAY", otherwise: 60 }),
];

const SCRIPTS: readonly Entry[] = [
  {
    key: "change",
    value: "/mnt/kd/wan-failover.script",
    comment: "where AstLinux has it; no such file: nothing is run",
  },
  { key: "allowFailback", value: "/mnt/kd/wan-failover-exit.script", comment: "the same" },
];

const logLevel = (variables: Variables): Entry => {
  const { value, ...entry } = numberEntry(variables, {
    key: "level",
    variable: "WAN_FAILOVER_VERBOSITY",
    from: 0,
    to: 9,
    otherwise: 6,
    unit: "",
  });
  const level = Number(value);
  return { ...entry, value: level <= 3 ? "error" : level <= 6 ? "info" : "debug" };
};

const ADDRESS = /^[^\s@<>",;:\\()[\]]{1,64}@[^\s@<>",;:\\()[\]]{1,255}$/;

const notify = (variables: Variables): readonly Entry[] => {
  const fits = { fits: (word: string) => ADDRESS.test(word), reason: "these are no mail addresses" };
  const to = wordsOf(variables, "WAN_FAILOVER_NOTIFY", fits);
  const [sender] = wordsOf(variables, "WAN_FAILOVER_NOTIFY_FROM", fits);
  const relay = relayEntry(variables);
  if (to.length === 0) return unsent(variables, "WAN_FAILOVER_NOTIFY names nobody");
  if (relay === null) return unsent(variables, "SMTP_SERVER names no relay");
  const from: Entry = {
    key: "from",
    value: sender ?? fallbackSender(variables),
    comment: variables.cite(sender === undefined ? "SMTP_DOMAIN" : "WAN_FAILOVER_NOTIFY_FROM"),
  };
  const email = [
    { key: "to", value: to, comment: variables.cite("WAN_FAILOVER_NOTIFY") },
    from,
    relay,
    ...login(variables),
  ];
  return [{ key: "notify", value: { options: [{ key: "email", value: { options: email } }] } }];
};

const unsent = (variables: Variables, reason: string): readonly Entry[] => {
  for (const name of ["WAN_FAILOVER_NOTIFY", "WAN_FAILOVER_NOTIFY_FROM", ...SMTP]) variables.leave(name, reason);
  return [];
};

const SMTP = [
  "SMTP_DOMAIN",
  "SMTP_SERVER",
  "SMTP_PORT",
  "SMTP_TLS",
  "SMTP_STARTTLS",
  "SMTP_CERTCHECK",
  "SMTP_CA",
  "SMTP_AUTH",
  "SMTP_USER",
  "SMTP_PASS",
] as const;

const HOST = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/i;

const fallbackSender = (variables: Variables): string => {
  const domain = variables.get("SMTP_DOMAIN");
  return `noreply@${HOST.test(domain) ? domain : "localhost.localdomain"}`;
};

const relayEntry = (variables: Variables): Entry | null => {
  const host = variables.get("SMTP_SERVER");
  if (!HOST.test(host)) return null;
  const port = /^[1-9]\d{0,4}$/.test(variables.get("SMTP_PORT")) ? `:${variables.get("SMTP_PORT")}` : "";
  const wrapped = isYes(variables, "SMTP_TLS") && variables.get("SMTP_STARTTLS") === "off";
  const names = ["SMTP_SERVER", "SMTP_PORT", "SMTP_TLS", "SMTP_STARTTLS"].filter((name) => variables.get(name) !== "");
  return {
    key: "relay",
    value: `${wrapped ? "smtps" : "smtp"}://${host}${port === "" && !wrapped ? ":25" : port}`,
    comment: names.map(variables.cite).join(" "),
  };
};

/** A password belongs into a file of its own, which we don't write. */
const login = (variables: Variables): readonly Entry[] => {
  const user = variables.get("SMTP_USER");
  for (const name of ["SMTP_AUTH", "SMTP_CA"]) variables.leave(name, "is found out with the relay, or not needed");
  const unchecked = variables.get("SMTP_CERTCHECK") === "off" && isYes(variables, "SMTP_TLS");
  if (!unchecked) variables.leave("SMTP_CERTCHECK", "certificates are always checked where a login is sent");
  return [
    ...(unchecked ? [{ key: "tls", value: "unchecked", comment: variables.cite("SMTP_CERTCHECK") }] : []),
    ...(user === ""
      ? []
      : [
          { key: "user", value: user, comment: variables.cite("SMTP_USER") },
          {
            key: "passwordFile",
            value: "/etc/wan-failover/mail.password",
            comment: `${variables.cite("SMTP_PASS")}: write it into this file, which the daemon must be able to read, and nobody else`,
          },
        ]),
  ];
};

const foreignNetworks = (variables: Variables): readonly Entry[] => {
  const name = "NAT_FOREIGN_NETWORK";
  const networks = wordsOf(variables, name, {
    fits: (word) => isNetwork(word, judgeForeign),
    reason: "these are no IPv4 networks",
  });
  if (networks.length === 0) return [];
  const foreign: Entry = { key: "foreign", value: networks, comment: variables.cite(name) };
  return [{ key: "nat", value: { options: [foreign] } }];
};

const START = "`wan-failover service start`, or systemd, starts the daemon";

/** What is known and yet of no use, and why. */
const UNUSED: Readonly<Record<string, string>> = {
  WAN_FAILOVER_ENABLE: START,
  EXTIF: "PPPoE's interface is ppp0",
  EXTIP: "PPP gives the address",
  EXTNM: "PPP gives the address",
  EXTGW: "DHCP or PPP gives the gateway",
  EXT2IP: "there is no failover interface",
  EXT2NM: "there is no failover interface with a static address",
  EXT2GW: "there is no failover interface with a static address",
  EXT2IPV6: "there is no failover interface",
  EXT2GWIPV6: "there is no failover interface",
  EXT2DHCPV6_CLIENT_ENABLE: 'DHCPv6 is asked for only where it says "yes"',
  EXT2ROUTES: "there is no failover interface",
  EXT2ROUTESIPV6: "there is no failover interface",
  EXT2SHAPE: 'only "yes" shapes, and only a failover interface',
  EXT2SHAPE_UP: "nothing is shaped",
  EXT2SHAPE_TUNE_CAKE: "nothing is shaped",
  ...Object.fromEntries(SMTP.map((name) => [name, "the options above say it all"])),
};

const leaveRest = (variables: Variables): void => {
  for (const name of variables.uncited(Object.keys(UNUSED))) variables.leave(name, UNUSED[name] ?? "");
};

const leftover = (left: readonly Left[]): readonly string[] =>
  left.length === 0
    ? []
    : ["", "# Not taken over:", ...left.map(({ what, reason }) => `#   ${asComment(`${what}: ${reason}`)}`)];
