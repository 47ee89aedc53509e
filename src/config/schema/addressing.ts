import * as z from "zod";
import { interfaceAddress } from "../value/interface-address.ts";
import { judgePrefix, network } from "../value/network.ts";
import { gateway, group } from "../value/value.ts";

const METHOD = {
  description:
    "Who configures this family. `external`: somebody else does (DHCP, PPP, router advertisements, the admin) and it is learned from the kernel. `static`: the daemon gives the interface its `address`. `dhcp`: the daemon runs a DHCP client. `none`: the family is not used on this uplink.",
};

/** `translate:` of an uplink as a group. */
const npt = group(
  {
    npt: z
      .union([z.literal("auto"), network(judgePrefix, { description: "A prefix.", examples: ["2001:db8:a::/56"] })])
      .meta({
        description:
          "The prefix outside, that the provider routes to this uplink. `auto`: what DHCPv6 delegates, else that of the uplink's own address.",
      }),
    inside: network(judgePrefix, {
      description: "The prefix inside. Default: the unique local networks of the other interfaces.",
      examples: ["fd00:a::/56"],
    }).optional(),
  },
  { description: "Network prefix translation." },
);

/** `ipv4:` of an uplink. */
export const ipv4 = group(
  {
    method: z.enum(["external", "static", "dhcp", "none"]).meta(METHOD).default("external"),
    address: interfaceAddress("ipv4", {
      description: "With `method: static`: the interface's address, and the length of the network around it.",
      examples: ["203.0.113.2/30"],
    }).optional(),
    gateway: gateway("ipv4", {
      description: "The next hop, where what is learned is wrong or nothing can be learned.",
      examples: ["203.0.113.1"],
    }).optional(),
  },
  { description: "IPv4 on this uplink." },
);

/** `ipv6:` of an uplink. */
export const ipv6 = group(
  {
    method: z.enum(["external", "static", "dhcp", "none"]).meta(METHOD).default("external"),
    address: interfaceAddress("ipv6", {
      description:
        "With `method: static`: the interface's address, and the length of the network around it. The gateway may still come from router advertisements.",
      examples: ["2001:db8::2/64"],
    }).optional(),
    gateway: gateway("ipv6", {
      description: "The next hop, where what is learned is wrong or nothing can be learned.",
      examples: ["fe80::1"],
    }).optional(),
    translate: z
      .union([z.enum(["none", "masquerade"]), npt])
      .meta({
        description:
          "Whether addresses are rewritten. `masquerade`: what leaves here gets this uplink's own address, for networks whose addresses belong to another uplink. `{ npt: 2001:db8:a::/56 }`: the prefix of local addresses becomes this one, and back ([nat.md](nat.md)); `{ npt: auto }`: it becomes the prefix of the uplink's own address.",
      })
      .prefault("none"),
  },
  { description: "IPv6 on this uplink." },
);
