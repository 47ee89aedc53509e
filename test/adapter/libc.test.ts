import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { buildSync } from "esbuild";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openTap } from "../../src/adapter/kernel/tap.ts";
import {
  addressOf,
  bindSocket,
  closeSocket,
  connectSocket,
  enterNetworkNamespace,
  errnoName,
  loadLibrary,
  openSocket,
  readFd,
  realtimeMs,
  receive,
  SystemError,
  send,
  sendAsync,
  sendTo,
  setOption,
  socketName,
  type Watch,
  watch,
  writeFd,
} from "../../src/adapter/libc/libc.ts";
import {
  AF_INET,
  AF_NETLINK,
  AF_UNIX,
  EAGAIN,
  EBADF,
  ENOBUFS,
  IP_RECVERR,
  MSG_ERRQUEUE,
  SO_RCVBUF,
  SOCK_DGRAM,
  SOCK_RAW,
  SOL_IP,
  SOL_SOCKET,
} from "../../src/adapter/libc/linux.ts";
import { openMessageBatch } from "../../src/adapter/libc/message-batch.ts";
import { enterNamespace, type Namespace } from "../fake/namespace.ts";
import { until } from "./until.ts";
import { socketAddress } from "./wire.ts";

/** `linux/rtnetlink.h`: RTMGRP_IPV4_ROUTE. */
const IPV4_ROUTES = 0x40;
const NETLINK_ROUTE = 0;

let space: Namespace;
let watches: Watch[];
let sockets: number[];

const NODE_MODULES = fileURLToPath(new URL("../../node_modules", import.meta.url));

/** `linux/netlink.h`, struct sockaddr_nl. */
const netlinkAddress = (groups: number): Uint8Array => {
  const address = Buffer.alloc(12);
  address.writeUInt16LE(AF_NETLINK, 0);
  address.writeUInt32LE(groups, 8);
  return address;
};

/** A bundled program that watches a socket; `last` is its last statement. */
const bundle = (folder: string, last: string): string => {
  const outfile = join(folder, "program.mjs");
  const contents = `import { openSocket, watch } from "./src/adapter/libc/libc.ts";
    const handle = watch(openSocket({ domain: 1, type: 2, protocol: 0 }), () => {});
    ${last}`;
  const stdin = { contents, resolveDir: join(NODE_MODULES, "..") };
  buildSync({ stdin, outfile, bundle: true, platform: "node", format: "esm", external: ["koffi"] });
  return outfile;
};

const keep = (fd: number): number => {
  sockets.push(fd);
  return fd;
};

const collectGarbage = (): void => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  for (let round = 0; round < 3; round++) collect();
};

/** Two connected Unix sockets: what is sent on one arrives at the other. */
const openPair = (): { near: number; far: number } => {
  const open = (): number => keep(openSocket({ domain: AF_UNIX, type: SOCK_DGRAM, protocol: 0 }));
  const [near, far] = [open(), open()];
  bindSocket(near, Uint8Array.of(AF_UNIX, 0));
  connectSocket(far, socketName(near));
  return { near, far };
};

const watching = (fd: number, onReadable: () => void): Watch => {
  const handle = watch(fd, onReadable);
  watches.push(handle);
  return handle;
};

const countReads = (fd: number): { count: number } => {
  const seen = { count: 0 };
  const buffer = Buffer.alloc(64);
  watching(fd, () => {
    while (receive(fd, buffer) >= 0) seen.count += 1;
  });
  return seen;
};

beforeEach(() => {
  space = enterNamespace();
  watches = [];
  sockets = [];
});

afterEach(() => {
  for (const handle of watches) handle.close();
  for (const fd of sockets) closeSocket(fd);
  space.dispose();
});

