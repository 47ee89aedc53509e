import { once } from "node:events";
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { connect, type Server } from "node:net";
import { dirname } from "node:path";
import { AppError } from "../error.ts";

/** Whoever is in this group may talk to the daemon, besides root. */
const GROUP = "wan-failover";

const OWNER_AND_GROUP = 0o660;
const UNCHANGED = -1;

/**
 * Opens a server on a Unix socket for root and the group `wan-failover`. What a dead daemon left there is replaced.
 * Throws AppError: daemon-running, system-call-failed.
 */
export const listenOn = async (server: Server, socketPath: string): Promise<void> => {
  try {
    if (mkdirSync(dirname(socketPath), { recursive: true, mode: 0o750 }) !== undefined)
      giveToGroup(dirname(socketPath));
    await claim(server, socketPath);
    chmodSync(socketPath, OWNER_AND_GROUP);
    giveToGroup(socketPath);
  } catch (error) {
    throw error instanceof AppError ? error : failed(socketPath, error);
  }
};

const claim = async (server: Server, socketPath: string): Promise<void> => {
  if (await tryToListen(server, socketPath)) return;
  await removeStale(socketPath);
  if (!(await tryToListen(server, socketPath))) throw running(socketPath);
};

/** False if something is there already. */
const tryToListen = async (server: Server, socketPath: string): Promise<boolean> => {
  server.listen(socketPath);
  try {
    await once(server, "listening");
    return true;
  } catch (error) {
    if (codeOf(error) === "EADDRINUSE") return false;
    throw error;
  }
};

/**
 * Removes the socket of a dead daemon. It is taken aside first and asked once more there, since another daemon may
 * have replaced it at the same moment: that one's socket is put back.
 */
const removeStale = async (socketPath: string): Promise<void> => {
  if (!lstatSync(socketPath).isSocket())
    throw failed(socketPath, new Error("a file that is no socket is in its place"));
  if (await answers(socketPath)) throw running(socketPath);
  const aside = `${socketPath}.${process.pid}`;
  renameSync(socketPath, aside);
  if (await answers(aside)) {
    renameSync(aside, socketPath);
    throw running(socketPath);
  }
  rmSync(aside, { force: true });
};

/** Throws AppError `daemon-running` where a daemon serves this socket. */
export const refuseIfServed = async (socketPath: string): Promise<void> => {
  if (existsSync(socketPath) && (await answers(socketPath))) throw running(socketPath);
};

/** Only a refusal proves that nobody listens. */
const answers = async (socketPath: string): Promise<boolean> => {
  const socket = connect(socketPath);
  try {
    await once(socket, "connect");
    return true;
  } catch (error) {
    return codeOf(error) !== "ECONNREFUSED";
  } finally {
    socket.destroy();
  }
};

/** Where the group doesn't exist, or we may not give it away, the path stays with root alone. */
const giveToGroup = (path: string): void => {
  const group = groupId();
  if (group === null) return;
  try {
    chownSync(path, UNCHANGED, group);
  } catch (error) {
    if (codeOf(error) !== "EPERM") throw error;
  }
};

/** group(5): `name:password:GID:members`. */
const groupId = (): number | null => {
  try {
    const line = readFileSync("/etc/group", "utf8")
      .split("\n")
      .find((entry) => entry.startsWith(`${GROUP}:`));
    return line === undefined ? null : Number(line.split(":")[2]);
  } catch {
    return null;
  }
};

const codeOf = (error: unknown): unknown => (error instanceof Error && "code" in error ? error.code : undefined);

const running = (socketPath: string): AppError =>
  new AppError("daemon-running", `a daemon is running already: it answers on ${socketPath}`);

const failed = (socketPath: string, cause: unknown): AppError => {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AppError("system-call-failed", `the socket ${socketPath} can't be opened: ${reason}`, { cause });
};
