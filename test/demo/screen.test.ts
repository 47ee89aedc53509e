import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { FlowRecord, FlowSample } from "../../lab/demo/flows.ts";
import type { DemoModel } from "../../lab/demo/model.ts";
import { screen } from "../../lab/demo/render.ts";
import { outageLines } from "../../lab/demo/render-story.ts";
import type { Stream } from "../../lab/sample.ts";
import { paint, widthOf } from "../../src/cli/line.ts";
import { diverted } from "../cli/fixture.ts";

describe("the demo's screen", () => {
  const stream: Stream = {
    flow: "new",
    protocol: "udp",
    family: "ipv4",
    address: "192.0.2.80",
    port: 7,
    intervalMs: 100,
  };
  const sample: FlowSample = { sequence: 0, sentAt: 500, answeredAt: 520, source: "203.0.113.2", uplink: "eth0" };
  const record: FlowRecord = {
    stream,
    samples: new Map([[0, sample]]),
    newest: sample,
    newestAnswered: sample,
    mark: 0,
    lost: new Set([1, 2]),
    resets: 1,
  };
  const model: DemoModel = {
    now: 1000,
    uplinks: [
      { interface: "eth0", name: "fiber", isp: "ISP A" },
      { interface: "wwan0", name: "lte", isp: "ISP B" },
    ],
    chosen: 1,
    status: diverted,
    broken: [{ fault: "blackhole", uplink: "eth0" }],
    records: [record, { ...record, stream: { ...stream, flow: "long" } }],
    story: [{ at: 0, by: "daemon", level: "info", text: "IPv4: new flows take lte for now" }],
    chapter: { kind: "break", title: "fiber: blackhole", since: 0, at: 0 },
    lastOutage: null,
    setting: "Preset balanced",
    page: "http://127.0.0.1:8380/?demo",
    endsInMs: new Map(),
    help: false,
  };

  test("never exceeds the window, whatever its size", () => {
    const size = { columns: fc.integer({ min: 1, max: 250 }), rows: fc.integer({ min: 1, max: 100 }) };
    const look = fc.record({ ...size, colours: fc.boolean() });
    fc.assert(
      fc.property(look, fc.boolean(), (given, help) => {
        const lines = screen({ ...model, help }, given);
        expect(lines.length).toBeLessThanOrEqual(given.rows);
        expect(Math.max(0, ...lines.map(widthOf))).toBeLessThan(given.columns);
      }),
    );
  });

  test("gives what was measured of a fault until something else is done", () => {
    const harm = { recoveredMs: 600, lost: 6, resets: 0 };
    const chapter = { kind: "break", title: "fiber: blackhole", since: 0, at: 0 } as const;
    const tcp = { recoveredMs: null, lost: 60, resets: 0 };
    const words = outageLines({ chapter, outage: { fresh: harm, udp: harm, tcp }, at: 7000 });
    expect(words.map((line) => paint(line, false))).toEqual([
      "new connections back in 0.6 s (6 lost),",
      "running UDP back in 0.6 s (6 lost), TCP silent for 7.0 s",
    ]);
  });
});
