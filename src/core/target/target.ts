import type { Family } from "../family.ts";

/** Whom a probe asks, and what. */
export type Target = EchoTarget | TcpTarget | DnsTarget | HttpTarget;

/** An ICMP echo. */
export interface EchoTarget {
  readonly kind: "icmp";
  /** In its canonical spelling. */
  readonly address: string;
}

/** A TCP connection that is opened and closed again. */
export interface TcpTarget {
  readonly kind: "tcp";
  readonly host: Host;
  /** 1..65535. */
  readonly port: number;
}

/** A DNS query for an address of `name`, to one server. */
export interface DnsTarget {
  readonly kind: "dns";
  readonly host: AddressHost;
  /** 1..65535. */
  readonly port: number;
  readonly name: string;
}

/** A request for a web page. */
export interface HttpTarget {
  readonly kind: "http";
  /** By TLS. */
  readonly secure: boolean;
  readonly host: Host;
  /** 1..65535. */
  readonly port: number;
  /** With the query; begins with a slash. */
  readonly path: string;
  /** The status that is due, 200..599; null: 2xx, or a redirection that stays with the host. */
  readonly expect: number | null;
  /** What the page must contain near its beginning; null: whatever it likes. */
  readonly body: string | null;
}

/** Where a target is: an address, or a name that is resolved through the uplink, in each family by itself. */
export type Host = AddressHost | { readonly kind: "name"; readonly name: string };

/** An address in its canonical spelling. */
export interface AddressHost {
  readonly kind: "address";
  readonly family: Family;
  readonly address: string;
}

/** A target as people write it: `9.9.9.9`, `tcp://[2001:db8::1]:443`, `dns://9.9.9.9/example.org`, `https://example.net/`. Never throws. */
export const targetText = (target: Target): string => {
  switch (target.kind) {
    case "icmp":
      return target.address;
    case "tcp":
      return `tcp://${hostText(target.host)}:${target.port}`;
    case "dns":
      return `dns://${hostText(target.host)}${portText(target.port, PORT.dns)}/${target.name}`;
    case "http":
      return `http${target.secure ? "s" : ""}://${authorityOf(target)}${target.path}`;
  }
};

/** The well-known ports (RFC 1035 section 4.2, RFC 9110 section 4.2). */
export const PORT = { dns: 53, http: 80, https: 443 } as const;

/** What stands between `//` and the path of a web page's address: the host, and the port if it isn't the usual one. */
export const authorityOf = ({ host, port, secure }: Pick<HttpTarget, "host" | "port" | "secure">): string =>
  `${hostText(host)}${portText(port, secure ? PORT.https : PORT.http)}`;

const hostText = (host: Host): string => {
  if (host.kind === "name") return host.name;
  return host.family === "ipv6" ? `[${host.address}]` : host.address;
};

const portText = (port: number, usual: number): string => (port === usual ? "" : `:${port}`);

/** The address that probes go to, null where a name must be resolved first. Never throws. */
export const addressOf = (target: Target): string | null => {
  if (target.kind === "icmp") return target.address;
  return target.host.kind === "address" ? target.host.address : null;
};

/** Costs so much to ask (kilobytes, a TLS handshake) that lighter ones had better do the watching. Never throws. */
export const isHeavy = (target: Target): boolean => target.kind === "http";
