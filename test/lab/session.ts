import { join } from "node:path";
import type { Lab } from "../../lab/lab.ts";

/** A point-to-point link from the router to an ISP: what PPP makes, by a TUN device. */
export interface SessionEnds {
  readonly isp: string;
  /** The router's own address; what the ISP has follows from its network, so it needs no translation. */
  readonly own: string;
  readonly peer: string;
}

/** Brings ppp0 up at both ends, without any route but to the peer. Gives what makes it vanish. */
export const dial = async (lab: Lab, { isp, own, peer }: SessionEnds): Promise<() => Promise<void>> => {
  const socket = (role: string): string => join(lab.plan.directory, `${role}.${own}`);
  const ends = { router: { other: isp, own, peer }, [isp]: { other: "router", own: peer, peer: own } };
  const children = Object.entries(ends).map(([role, { other }]) => {
    const tunnel = "TUN,tun-type=tun,tun-name=ppp0,iff-no-pi";
    const child = lab.spawn(role, ["socat", tunnel, `UNIX-SENDTO:${socket(other)},bind=${socket(role)}`]);
    for (const stream of [child.stdout, child.stderr]) stream.resume();
    return child;
  });
  for (const [role, end] of Object.entries(ends)) {
    await lab.run(role, waitFor("ip link show ppp0 2>/dev/null"));
    await lab.run(role, `ip address add ${end.own} peer ${end.peer} dev ppp0`);
  }
  for (const role of Object.keys(ends)) await lab.run(role, "ip link set ppp0 up");
  return async () => {
    for (const child of children) child.kill("SIGKILL");
    for (const role of Object.keys(ends)) await lab.run(role, waitFor("! ip link show ppp0 2>/dev/null"));
  };
};

const waitFor = (condition: string): string =>
  `tries=0; until ${condition}; do sleep 0.01; [ $((tries += 1)) -lt 500 ]; done`;
