import type { PairKeys } from "../../src/wireguard/pair.ts";
import type { PairOptions } from "../../src/wireguard/request.ts";

/** Keys as a page shows them. */
export const KEYS: PairKeys = {
  router: { privateKey: "(the router's private key)", publicKey: "(the router's public key)" },
  static: { privateKey: "(the static end's private key)", publicKey: "(the static end's public key)" },
};

/** What must be said, and what is taken where nothing is. */
export const LEAST: PairOptions = {
  static: "192.0.2.10",
  lan: ["192.168.101.0/24"],
  box: "1",
  uplink: "eth0",
  lte: "eth1",
  staticInterface: "eth0",
};

/** The set-up of the guide, and of docs/recipes/wireguard.md. */
export const GUIDE: PairOptions = {
  ...LEAST,
  lan: ["192.168.101.0/24", "fda6:a6:a6:d1::/64"],
  lteAddress: "192.168.5.5/24",
  lteGateway: "192.168.5.1",
  prefix: "2001:db8:b:100::/56",
  inbound: ["tcp/443=192.168.101.10", "tcp/443=fda6:a6:a6:d1::10"],
};
