import { execFileSync } from "node:child_process";
import { enterNamespace } from "../../test/fake/namespace.ts";
import { addressesOf, interfaceOf, type SiteSize, TARGET_NETWORKS } from "./site.ts";

/** Two network namespaces, joined by a line for each uplink; this process is in the router's. */
export interface Wan {
  /** Leaves them and removes them. They are removed when this process ends, however it does. */
  close(): void;
}

const batch = (commands: readonly string[]): void => {
  execFileSync("ip", ["-batch", "-"], { input: `${commands.join("\n")}\n`, stdio: ["pipe", "ignore", "inherit"] });
};

const lineCommands = (place: number, farSide: string): string[] => {
  const name = interfaceOf(place);
  const { ipv4, ipv6 } = addressesOf(place);
  return [
    `link add ${name} type veth peer name ${name} netns ${farSide}`,
    `link set ${name} up`,
    `address add ${ipv4.address}/${ipv4.prefixLength} dev ${name}`,
    `address add ${ipv6.address}/${ipv6.prefixLength} dev ${name} nodad`,
  ];
};

/** The gateways must be there before a default leads to them. */
const routeCommands = (place: number): string[] => {
  const { ipv4, ipv6 } = addressesOf(place);
  return [ipv4, ipv6].map(
    ({ gateway }) => `route add default via ${gateway} dev ${interfaceOf(place)} metric ${100 + place}`,
  );
};

/** The far side answers for every target itself. */
const farCommands = (places: readonly number[]): string[] => [
  `route add local ${TARGET_NETWORKS.ipv4} dev lo`,
  `route add local ${TARGET_NETWORKS.ipv6} dev lo`,
  ...places.flatMap((place) => {
    const { ipv4, ipv6 } = addressesOf(place);
    const name = interfaceOf(place);
    return [
      `link set ${name} up`,
      `address add ${ipv4.gateway}/${ipv4.prefixLength} dev ${name}`,
      `address add ${ipv6.gateway}/${ipv6.prefixLength} dev ${name} nodad`,
    ];
  }),
];

/** Addresses serve at once; a new namespace inherits the machine's reverse-path filter, which is switched off. */
const SETTINGS = "echo 0 | tee /proc/sys/net/ipv6/conf/*/accept_dad /proc/sys/net/ipv4/conf/*/rp_filter >/dev/null";

/** Builds a site's lines and moves this process's main thread into the router's namespace. Throws where that fails. */
export const openWan = ({ uplinks }: SiteSize): Wan => {
  const places = Array.from({ length: uplinks }, (_, place) => place);
  const farSide = enterNamespace();
  farSide.run("sh", "-c", SETTINGS);
  const router = enterNamespace();
  router.run("sh", "-c", SETTINGS);
  batch(places.flatMap((place) => lineCommands(place, farSide.name)));
  const input = `${farCommands(places).join("\n")}\n`;
  execFileSync("ip", ["-n", farSide.name, "-batch", "-"], { input, stdio: ["pipe", "ignore", "inherit"] });
  batch(places.flatMap(routeCommands));
  return {
    close: () => {
      router.dispose();
      farSide.dispose();
    },
  };
};
