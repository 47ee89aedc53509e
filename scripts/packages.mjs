// The Debian packages that the tests need besides Node: found by their commands, installed where we may.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mustRun } from "./prepare.mjs";

const PACKAGE_OF_COMMAND = {
  nft: "nftables",
  conntrack: "conntrack",
  ip: "iproute2",
  tc: "iproute2",
  sysctl: "procps",
  dnsmasq: "dnsmasq-base",
  udhcpc: "udhcpc",
  fping: "fping",
  ping: "iputils-ping",
  tcpdump: "tcpdump",
  socat: "socat",
  tmux: "tmux",
  chromium: "chromium",
  keepalived: "keepalived",
  "dpkg-deb": "dpkg",
  aiosmtpd: "python3-aiosmtpd",
};

/** Debian leaves these out of an ordinary user's PATH. */
const FOLDERS = [...(process.env.PATH ?? "").split(":"), "/usr/local/sbin", "/usr/sbin", "/sbin"];

const isThere = (command) => FOLDERS.some((folder) => existsSync(`${folder}/${command}`));

const missingPackages = () => [
  ...new Set(
    Object.entries(PACKAGE_OF_COMMAND)
      .filter(([command]) => !isThere(command))
      .map(([, name]) => name),
  ),
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
