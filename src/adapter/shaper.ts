import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { ShapeUplink } from "../core/command.ts";
import type { Event } from "../core/event.ts";
import type { LinkLayer } from "../core/shaping.ts";

/** What became of an order. */
export type Shaped = Pick<Extract<Event, { kind: "uplink-shaped" }>, "by" | "problem">;

/** tc takes some milliseconds. */
const TIMEOUT_MS = 5000;

/** How HTB counts what CAKE's word means (tc-cake(8), tc-stab(8)): octets added to each packet, and whether it fills ATM cells. */
const OVERHEADS: Readonly<Record<LinkLayer, { readonly overhead: number; readonly atm?: true; readonly ptm?: true }>> =
  {
    ethernet: { overhead: 38 },
    docsis: { overhead: 18 },
    "pppoe-ptm": { overhead: 30, ptm: true },
    "bridged-ptm": { overhead: 22, ptm: true },
    "pppoe-vcmux": { overhead: 32, atm: true },
    "pppoe-llcsnap": { overhead: 40, atm: true },
    "bridged-vcmux": { overhead: 24, atm: true },
    "bridged-llcsnap": { overhead: 32, atm: true },
    conservative: { overhead: 48, atm: true },
  };

const run = promisify(execFile);

/** Debian leaves the folder of tc out of an ordinary user's PATH. */
const tc = async (...words: readonly string[]): Promise<void> => {
  const env = { ...process.env, PATH: `${process.env.PATH ?? ""}:/usr/sbin:/sbin` };
  await run("tc", words, { env, timeout: TIMEOUT_MS, killSignal: "SIGKILL" });
};

/** The last line that the program wrote, else what Node says. */
const wordsOf = (error: unknown): string => {
  const { stderr, message, code } = error as NodeJS.ErrnoException & { stderr?: string };
  if (code === "ENOENT") return "the program tc is missing";
  return (stderr || message).trim().split("\n").at(0) ?? message;
};

/** Shapes an interface's egress by CAKE, or by HTB where that is refused. Never rejects. */
export const shapeUplink = async (order: ShapeUplink): Promise<Shaped> => {
  try {
    await byCake(order);
    return { by: "cake", problem: null };
  } catch (error) {
    const refusal = wordsOf(error);
    return byHtb(order).then(
      (): Shaped => ({ by: "htb", problem: refusal }),
      (other): Shaped => ({ by: null, problem: `CAKE: ${refusal}; HTB: ${wordsOf(other)}` }),
    );
  }
};

const byCake = ({ interface: name, handle, shape }: ShapeUplink): Promise<void> =>
  tc(
    ...["qdisc", "replace", "dev", name, "root", "handle", `${handle.toString(16)}:`],
    ...["cake", "bandwidth", `${shape.upload}kbit`, "diffserv4", "nat", shape.linkLayer],
    shape.ackFilter ? "ack-filter" : "no-ack-filter",
  );

/** HTB can't be changed where it stands. Below it, fair queueing where the kernel has that, else one queue. */
const byHtb = async ({ interface: name, handle, shape }: ShapeUplink): Promise<void> => {
  const major = `${handle.toString(16)}:`;
  const { overhead, atm, ptm } = OVERHEADS[shape.linkLayer];
  // PTM sends 65 octets for 64.
  const rate = `${ptm ? Math.floor((shape.upload * 64) / 65) : shape.upload}kbit`;
  await tc("qdisc", "del", "dev", name, "root").catch(() => {});
  await tc("qdisc", "add", "dev", name, "root", "handle", major, "htb", "default", "1");
  await tc(
    ...["class", "add", "dev", name, "parent", major, "classid", `${major}1`, "htb", "rate", rate, "ceil", rate],
    ...["overhead", String(overhead), "linklayer", atm ? "atm" : "ethernet"],
  );
  await tc("qdisc", "add", "dev", name, "parent", `${major}1`, "fq_codel").catch(() => {});
};
