import { familyFromLength } from "../../codec/family.ts";
import { parseAddress } from "../../codec/ip.ts";
import { PORT } from "../../core/target/target.ts";
import { wordsOf } from "../../error.ts";
import { monotonicMs } from "../clock.ts";
import { makeSocketAddress } from "../libc/socket-address.ts";
import type { Attempt } from "./attempt.ts";
import { askServer, lookUpError, type Reply } from "./dns.ts";
import type { UplinkBinding } from "./uplink-socket.ts";

/** Finds the addresses of names in the binding's family, through its uplink. */
export interface Resolver {
  /** Tells the address, or why there is none; before it returns where it is known. Never throws. */
  find(query: NameQuery, onFound: (found: Found) => void): void;
  /** Ends all queries; nothing is heard of them any more. Never throws. */
  close(): void;
}

export interface NameQuery {
  readonly name: string;
  /** Addresses of DNS servers, asked in this order until one answers. */
  readonly servers: readonly string[];
}

export type Found = { readonly address: Uint8Array } | { readonly error: string };

interface Known {
  readonly address: Uint8Array;
  /** Asked for again after this, but used until then and until a new answer has come (cf. RFC 8767). */
  readonly freshUntil: number;
}

interface Search extends NameQuery {
  readonly waiting: ((found: Found) => void)[];
  /** The place of the server that is being asked. */
  place: number;
  attempt: Attempt | null;
  timer: NodeJS.Timeout | undefined;
}

/** How long each server has got; then the next one is asked. */
const PATIENCE_MS = 1_000;
/** An address is kept no shorter and no longer than this, whatever its lifetime: probes come each second or seldom. */
const FRESH_MIN_MS = 30_000;
const FRESH_MAX_MS = 3_600_000;
/** More names than an uplink can have targets are those of earlier configs. */
const NAMES_KEPT = 64;

/** A resolver that knows nothing yet. */
export const openResolver = (binding: UplinkBinding): Resolver => {
  const known = new Map<string, Known>();
  const searches = new Map<string, Search>();

  const finish = (search: Search, found: Found): void => {
    stop(search);
    searches.delete(search.name);
    for (const tell of search.waiting) tell(found);
  };

  const learn = (search: Search, reply: Reply): void => {
    const [address] = reply.kind === "answered" ? reply.answer.addresses : [];
    if (reply.kind === "failed" || lookUpError(reply.answer) !== null) askNext(search);
    else if (address === undefined) finish(search, { error: `${search.name} has no address in this family` });
    else finish(search, { address: keep(search.name, address, reply.answer.lifetimeSeconds) });
  };

  const keep = (name: string, text: string, lifetimeSeconds: number): Uint8Array => {
    const address = parseAddress(text);
    const freshMs = Math.min(FRESH_MAX_MS, Math.max(FRESH_MIN_MS, lifetimeSeconds * 1000));
    if (known.size >= NAMES_KEPT) known.clear();
    known.set(name, { address, freshUntil: monotonicMs() + freshMs });
    return address;
  };

  const askNext = (search: Search): void => {
    stop(search);
    const server = search.servers[search.place];
    search.place += 1;
    try {
      if (server === undefined) finish(search, { error: `nobody answered who ${search.name} is` });
      else begin(search, server);
    } catch (error) {
      finish(search, { error: wordsOf(error) });
    }
  };

  const begin = (search: Search, text: string): void => {
    const address = parseAddress(text);
    const through = { ...binding, family: familyFromLength(address.length) };
    const server = makeSocketAddress(address, PORT.dns);
    const question = { name: search.name, family: binding.family };
    search.timer = setTimeout(() => askNext(search), PATIENCE_MS).unref();
    search.attempt = askServer(through, { server, question }, (reply) => learn(search, reply));
  };

  const open = ({ name, servers }: NameQuery): Search => {
    const search: Search = { name, servers, waiting: [], place: 0, attempt: null, timer: undefined };
    searches.set(name, search);
    return search;
  };

  return {
    find: (query, onFound) => {
      const found = known.get(query.name);
      const running = searches.get(query.name);
      if (found !== undefined) onFound({ address: found.address });
      else running?.waiting.push(onFound);
      if (running !== undefined || (found !== undefined && found.freshUntil > monotonicMs())) return;
      const search = open(query);
      if (found === undefined) search.waiting.push(onFound);
      askNext(search);
    },
    close: () => {
      for (const search of searches.values()) stop(search);
      searches.clear();
    },
  };
};

const stop = (search: Search): void => {
  clearTimeout(search.timer);
  search.attempt?.cancel();
  search.attempt = null;
};
