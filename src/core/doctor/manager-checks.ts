import type { MachineFacts } from "./facts.ts";
import { type Check, type Finding, note, warning } from "./finding.ts";

/** Programs that manage routes too. */
export const OTHER_PROGRAM_CHECKS: readonly Check[] = [
  { topic: "Other programs", title: "systemd-networkd leaves our routes alone", examine: (facts) => networkd(facts) },
  { topic: "Other programs", title: "no other program switches uplinks", examine: (facts) => rivals(facts) },
  { topic: "Other programs", title: "NetworkManager", examine: (facts) => networkManager(facts) },
];

const runs = (facts: MachineFacts, name: string): boolean => facts.programs.includes(name.slice(0, 15));

/** Both are on unless told otherwise (networkd.conf(5), since systemd 246 and 249). */
const FOREIGN_OPTIONS = ["ManageForeignRoutes", "ManageForeignRoutingPolicyRules"] as const;

const networkd = (facts: MachineFacts): readonly Finding[] | null => {
  if (!runs(facts, "systemd-networkd")) return null;
  const on = FOREIGN_OPTIONS.filter((option) => isOn(facts.networkdSettings, option));
  if (on.length === 0) return [];
  const lines = ["[Network]", ...FOREIGN_OPTIONS.map((option) => `${option}=no`)];
  return [
    warning({
      code: "networkd-deletes-routes",
      title: `systemd-networkd removes routes or rules that it did not make (${on.map((option) => `${option}=yes`).join(", ")})`,
      detail:
        "It does so whenever it starts or sets up an interface anew. The daemon puts ours back at once, but packets may be lost in between.",
      remedy: `mkdir -p /etc/systemd/networkd.conf.d && printf '%s\\n' ${lines.map((line) => `'${line}'`).join(" ")} > /etc/systemd/networkd.conf.d/90-wan-failover.conf && systemctl restart systemd-networkd`,
    }),
  ];
};

/** The last assignment in the section counts (systemd.syntax(7)). */
const isOn = (files: readonly string[], option: string): boolean => {
  let value = true;
  let section = "";
  for (const line of files.flatMap((text) => ["[]", ...text.split("\n")])) {
    const words = line.trim();
    if (words.startsWith("[")) section = words;
    const [name = "", setting = ""] = words.split("=", 2).map((part) => part.trim());
    if (section === "[Network]" && name === option) value = setting === "" || isTrue(setting);
  }
  return value;
};

const isTrue = (text: string): boolean => !/^(?:0|no|n|false|f|off)$/i.test(text);

interface Rival {
  /** As in `/proc/PID/comm`. */
  readonly programs: readonly string[];
  readonly name: string;
  readonly does: string;
  readonly remedy: string;
}

const RIVALS: readonly Rival[] = [
  {
    programs: ["mwan3track", "mwan3rtmon"],
    name: "mwan3",
    does: "It balances and switches uplinks with rules and marks of its own, in front of table main, so that our choice has no effect on what it handles.",
    remedy: "/etc/init.d/mwan3 stop; /etc/init.d/mwan3 disable",
  },
  {
    programs: ["connmand"],
    name: "ConnMan",
    does: "It gives the default route to the service that it prefers, and changes it when its own checks say so.",
    remedy: "systemctl disable --now connman, once something else configures the interfaces",
  },
  {
    programs: ["foolsm"],
    name: "the Link Status Monitor (foolsm)",
    does: "It calls scripts that switch routes when a line fails, as this program does by itself.",
    remedy: "systemctl disable --now foolsm",
  },
];

const rivals = (facts: MachineFacts): readonly Finding[] =>
  RIVALS.filter(({ programs }) => programs.some((program) => runs(facts, program))).map(({ name, does, remedy }) =>
    warning({ code: "other-manager", title: `${name} is running`, detail: `${does} Run one of the two.`, remedy }),
  );

const networkManager = (facts: MachineFacts): readonly Finding[] | null => {
  if (!runs(facts, "NetworkManager")) return null;
  return [
    note({
      code: "network-manager",
      title: "NetworkManager configures interfaces on this machine",
      detail:
        "Gateways are learned from its default routes, which stay. Should it remove a route of ours when it sets up a connection anew, the daemon puts it back at once.",
      remedy:
        "Nothing, as long as its connections have a route metric of 50 or more: nmcli -f GENERAL,IP4.ROUTE device show",
    }),
  ];
};
