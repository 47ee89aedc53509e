import { expect, test } from "vitest";
import { type MqttPlace, noticeMessage, stateMessages } from "../../../src/core/notify/mqtt.ts";
import { failedOver } from "../../cli/fixture.ts";

const PLACE: MqttPlace = { topic: "wan-failover/pbx", discovery: "homeassistant", host: "pbx", version: "1.2.3" };

const messages = (place: Partial<MqttPlace> = {}, gone: readonly string[] = []): ReadonlyMap<string, unknown> =>
  new Map(
    stateMessages(failedOver, { ...PLACE, ...place }, gone).map(({ topic, payload }) => [
      topic,
      payload.startsWith("{") ? JSON.parse(payload) : payload,
    ]),
  );

test("a broker holds the router's state, each uplink's, and last that the daemon is there", () => {
  const told = messages({ discovery: null });
  expect([...told.keys()]).toEqual([
    "wan-failover/pbx/state",
    "wan-failover/pbx/uplink/fiber",
    "wan-failover/pbx/uplink/lte",
    "wan-failover/pbx/availability",
  ]);
  expect(told.get("wan-failover/pbx/availability")).toBe("online");
  expect(told.get("wan-failover/pbx/state")).toMatchObject({ online: true, active: "lte", test: null, pin: null });
  expect(told.get("wan-failover/pbx/uplink/fiber")).toMatchObject({ active: false, works: true, ipv4: "up" });
  expect(told.get("wan-failover/pbx/uplink/lte")).toMatchObject({
    interface: "wwan0",
    active: true,
    works: true,
    rttMs: 46.2,
    lossPercent: 3,
    monthBytes: null,
    capPercent: 81,
  });
  expect(stateMessages(failedOver, PLACE, []).every(({ retained }) => retained)).toBe(true);
});

interface Discovered {
  readonly device: { readonly identifiers: readonly string[] };
  readonly availability_topic: string;
  readonly components: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

test("Home Assistant is shown one device, whose entities read what is told", () => {
  const told = messages();
  const { device, availability_topic, components } = told.get(
    "homeassistant/device/wan-failover-pbx/config",
  ) as Discovered;
  expect(device.identifiers).toEqual(["wan-failover-pbx"]);
  expect(told.get(availability_topic)).toBe("online");
  expect(Object.keys(components)).toEqual([
    ...["internet", "active", "problem"],
    ...["fiber-works", "fiber-rtt", "fiber-loss", "fiber-month"],
    ...["lte-works", "lte-rtt", "lte-loss", "lte-month", "lte-cap"],
  ]);
  for (const component of Object.values(components)) {
    const [, key = ""] = /value_json\.(\w+)/.exec(component.value_template ?? "") ?? [];
    expect(told.get(component.state_topic ?? "")).toHaveProperty(key);
  }
  expect(new Set(Object.values(components).map(({ unique_id }) => unique_id)).size).toBe(12);
});

test("an uplink that is gone takes its entities along", () => {
  const { components } = messages({}, ["dsl"]).get("homeassistant/device/wan-failover-pbx/config") as Discovered;
  expect(components["dsl-works"]).toEqual({ platform: "binary_sensor" });
  expect(components["dsl-rtt"]).toEqual({ platform: "sensor" });
});

test("a notice is told to whoever listens, and not kept", () => {
  const notice = { id: "1", kind: "failover", atMs: 0, date: "", subject: "s", summary: "", details: "" } as const;
  const { topic, payload, retained } = noticeMessage([{ ...notice, active: "lte", uplink: "fiber" }], PLACE);
  expect([topic, retained]).toEqual(["wan-failover/pbx/notice", false]);
  expect(JSON.parse(payload)).toMatchObject({ host: "pbx", event: "failover", active: "lte" });
});
