/** What a caller may do: nothing, look, change things, or also say who may come in. Each may what those before it may. */
export type Scope = "none" | "read" | "control" | "owner";

const ORDER: readonly Scope[] = ["none", "read", "control", "owner"];

/** Who asks. */
export interface Caller {
  readonly who: "nobody" | "session" | "token" | "socket";
  readonly scope: Scope;
  /** Of a session: what its cookie holds. */
  readonly session: string | null;
}

/** Whoever may open the Unix socket may do everything: the file's owner and group say who that is. */
export const SOCKET_CALLER: Caller = { who: "socket", scope: "owner", session: null };

/** Never throws. */
export const mayDo = (caller: Caller, needed: Scope): boolean => ORDER.indexOf(caller.scope) >= ORDER.indexOf(needed);
