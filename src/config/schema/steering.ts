import * as z from "zod";
import { MOST_UPLINKS } from "../../core/kernel/mark.ts";
import { packetMark } from "../value/mark.ts";
import { judgeDestination, judgeSource, network } from "../value/network.ts";
import { port } from "../value/port.ts";
import { group, interfaceName, name } from "../value/value.ts";

/** Most kinds of packets that one steering's lists may come to: each costs every new flow a comparison. */
export const KINDS_MAX = 64;

const portList = (description: string) => z.array(port).max(KINDS_MAX).meta({ description, examples: [] }).prefault([]);

/** One entry of `steer:`. */
export const steering = group(
  {
    name: name().meta({ description: "What people call it; unique.", examples: ["guests"] }),
    from: z
      .array(network(judgeSource, { description: "A network or an address.", examples: ["192.168.20.0/24"] }))
      .max(KINDS_MAX)
      .meta({ description: "Networks or addresses that it comes from." })
      .prefault([]),
    interface: interfaceName()
      .meta({ description: "The interface that it comes in by.", examples: ["br-guest"] })
      .optional(),
    to: z
      .array(network(judgeDestination, { description: "A network or an address.", examples: ["198.51.100.0/24"] }))
      .max(KINDS_MAX)
      .meta({ description: "Networks or addresses that it goes to." })
      .prefault([]),
    protocol: z
      .enum(["tcp", "udp"])
      .meta({ description: "Its transport protocol.", examples: ["udp"] })
      .optional(),
    sourcePorts: portList("Ports that it comes from, as those of a server that sends by itself: `10000-20000`."),
    ports: portList("Ports that it goes to: `443`, `5060-5061`."),
    mark: packetMark
      .meta({ description: "What your firewall, or a program, marks it with: `0x100`, `0x100/0xff00`." })
      .optional(),
    over: z
      .array(z.string().meta({ examples: ["lte"] }))
      .min(1)
      .max(MOST_UPLINKS)
      .meta({ description: "The uplinks that it takes, the best first." }),
    otherwise: z
      .enum(["default", "refuse"])
      .meta({
        description:
          "While none of them works: `default`, it goes where everything else goes; `refuse`, it is refused at once.",
      })
      .default("default"),
  },
  { description: "Traffic that takes uplinks of its own: what fits all that is said here." },
);