describe("calls", () => {
  test("a failing call throws its name and the error's", () => {
    const bind = () => bindSocket(-1, Buffer.alloc(16));
    expect(bind).toThrow(SystemError);
    expect(bind).toThrow(
      expect.objectContaining({
        code: "system-call-failed",
        call: "bind",
        errno: EBADF,
        errnoName: "EBADF",
        detail: "bind: EBADF",
      }),
    );
  });

  test("a lack of permission has a code of its own", () => {
    expect(() => {
      throw new SystemError("socket", 1);
    }).toThrow(expect.objectContaining({ code: "not-permitted", errnoName: "EPERM" }));
  });

  test("errors that Node doesn't know have names too, and unknown ones their number", () => {
    expect(errnoName(77)).toBe("EBADFD");
    expect(errnoName(4711)).toBe("error 4711");
  });

  test("receiving nothing is EAGAIN, not a wait", () => {
    const { near } = openPair();
    expect(receive(near, Buffer.alloc(8))).toBe(-EAGAIN);
  });

  test("sockets are closed in children", () => {
    const { near } = openPair();
    expect(readFileSync(`/proc/self/fdinfo/${near}`, "utf8")).toMatch(/flags:\s+02004002/);
  });

  test("sending on another thread reports the error of that thread", async () => {
    const { near, far } = openPair();
    await sendAsync(far, Buffer.from("hello"));
    expect(receive(near, Buffer.alloc(8))).toBe(5);
    await expect(sendAsync(-1, Buffer.from("hello"))).rejects.toMatchObject({ call: "send", errnoName: "EBADF" });
  });

  test("the real time is the system's", () => {
    expect(Math.abs(realtimeMs() - Date.now())).toBeLessThan(50);
  });

  test("a library that isn't there is null", () => {
    expect(loadLibrary("libnowhere.so.9", { run: "int run(int)" })).toBeNull();
  });

  test("a socket stays in the namespace that it was opened in", () => {
    const fd = keep(openSocket({ domain: AF_INET, type: SOCK_DGRAM, protocol: 0 }));
    bindSocket(fd, socketAddress("127.0.0.1"));
    const home = openSync("/proc/self/ns/net", "r");
    const inner = enterNamespace();
    expect(sendTo(fd, Buffer.from("x"), socketName(fd))).toBe(0);
    inner.dispose();
    enterNetworkNamespace(home);
    closeSync(home);
  });

  test("a TAP interface passes frames both ways", async () => {
    const tap = keep(openTap("tap0"));
    space.ip("link", "set", "tap0", "up");
    const frame = Buffer.alloc(2048);
    await until(() => readFd(tap, frame) > 0);
    expect(frame.readUInt16BE(12)).toBe(0x86dd);
    expect(writeFd(tap, Buffer.alloc(60))).toBe(60);
    expect(() => openTap("tap0")).toThrow(expect.objectContaining({ errnoName: "EBUSY" }));
  });

  test("a buffer has an address, and the same one later", () => {
    const buffer = Buffer.allocUnsafeSlow(64);
    const before = addressOf(buffer);
    collectGarbage();
    expect(addressOf(buffer)).toBe(before);
  });
});

