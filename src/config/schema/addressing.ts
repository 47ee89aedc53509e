import * as z from "zod";
import { interfaceAddress } from "../interface-address.ts";
import { gateway, group } from "../value.ts";

const METHOD = {
  description:
    "Who configures this family. `external`: somebody else does (DHCP, PPP, router advertisements, the admin) and it is learned from the kernel. `static`: the daemon gives the interface its `address`. `none`: the family is not used on this uplink.",
};

/** `ipv4:` of an uplink. */
export const ipv4 = group(
  {
    method: z.enum(["external", "static", "none"]).meta(METHOD).default("external"),
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
    method: z.enum(["external", "static", "none"]).meta(METHOD).default("external"),
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
      .enum(["none", "masquerade"])
      .meta({
        description:
          "Whether addresses are rewritten. `masquerade`: what leaves here gets this uplink's own address, for networks whose addresses belong to another uplink.",
      })
      .default("none"),
  },
  { description: "IPv6 on this uplink." },
);
