import { Attributes, AttributeWriter } from "./attribute.ts";
import { CodecError } from "./codec-error.ts";
import { FLAG, type Message, type Request } from "./netlink.ts";
import { commandOf, GENERIC_LENGTH, messageType, SUBSYSTEM, writeGeneric } from "./nfnetlink.ts";

/** `NFPROTO_INET`: a table for IPv4 and IPv6. */
const FAMILY_INET = 1;

/** `NFT_MSG_*` (linux/netfilter/nf_tables.h). */
const COMMAND = { NEW_GENERATION: 15, NEW_OBJECT: 18, GET_OBJECT: 19 } as const;

/** `NFTA_OBJ_*`. */
const OBJECT = { TABLE: 1, NAME: 2, TYPE: 3, DATA: 4 } as const;

/** `NFTA_COUNTER_*`. */
const COUNTER = { BYTES: 1, PACKETS: 2 } as const;

/** `NFT_OBJECT_COUNTER`. */
const TYPE_COUNTER = 1;

/** In the messages about tables, chains, rules, sets, elements, objects and flow tables alike, the table's name comes as attribute 1. */
const ATTRIBUTE_TABLE = 1;

/** Which message type a counter comes in. */
export const NEW_OBJECT = messageType(SUBSYSTEM.NFTABLES, COMMAND.NEW_OBJECT);

/** A named counter, not read yet: where its packets are, a 64-bit number in network byte order. */
export interface Counter {
  readonly name: string;
  /** A view of eight octets into the message. */
  readonly packets: Uint8Array;
}

/** Somebody changed something in a table. */
export interface TableChange {
  /** `NFT_MSG_*`: 0 new table, 2 deleted table, 3 new chain, 6 new rule … */
  readonly command: number;
  /** `NFPROTO_*`: 1 inet, 2 ip, 10 ip6 … */
  readonly family: number;
  readonly table: string;
}

/** Asks for the named counters of a table of family `inet`. Never throws. */
export const listCounters = (table: string): Request => ({
  operation: "list the counters",
  type: messageType(SUBSYSTEM.NFTABLES, COMMAND.GET_OBJECT),
  flags: FLAG.DUMP,
  body: new AttributeWriter(writeGeneric(FAMILY_INET))
    .text(OBJECT.TABLE, table)
    .u32be(OBJECT.TYPE, TYPE_COUNTER)
    .finish(),
});

/** The body of a named counter of a table of family `inet`. Never throws. */
export const encodeCounter = (
  table: string,
  counter: { readonly name: string; readonly packets: number; readonly bytes: number },
): Uint8Array =>
  new AttributeWriter(writeGeneric(FAMILY_INET))
    .text(OBJECT.TABLE, table)
    .text(OBJECT.NAME, counter.name)
    .u32be(OBJECT.TYPE, TYPE_COUNTER)
    .nested(OBJECT.DATA, (data) =>
      data.u64be(COUNTER.BYTES, BigInt(counter.bytes)).u64be(COUNTER.PACKETS, BigInt(counter.packets)),
    )
    .finish();

/** The counter in the body of an `NFT_MSG_NEWOBJ`, null where the object is of another type. Throws `CodecError`. */
export const decodeCounter = (body: Uint8Array): Counter | null => {
  const object = new Attributes(body.subarray(GENERIC_LENGTH));
  if (object.u32be(OBJECT.TYPE) !== TYPE_COUNTER) return null;
  const name = object.text(OBJECT.NAME);
  const packets = object.nested(OBJECT.DATA)?.bytes(COUNTER.PACKETS);
  if (name === undefined || packets?.length !== 8)
    throw new CodecError("A named counter lacks its name or its packets.");
  return { name, packets };
};

/** The table that a notification is about; null where it's about none (a new generation, another subsystem). Throws `CodecError`. */
export const decodeTableChange = ({ type, body }: Pick<Message, "type" | "body">): TableChange | null => {
  const command = commandOf(SUBSYSTEM.NFTABLES, type);
  if (command === null || command === COMMAND.NEW_GENERATION) return null;
  const table = new Attributes(body.subarray(GENERIC_LENGTH)).text(ATTRIBUTE_TABLE);
  return table === undefined ? null : { command, family: body[0] ?? 0, table };
};

/** Whether the change is to the table of family `inet` with this name. Never throws. */
export const concernsInetTable = (change: TableChange, name: string): boolean =>
  change.family === FAMILY_INET && change.table === name;