describe("watching", () => {
  test("what can't be watched is refused, for koffi would end the process", () => {
    const { near } = openPair();
    const file = openSync("/etc/passwd", "r");
    expect(() => watch(-1, () => {})).toThrow();
    expect(() => watch(9999, () => {})).toThrow(expect.objectContaining({ code: "EBADF" }));
    expect(() => watch(file, () => {})).toThrow(expect.objectContaining({ call: "poll" }));
    closeSync(file);
    watching(near, () => {});
    expect(() => watch(near, () => {})).toThrow(expect.objectContaining({ code: "invariant-broken" }));
  });

  test("ends with its descriptor, whose number may be watched again", async () => {
    const first = openSocket({ domain: AF_UNIX, type: SOCK_DGRAM, protocol: 0 });
    watch(first, () => {});
    closeSocket(first);
    const { near, far } = openPair();
    expect([near, far]).toContain(first);
    const seen = countReads(near);
    send(far, Buffer.from("x"));
    await until(() => seen.count === 1);
  });

  test("calls back for each arrival", async () => {
    const { near, far } = openPair();
    const seen = countReads(near);
    for (let count = 1; count <= 3; count++) {
      send(far, Buffer.from("x"));
      await until(() => seen.count === count);
    }
  });

  test("outlives a garbage collection although nobody holds it", async () => {
    const { near, far } = openPair();
    const seen = countReads(near);
    watches = [];
    await sleep(5);
    collectGarbage();
    await sleep(5);
    send(far, Buffer.from("x"));
    await until(() => seen.count === 1);
  });

  test("an exception in the callback is uncaught, ours, and doesn't end the watch", async () => {
    const { near, far } = openPair();
    const surfaced: unknown[] = [];
    const listeners = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    process.once("uncaughtException", (error) => surfaced.push(error));
    const seen = { count: 0 };
    watching(near, () => {
      seen.count += 1;
      receive(near, Buffer.alloc(8));
      if (seen.count === 1) throw new Error("ours");
    });
    send(far, Buffer.from("x"));
    await until(() => surfaced.length === 1);
    for (const listener of listeners) process.on("uncaughtException", listener);
    send(far, Buffer.from("x"));
    await until(() => seen.count === 2);
    expect(surfaced).toEqual([new Error("ours")]);
  });

  test("may be closed from its own callback, and twice", async () => {
    const { near, far } = openPair();
    const seen = { count: 0 };
    const handle = watching(near, () => {
      seen.count += 1;
      handle.close();
      handle.close();
    });
    send(far, Buffer.from("x"));
    await until(() => seen.count === 1);
    await sleep(20);
    expect(seen.count).toBe(1);
  });

  test("promises that the callback settles go on at once", async () => {
    const { near, far } = openPair();
    const seen: number[] = [];
    watching(near, () => {
      receive(near, Buffer.alloc(8));
      const calledAt = performance.now();
      void Promise.resolve().then(() => seen.push(performance.now() - calledAt));
    });
    setTimeout(() => send(far, Buffer.from("x")), 10);
    await sleep(300);
    expect(seen[0]).toBeLessThan(100);
  });

  test("hears on after an ICMP error was queued", async () => {
    space.ip("address", "add", "198.51.100.1/24", "dev", "lo");
    const fd = keep(openSocket({ domain: AF_INET, type: SOCK_DGRAM, protocol: 0 }));
    setOption({ fd, level: SOL_IP, name: IP_RECVERR, value: 1 });
    bindSocket(fd, socketAddress("127.0.0.1"));
    const errors = openMessageBatch(4);
    const seen = { errors: 0, messages: 0 };
    watching(fd, () => {
      while (receive(fd, Buffer.alloc(64)) >= 0) seen.messages += 1;
      seen.errors += Math.max(0, errors.receive(fd, MSG_ERRQUEUE));
    });
    const closedPort = Buffer.from(socketAddress("127.0.0.1"));
    closedPort.writeUInt16BE(9, 2);
    for (let round = 1; round <= 3; round++) {
      expect(sendTo(fd, Buffer.from("x"), closedPort)).toBe(0);
      await until(() => seen.errors === round);
    }
    expect(sendTo(fd, Buffer.from("x"), socketName(fd))).toBe(0);
    await until(() => seen.messages === 1);
  });

  test("hears on after netlink ran out of buffer", async () => {
    const fd = keep(openSocket({ domain: AF_NETLINK, type: SOCK_RAW, protocol: NETLINK_ROUTE }));
    setOption({ fd, level: SOL_SOCKET, name: SO_RCVBUF, value: 2048 });
    bindSocket(fd, netlinkAddress(IPV4_ROUTES));
    const seen = { overruns: 0, messages: 0 };
    const buffer = Buffer.alloc(4096);
    watching(fd, () => {
      for (let length = receive(fd, buffer); length !== -EAGAIN; length = receive(fd, buffer)) {
        if (length === -ENOBUFS) seen.overruns += 1;
        else seen.messages += 1;
      }
    });
    const batch = Array.from({ length: 200 }, (_, index) => `route add 10.9.${index}.0/24 dev lo`).join("\n");
    space.run("sh", "-c", `printf '%s' '${batch}' | ip -batch -`);
    await until(() => seen.overruns > 0);
    await sleep(20);
    const before = seen.messages;
    space.ip("route", "delete", "10.9.0.0/24");
    await until(() => seen.messages > before);
  });

  test("in a bundle, an unreferenced watch lets the process end and a referenced one doesn't", () => {
    const folder = mkdtempSync(join(tmpdir(), "wan-failover-test-"));
    const run = (last: string): string =>
      space.run("env", `NODE_PATH=${NODE_MODULES}`, "timeout", "2", process.execPath, bundle(folder, last));
    expect(() => run("handle.unref();")).not.toThrow();
    expect(() => run("")).toThrow(expect.objectContaining({ status: 124 }));
    rmSync(folder, { recursive: true });
  });
});
