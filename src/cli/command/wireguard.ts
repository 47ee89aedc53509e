import type { Command } from "commander";
import type { PairOptions } from "../../wireguard/request.ts";
import { type Done, JSON_HELP, type JsonOption } from "../option.ts";

/** Failover through a tunnel. Returns the exit code, or throws. */
export interface WireguardActions {
  readonly wireguardPair: (options: PairOptions & JsonOption) => Promise<number>;
}

const HELP = `
Prints files for both ends, with new keys, to be put in place by hand: docs/recipes/wireguard.md says how.`;

/** The command that prints both ends of a tunnel over LTE to a machine with a static address. */
export const addWireguard = (program: Command, actions: WireguardActions, done: Done): void => {
  program
    .command("wireguard-pair")
    .description("print both ends of a failover by WireGuard over LTE to a machine with a static address")
    .requiredOption("--static <address>", "its public IPv4 address, and :PORT where that isn't 51820")
    .requiredOption("--lan <networks...>", "the LAN: its IPv4 network, and its unique local IPv6 /64 if it has one")
    .option("--uplink <interface>", "the fixed line's", "eth0")
    .option("--lte <interface>", "the LTE modem's", "eth1")
    .option("--lte-address <address>", "its address, such as 192.168.5.5/24 (default: by DHCP)")
    .option("--lte-gateway <address>", "the modem's, where that is given")
    .option("--static-interface <interface>", "the one of the static end that leads to the internet", "eth0")
    .option("--static-key <key>", "the public key of a static end that is there: prints what is added to it")
    .option("--box <number>", "another for each router on one static end, 1 to 99", "1")
    .option("--prefix <network>", "an IPv6 prefix routed to the static end: LAN hosts get addresses of their own there")
    .option(
      "--inbound <ports...>",
      "what from outside reaches the LAN: tcp/443=192.168.101.10, [:PORT] if it differs there",
    )
    .option("--tunnel <networks...>", "the tunnel's own (default: 10.4.1.0/24, and number ff of the LAN's IPv6 /56)")
    .option("--json", JSON_HELP)
    .addHelpText("after", HELP)
    .action(async (_options, command: Command) => done(await actions.wireguardPair(command.optsWithGlobals())));
};
