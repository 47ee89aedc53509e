import { FAMILIES } from "../family.ts";
import type { Status, UplinkStatus } from "../status.ts";
import type { Notice } from "./notice.ts";
import { hookMessage } from "./webhook.ts";

/** What is published. `retained`: the broker keeps it for whoever comes later. */
export interface MqttMessage {
  readonly topic: string;
  readonly payload: string;
  readonly retained: boolean;
}

/** Where it is published, and who says it. */
export interface MqttPlace {
  /** All of our topics begin with it; unique on the broker. */
  readonly topic: string;
  /** Home Assistant's discovery prefix; null: it isn't told. */
  readonly discovery: string | null;
  /** The machine's name. */
  readonly host: string;
  readonly version: string;
}

const retained = (topic: string, payload: string): MqttMessage => ({ topic, payload, retained: true });

/** Whether the daemon is there; what the broker says in our place once we are gone is `offline`. Never throws. */
export const availability = ({ topic }: MqttPlace, is: "online" | "offline"): MqttMessage =>
  retained(`${topic}/availability`, is);

/**
 * What the broker should hold, in the order in which it is told. `gone`: uplinks that were configured before. Pure; never
 * throws.
 */
export const stateMessages = (status: Status, place: MqttPlace, gone: readonly string[]): readonly MqttMessage[] => [
  ...(place.discovery === null ? [] : [discovery(status, { ...place, prefix: place.discovery, gone })]),
  retained(stateTopic(place), JSON.stringify(routerState(status))),
  ...status.uplinks.map((uplink) =>
    retained(uplinkTopic(place, uplink.name), JSON.stringify(uplinkState(uplink, status))),
  ),
  availability(place, "online"),
];

/** Notices as programs get them by a webhook, oldest first; nobody keeps them. Pure; never throws. */
export const noticeMessage = (batch: readonly Notice[], { topic, host }: MqttPlace): MqttMessage => ({
  topic: `${topic}/notice`,
  payload: hookMessage("generic", batch, { host, chat: "" }).body,
  retained: false,
});

const stateTopic = ({ topic }: Pick<MqttPlace, "topic">): string => `${topic}/state`;

const uplinkTopic = ({ topic }: Pick<MqttPlace, "topic">, name: string): string => `${topic}/uplink/${name}`;

const routerState = ({ online, active, summary, test, pin, problems }: Status) => ({
  online,
  active: active.join(", "),
  summary,
  test: test?.uplink ?? null,
  pin,
  problems,
});

const uplinkState = (uplink: UplinkStatus, { active }: Status) => {
  const lines = FAMILIES.flatMap((family) => uplink.families[family] ?? []);
  const [main] = lines;
  const month = uplink.traffic?.month ?? null;
  return {
    interface: uplink.interface,
    active: active.includes(uplink.name),
    works: worksAny(lines.map(({ verdict }) => verdict)),
    ipv4: uplink.families.ipv4?.verdict ?? null,
    ipv6: uplink.families.ipv6?.verdict ?? null,
    reason: main?.reason ?? "disabled",
    rttMs: main?.rttMs == null ? null : Math.round(main.rttMs * 10) / 10,
    lossPercent: main?.loss == null ? null : Math.round(main.loss * 100),
    monthBytes: month === null ? null : month.received + month.sent,
    capPercent: uplink.usage === null ? null : Math.floor(uplink.usage.share * 100),
  };
};

/** null: nothing is decided yet. A suspicion may pass. */
const worksAny = (verdicts: readonly string[]): boolean | null => {
  if (verdicts.some((verdict) => verdict === "up" || verdict === "suspect")) return true;
  return verdicts.every((verdict) => verdict === "unknown") ? null : false;
};

interface Discovery extends MqttPlace {
  readonly prefix: string;
  readonly gone: readonly string[];
}

/** https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload */
const discovery = (status: Status, at: Discovery): MqttMessage => {
  const id = at.topic.replace(/[^A-Za-z0-9_-]+/g, "-");
  const named = (components: Components): object =>
    Object.fromEntries(
      Object.entries(components).map(([key, component]) => [key, { ...component, unique_id: `${id}-${key}` }]),
    );
  return retained(
    `${at.prefix}/device/${id}/config`,
    JSON.stringify({
      device: { identifiers: [id], name: `WAN ${at.host}`, model: "wan-failover", sw_version: at.version },
      origin: { name: "wan-failover", sw_version: at.version },
      availability_topic: availability(at, "online").topic,
      components: {
        ...named(routerComponents(at)),
        ...Object.assign({}, ...status.uplinks.map((uplink) => named(uplinkComponents(uplink, at)))),
        ...Object.assign({}, ...at.gone.map(removed)),
      },
      qos: 1,
    }),
  );
};

/** An entity as Home Assistant takes it. */
interface Component {
  readonly platform: "sensor" | "binary_sensor";
  readonly [option: string]: string;
}

type Components = Readonly<Record<string, Component>>;

const routerComponents = (at: MqttPlace): Components => {
  const state_topic = stateTopic(at);
  return {
    internet: {
      ...{ platform: "binary_sensor", name: "Internet", device_class: "connectivity", state_topic },
      value_template: "{{ 'ON' if value_json.online else 'OFF' }}",
    },
    active: {
      ...{ platform: "sensor", name: "Active uplink", icon: "mdi:wan", state_topic },
      value_template: "{{ value_json.active }}",
      json_attributes_topic: state_topic,
    },
    problem: {
      ...{ platform: "binary_sensor", name: "Problem", device_class: "problem", state_topic },
      value_template: "{{ 'ON' if value_json.problems else 'OFF' }}",
      entity_category: "diagnostic",
    },
  };
};

const uplinkComponents = ({ name, usage }: UplinkStatus, at: MqttPlace): Components => {
  const state_topic = uplinkTopic(at, name);
  const sensor = { platform: "sensor", state_topic, state_class: "measurement" } as const;
  return {
    [`${name}-works`]: {
      ...{ platform: "binary_sensor", name, device_class: "connectivity", state_topic },
      value_template: "{{ 'None' if value_json.works is none else 'ON' if value_json.works else 'OFF' }}",
      json_attributes_topic: state_topic,
    },
    [`${name}-rtt`]: {
      ...{ ...sensor, name: `${name} round trip`, unit_of_measurement: "ms", entity_category: "diagnostic" },
      value_template: "{{ value_json.rttMs }}",
    },
    [`${name}-loss`]: {
      ...{ ...sensor, name: `${name} loss`, unit_of_measurement: "%", entity_category: "diagnostic" },
      value_template: "{{ value_json.lossPercent }}",
    },
    [`${name}-month`]: {
      ...{ ...sensor, name: `${name} this month`, device_class: "data_size", state_class: "total_increasing" },
      ...{ unit_of_measurement: "B", suggested_unit_of_measurement: "GB" },
      value_template: "{{ value_json.monthBytes }}",
    },
    ...(usage === null
      ? {}
      : {
          [`${name}-cap`]: {
            ...{ ...sensor, name: `${name} cap used`, unit_of_measurement: "%" },
            value_template: "{{ value_json.capPercent }}",
          },
        }),
  };
};

/** A platform alone takes a component away. */
const removed = (name: string): object => ({
  [`${name}-works`]: { platform: "binary_sensor" },
  ...Object.fromEntries(["rtt", "loss", "month", "cap"].map((what) => [`${name}-${what}`, { platform: "sensor" }])),
});
