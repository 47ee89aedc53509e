import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { openClock } from "../../src/adapter/clock.ts";
import {
  bindSocket,
  closeSocket,
  connectSocket,
  openSocket,
  receive,
  send,
  socketName,
  watch,
} from "../../src/adapter/libc/libc.ts";
import { AF_UNIX, SOCK_DGRAM } from "../../src/adapter/libc/linux.ts";
import { until } from "./until.ts";

const stall = (ms: number): void => {
  const end = performance.now() + ms;
  while (performance.now() < end);
};

test("now is the time since boot", () => {
  const uptimeMs = Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]) * 1000;
  expect(Math.abs(openClock().now() - uptimeMs)).toBeLessThan(100);
});

test("now rises by what passes", () => {
  const clock = openClock();
  const before = clock.now();
  stall(10);
  expect(clock.now() - before).toBeGreaterThanOrEqual(9.9);
  expect(clock.now() - before).toBeLessThan(100);
});

test("wakes once, when the deadline has come and not before", async () => {
  const clock = openClock();
  for (let round = 0; round < 20; round++) {
    const at = clock.now() + 5;
    const wokenAt: number[] = [];
    clock.wakeAt(at, () => wokenAt.push(clock.now()));
    stall(2);
    await until(() => wokenAt.length > 0);
    expect(wokenAt[0]).toBeGreaterThanOrEqual(at);
    await sleep(2);
    expect(wokenAt.length).toBe(1);
  }
});

test("a new deadline replaces the old one, earlier or later", async () => {
  const clock = openClock();
  const woken: string[] = [];
  clock.wakeAt(clock.now() + 10, () => woken.push("first"));
  clock.wakeAt(clock.now() + 60, () => woken.push("later"));
  await sleep(35);
  expect(woken).toEqual([]);
  clock.wakeAt(clock.now() + 5, () => woken.push("earlier"));
  await until(() => woken.length > 0);
  await sleep(60);
  expect(woken).toEqual(["earlier"]);
});

test("Infinity takes the deadline away", async () => {
  const clock = openClock();
  let woken = 0;
  clock.wakeAt(clock.now() + 5, () => (woken += 1));
  clock.wakeAt(Number.POSITIVE_INFINITY, () => (woken += 1));
  await sleep(20);
  expect(woken).toBe(0);
});

test("a deadline in the past wakes at once, but not within the call", async () => {
  const clock = openClock();
  let woken = 0;
  clock.wakeAt(0, () => (woken += 1));
  expect(woken).toBe(0);
  await until(() => woken === 1);
});

test("a deadline beyond what setTimeout can doesn't wake at once", async () => {
  const clock = openClock();
  let woken = 0;
  clock.wakeAt(clock.now() + 2 ** 40, () => (woken += 1));
  await sleep(20);
  expect(woken).toBe(0);
  clock.wakeAt(Number.POSITIVE_INFINITY, () => {});
});

test("sockets that are readable by the deadline are read before it is looked at", async () => {
  const clock = openClock();
  const [near, far] = [0, 0].map(() => openSocket({ domain: AF_UNIX, type: SOCK_DGRAM, protocol: 0 })) as [
    number,
    number,
  ];
  bindSocket(near, Uint8Array.of(AF_UNIX, 0));
  connectSocket(far, socketName(near));
  const order: string[] = [];
  const handle = watch(near, () => {
    receive(near, Buffer.alloc(8));
    order.push("socket");
  });
  await sleep(5);
  clock.wakeAt(clock.now() + 5, () => order.push("deadline"));
  send(far, Buffer.from("x"));
  stall(30);
  await until(() => order.length === 2);
  expect(order).toEqual(["socket", "deadline"]);
  handle.close();
  for (const fd of [near, far]) closeSocket(fd);
});
