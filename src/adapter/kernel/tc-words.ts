import type { ShapeUplink } from "../../core/command.ts";
import type { LinkLayer } from "../../core/kernel/shaping.ts";

interface Framing {
  /** Octets that the line adds to each packet. */
  readonly overhead: number;
  /** A packet counts for so many octets at least. */
  readonly mpu?: number;
  /** What it fills: ATM cells of 48 octets in 53, or PTM's 64 in 65. */
  readonly cells?: "atm" | "ptm";
}

/** What CAKE's words stand for (tc-cake(8), "Equivalent to"), for HTB, which doesn't know them. */
const FRAMINGS: Readonly<Record<LinkLayer, Framing>> = {
  ethernet: { overhead: 38, mpu: 84 },
  docsis: { overhead: 18, mpu: 64 },
  "pppoe-ptm": { overhead: 30, cells: "ptm" },
  "bridged-ptm": { overhead: 22, cells: "ptm" },
  "pppoe-vcmux": { overhead: 32, cells: "atm" },
  "pppoe-llcsnap": { overhead: 40, cells: "atm" },
  "bridged-vcmux": { overhead: 24, cells: "atm" },
  "bridged-llcsnap": { overhead: 32, cells: "atm" },
  conservative: { overhead: 48, cells: "atm" },
};

const major = (handle: number): string => `${handle.toString(16)}:`;

/** What tc is told for CAKE. Never throws. */
export const cakeWords = ({ interface: name, handle, shape }: ShapeUplink): readonly string[] => [
  ...["qdisc", "replace", "dev", name, "root", "handle", major(handle)],
  ...["cake", "bandwidth", `${shape.upload}kbit`, "diffserv4", "nat", shape.linkLayer],
  shape.ackFilter ? "ack-filter" : "no-ack-filter",
];

/** What tc is told for HTB, which can't be changed where it stands: first the discipline, then its one class. Never throws. */
export const htbWords = ({ interface: name, handle, shape }: ShapeUplink): readonly (readonly string[])[] => {
  const { overhead, mpu, cells } = FRAMINGS[shape.linkLayer];
  const rate = `${cells === "ptm" ? Math.floor((shape.upload * 64) / 65) : shape.upload}kbit`;
  return [
    ["qdisc", "add", "dev", name, "root", "handle", major(handle), "htb", "default", "1"],
    [
      ...["class", "add", "dev", name, "parent", major(handle), "classid", `${major(handle)}1`],
      ...["htb", "rate", rate, "ceil", rate, "overhead", String(overhead)],
      ...(mpu === undefined ? [] : ["mpu", String(mpu)]),
      ...["linklayer", cells === "atm" ? "atm" : "ethernet"],
    ],
  ];
};

/** Fair queueing below HTB's class. Never throws. */
export const fairWords = ({ interface: name, handle }: ShapeUplink): readonly string[] => [
  ...["qdisc", "add", "dev", name, "parent", `${major(handle)}1`, "fq_codel"],
];
