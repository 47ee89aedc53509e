import { describe, expect, test } from "vitest";
import type { Command } from "../../src/core/command.ts";
import type { KernelState } from "../../src/core/kernel/kernel.ts";
import { type PrefixSettings, translate } from "../../src/core/kernel/translation.ts";
import { start } from "../../src/core/start.ts";
import type { State } from "../../src/core/state.ts";
import { status } from "../../src/core/status.ts";
import { step } from "../../src/core/step.ts";
import { address, foreignDefault, hop, kernelState } from "../fake/kernel-state.ts";
import { dualStack, found, LAN, address as machineAddress } from "../fake/machine-facts.ts";
import { FIBER, LTE, settingsOf } from "../fake/settings.ts";

const wide = (on: number, text: string, prefixLength = 64) => address(on, text, { prefixLength });

const [LAN0, ETH0, WWAN0] = [2, 3, 4];

const pairsOf = (settings: PrefixSettings, ...addresses: KernelState["addresses"]) =>
  translate({
    settings,
    delegated: null,
    interface: "eth0",
    uplinkInterfaces: ["eth0", "wwan0"],
    kernel: kernelState({ addresses }),
  });

const AUTO: PrefixSettings = { outer: null, inner: null };

describe("prefixes", () => {
  test("are by default the local one and that of the uplink's own address", () => {
    const addresses = [
      wide(LAN0, "fd00:1::1"),
      wide(LAN0, "2001:db8:b:7::1"),
      wide(ETH0, "fd99::2"),
      wide(ETH0, "2001:db8:a::2", 128),
      wide(ETH0, "2001:db8:a::3"),
      wide(WWAN0, "fd00:9::1"),
    ];
    expect(pairsOf(AUTO, ...addresses)).toEqual({
      pairs: [{ inner: "fd00:1::/64", outer: "2001:db8:a::/64" }],
      problem: null,
    });
  });

  test("keep the subnet where the outer one has room for it", () => {
    const addresses = [wide(LAN0, "fd00:0:0:7::1"), wide(LAN0, "fd00:0:0:8::1")];
    expect(pairsOf({ outer: "2001:db8:a:ff00::/56", inner: null }, ...addresses)).toEqual({
      pairs: [
        { inner: "fd00:0:0:7::/64", outer: "2001:db8:a:ff07::/64" },
        { inner: "fd00:0:0:8::/64", outer: "2001:db8:a:ff08::/64" },
      ],
      problem: null,
    });
  });

  test("are those of the config where it names them", () => {
    expect(pairsOf({ outer: "2001:db8:a::/56", inner: "fd00:5::/56" }).pairs).toEqual([
      { inner: "fd00:5::/56", outer: "2001:db8:a::/56" },
    ]);
  });

  test("stand for one network each", () => {
    const addresses = [wide(LAN0, "fd00:1::1"), wide(LAN0, "fd00:2::1"), wide(ETH0, "2001:db8:a::2")];
    expect(pairsOf(AUTO, ...addresses)).toEqual({
      pairs: [{ inner: "fd00:1::/64", outer: "2001:db8:a::/64" }],
      problem: "2001:db8:a::/64 can't stand for fd00:2::/64: it stands for fd00:1::/64 already",
    });
  });

  test("can't be had from an interface without one, nor for a wider network", () => {
    expect(pairsOf(AUTO, wide(LAN0, "fd00:1::1")).problem).toBe(
      "eth0 has no IPv6 prefix that could stand for the local one",
    );
    expect(pairsOf({ outer: null, inner: "fd00::/48" }, wide(ETH0, "2001:db8:a::2")).problem).toBe(
      "fd00::/48 is wider than 2001:db8:a::/64, which is to stand for it",
    );
  });
});

/** A daemon whose edits always succeed, told of one kernel after another. */
const tellKernels = (...kernels: readonly KernelState[]): { state: State; last: readonly Command[] } =>
  kernels.reduce<{ state: State; last: readonly Command[] }>(
    ({ state }, kernel, now) => {
      const read = step(state, { kind: "kernel-read", kernel }, now);
      const edits = read.commands.flatMap((command) => (command.kind === "edit-kernel" ? command.edits : []));
      const load = edits.some(({ kind }) => kind === "load-firewall");
      const edited = step(
        read.state,
        { kind: "kernel-edited", failures: [], firewall: load ? "a table" : undefined },
        now,
      );
      return { state: edited.state, last: [...read.commands, ...edited.commands] };
    },
    {
      state: start({ settings: settingsOf([{ ...FIBER, prefixes: AUTO }, LTE]), memory: null, seed: 1, now: 0 }),
      last: [],
    },
  );

test("a new prefix is loaded, and flows that bear the old one begin anew", () => {
  const kernel = (outside: string): KernelState =>
    kernelState({
      addresses: [wide(LAN0, "fd00:1::1"), wide(ETH0, outside)],
      routes: [foreignDefault("ipv6", [hop(ETH0, "fe80::1")])],
    });
  const same = tellKernels(kernel("2001:db8:a::2"), kernel("2001:db8:a::3"));
  expect(same.last.filter(({ kind }) => kind === "flush-flows")).toEqual([]);
  const { state, last } = tellKernels(kernel("2001:db8:a::2"), kernel("2001:db8:b::2"));
  const kinds = last.map(({ kind }) => kind).filter((kind) => kind === "edit-kernel" || kind === "flush-flows");
  expect(kinds).toEqual(["edit-kernel", "flush-flows"]);
  expect(last).toContainEqual({ kind: "flush-flows", family: "ipv6", mark: 0x0100_0000, mask: 0x1f00_0000 });
  expect(state.uplinks[0]).toMatchObject({
    mistranslated: false,
    prefixes: [{ inner: "fd00:1::/64", outer: "2001:db8:b::/64" }],
  });
  expect(status(state, 2).problems).toEqual([]);
});

test("flows that an uplink took while it had no IPv6 address of its own begin anew once it has one", () => {
  const kernel = (...outside: readonly string[]): KernelState =>
    kernelState({
      addresses: [wide(LAN0, "fd00:1::1"), ...outside.map((one) => wide(ETH0, one))],
      routes: [foreignDefault("ipv6", [hop(ETH0, "fe80::1")])],
    });
  const [bare, own] = [kernel(), kernel("2001:db8:a::2")];
  const flushes = (...kernels: readonly KernelState[]): number =>
    tellKernels(...kernels).last.filter(({ kind }) => kind === "flush-flows").length;
  expect([flushes(own), flushes(bare), flushes(own, own), flushes(own, bare)]).toEqual([0, 0, 0, 0]);
  expect([flushes(own, bare, own), flushes(bare, own)]).toEqual([1, 1]);
});

test("the doctor says where a prefix can't be had, and that it must be routed here", () => {
  const settings = dualStack.settings ?? settingsOf();
  const [fiber = FIBER, lte = LTE] = settings.uplinks;
  const families = { ...lte.families, ipv6: { ...lte.families.ipv6, masquerade: false } };
  const translating = (prefixes: PrefixSettings) => ({ ...settings, uplinks: [fiber, { ...lte, families, prefixes }] });
  expect(found({ settings: translating({ outer: "2001:db8:9::/56", inner: null }) }, dualStack)).toEqual([]);
  expect(found({ settings: translating(AUTO) }, dualStack)).toEqual(["note npt-on-link"]);
  const addresses = [...dualStack.addresses, machineAddress(LAN, "fd00:2::1/64")];
  expect(found({ settings: translating(AUTO), addresses }, dualStack)).toEqual([
    "warning npt-incomplete",
    "note npt-on-link",
  ]);
});
