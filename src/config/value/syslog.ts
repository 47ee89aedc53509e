import { canonicalAddress, familyOf } from "./address.ts";

/** Nobody, the machine's own syslog daemon, or one on the network. */
export type Syslog = "none" | "local" | { readonly address: string; readonly port: number };

/** RFC 5426 section 3.3. */
const PORT = 514;

/** What `log.syslog` says; null where it is nothing of the kind. A host's name would have to be looked up at a bad time. Never throws. */
export const parseSyslog = (text: string): Syslog | null => {
  if (text === "none" || text === "local") return text;
  const [, address = "", port] =
    /^udp:\/\/(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(text)?.filter((part) => part !== undefined) ?? [];
  const number = Number(port ?? PORT);
  if (familyOf(address) === null || number < 1 || number > 65_535) return null;
  return { address: canonicalAddress(address), port: number };
};
