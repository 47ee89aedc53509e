import { constants, fstatSync, openSync, type Stats, write, writeSync } from "node:fs";
import { sendTo } from "./libc/libc.ts";

/** Where a log's lines go. Takes a line as a whole, or not at all where there is no room for it. Never waits, never throws. */
export type LineSink = (line: string) => boolean;

const STANDARD_ERROR = 2;

/** `linux/limits.h`, PIPE_BUF: so many octets a pipe takes at once or not at all. */
const LINE_MAX = 4096;

/** So many octets wait for a disk. */
const WAITING_MAX = 64 * 1024;

/** A log that nobody reads, or whose disk hangs, is no reason to stop routing. `fd`: open for writing. Never throws. */
export const openStandardError = (fd = STANDARD_ERROR): LineSink => {
  const take = sinkOf(fd, fstatSync(fd));
  return (line) => {
    const octets = Buffer.from(line);
    return take(octets.length <= LINE_MAX ? octets : Buffer.concat([octets.subarray(0, LINE_MAX - 1), LINE_END]));
  };
};

const LINE_END = Buffer.from("\n");

type Sink = (octets: Uint8Array) => boolean;

const sinkOf = (fd: number, kind: Stats): Sink => {
  if (kind.isSocket()) return (octets) => sendTo(fd, octets, null) === 0;
  if (kind.isFile()) return openFileSink(fd);
  const own = openedAnew(fd);
  return (octets) => isWritten(own, octets);
};

/** Whether a descriptor waits is a matter of all who share it, such as the shell; of one of our own it is ours. */
const openedAnew = (fd: number): number => {
  try {
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return fd;
  }
};

const isWritten = (fd: number, octets: Uint8Array): boolean => {
  try {
    return writeSync(fd, octets) === octets.length;
  } catch {
    return false;
  }
};

/** Written on another thread, one after the other; what still waits when the process ends is written then. */
const openFileSink = (fd: number): Sink => {
  const waiting: Uint8Array[] = [];
  let octetsWaiting = 0;
  let isWriting = false;
  const next = (): void => {
    const octets = waiting.shift();
    isWriting = octets !== undefined;
    if (octets === undefined) return;
    octetsWaiting -= octets.length;
    write(fd, octets, next);
  };
  process.on("exit", () => {
    for (const octets of waiting.splice(0)) isWritten(fd, octets);
  });
  return (octets) => {
    if (octetsWaiting + octets.length > WAITING_MAX) return false;
    waiting.push(octets);
    octetsWaiting += octets.length;
    if (!isWriting) next();
    return true;
  };
};
