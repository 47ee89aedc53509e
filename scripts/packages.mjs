// The Debian packages that the tests need besides Node: found by their commands, installed where we may.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { mustRun } from "./prepare.mjs";

const PACKAGE_OF_COMMAND = {
  nft: "nftables",
  conntrack: "conntrack",
  ip: "iproute2",
  tc: "iproute2",
  sysctl: "procps",
  dnsmasq: "dnsmasq-base",
  udhcpc: "udhcpc",
  dhclient: "isc-dhcp-client",
  dhcpd: "isc-dhcp-server",
  fping: "fping",
  ping: "iputils-ping",
  tcpdump: "tcpdump",
  socat: "socat",
  "wg-quick": "wireguard-tools",
  "wireguard-go": "wireguard-go",
  tmux: "tmux",
  chromium: "chromium",
  keepalived: "keepalived",
  "dpkg-deb": "dpkg",
  aiosmtpd: "python3-aiosmtpd",
  promtool: "prometheus",
  openssl: "openssl",
  "mkfs.ext4": "e2fsprogs",
  mosquitto: "mosquitto",
  mosquitto_sub: "mosquitto-clients",
};

const PACKAGE_OF_LIBRARY = {
  "libsqlite3.so.0": "libsqlite3-0",
  "faketime/libfaketimeMT.so.1": "libfaketime",
};

/** Debian leaves these out of an ordinary user's PATH. */
const FOLDERS = [...(process.env.PATH ?? "").split(":"), "/usr/local/sbin", "/usr/sbin", "/sbin"];

const isThere = (command) => FOLDERS.some((folder) => existsSync(`${folder}/${command}`));

const LIBRARY_FOLDERS = ["/usr/lib", "/usr/lib64"].filter(existsSync).flatMap((folder) => [
  folder,
  ...readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${folder}/${name}`),
]);

const isLibraryThere = (library) => LIBRARY_FOLDERS.some((folder) => existsSync(`${folder}/${library}`));

const missingOf = (packages, isPresent) =>
  Object.entries(packages)
    .filter(([thing]) => !isPresent(thing))
    .map(([, name]) => name);

const missingPackages = () => [
  ...new Set([...missingOf(PACKAGE_OF_COMMAND, isThere), ...missingOf(PACKAGE_OF_LIBRARY, isLibraryThere)]),
];

const canInstall = () => process.getuid?.() === 0 && spawnSync("apt-get", ["--version"]).status === 0;

/** Makes sure that every command is there, or says which packages to install and ends this process. */
export const requirePackages = () => {
  const missing = missingPackages();
  if (missing.length === 0) return;
  if (!canInstall()) {
    console.error(`The tests need these Debian packages: apt-get install ${missing.join(" ")}`);
    process.exit(1);
  }
  process.env.DEBIAN_FRONTEND = "noninteractive";
  mustRun("apt-get", ["update", "-q"]);
  mustRun("apt-get", ["install", "-q", "-y", "--no-install-recommends", ...missing]);
};
