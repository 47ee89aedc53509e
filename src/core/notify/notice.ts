/** What a message is about. */
export type NoticeKind =
  /** Traffic left the primary. */
  | "failover"
  /** It left one stand-in for another. */
  | "moved"
  /** Traffic is on the primary again. */
  | "failback"
  /** Somebody moved it: a test, or an uplink pinned by hand. */
  | "ordered"
  /** No uplink works. */
  | "offline"
  /** One works again, after none did. */
  | "online"
  /** An uplink that should stand by has not worked for some time. */
  | "standby-down"
  | "standby-up"
  /** An uplink has used most of its cap, or all of it. */
  | "cap-near"
  | "cap-used"
  /** A failover was rehearsed: it has passed, or failed. */
  | "rehearsal-passed"
  | "rehearsal-failed"
  /** Asked for, to see whether messages arrive. */
  | "test";

/** Something to tell people, in plain words, kept until it is through. */
export interface Notice {
  /** Unique, so that a receiver may see that it got one twice. */
  readonly id: string;
  readonly kind: NoticeKind;
  /** When it was written, ms since 1970, and as people write it. */
  readonly atMs: number;
  readonly date: string;
  readonly subject: string;
  /** A few sentences. */
  readonly summary: string;
  /** Lines: the uplinks, their addresses and routes. */
  readonly details: string;
  /** The uplink that carries traffic now, null if none was chosen. */
  readonly active: string | null;
  /** The uplink that it is about, null if none in particular. */
  readonly uplink: string | null;
}
