import { hostname } from "node:os";
import { openClock } from "../adapter/clock.ts";
import { availability, type MqttMessage, type MqttPlace, stateMessages } from "../core/notify/mqtt.ts";
import type { BrokerSettings } from "../core/notify/settings.ts";
import type { Status } from "../core/status.ts";
import type { Messages } from "../shell/messages.ts";
import { type MqttTeller, openMqttTeller } from "../shell/mqtt-teller.ts";
import { VERSION } from "../version.ts";

/** The broker that the config names at the moment, if it does. */
export interface ConfiguredBroker {
  /** Another one takes its place; the same one goes on. */
  configure(settings: BrokerSettings | null): void;
  current(): Broker | null;
  /** Something may have changed. `lead`: who carries the traffic, hence perhaps another way to the broker. */
  look(lead: string | null): void;
  /** Why it isn't told, in a sentence. */
  problems(): readonly string[];
}

/** A broker that is told how things are. */
export interface Broker extends Omit<MqttTeller, "problem"> {
  /** Where it is told. */
  readonly place: MqttPlace;
}

export interface BrokerOptions {
  readonly status: () => Status;
  readonly messages: Messages;
}

/** No broker is configured yet. */
export const openConfiguredBroker = (options: BrokerOptions): ConfiguredBroker => {
  let told: { readonly broker: ReturnType<typeof openBroker>; readonly settings: string } | null = null;
  let way: string | null = null;
  return {
    configure: (next) => {
      const settings = JSON.stringify(next);
      if (told?.settings === settings) return;
      told?.broker.close();
      told = next === null ? null : { broker: openBroker(next, options), settings };
      told?.broker.look();
    },
    current: () => told?.broker ?? null,
    look: (lead) => {
      if (lead !== way) told?.broker.hurry();
      way = lead;
      told?.broker.look();
    },
    problems: () => {
      const problem = told?.broker.problem() ?? null;
      return problem === null ? [] : [`The MQTT broker can't be told how things are: ${problem}`];
    },
  };
};

/** Begins to tell a broker. What speaks to it is loaded with the first connection. */
const openBroker = (settings: BrokerSettings, { status, messages }: BrokerOptions): Broker & MqttTeller => {
  const place = placeOf(settings);
  const seen = new Set<string>();
  const wanted = (): readonly MqttMessage[] => {
    const now = status();
    const names = now.uplinks.map(({ name }) => name);
    for (const name of names) seen.add(name);
    return stateMessages(
      now,
      place,
      [...seen].filter((name) => !names.includes(name)),
    );
  };
  const connect = async (onLost: (problem: string) => void) => {
    const { connectMqtt } = await loadMqtt();
    return connectMqtt(settings, { will: availability(place, "offline"), onLost });
  };
  return { place, ...openMqttTeller({ clock: openClock(), connect, wanted, log: messages.add }) };
};

/** What may stand in a topic, of what a host may be called. */
const placeOf = ({ topic, discovery }: BrokerSettings): MqttPlace => ({
  topic: topic ?? `wan-failover/${hostname().replace(/[\s+#/]/g, "-")}`,
  discovery,
  host: hostname(),
  version: VERSION,
});

/** Bundled on its own: a client for MQTT is not loaded where nobody has a broker. */
const loadMqtt = (): Promise<typeof import("../adapter/service/mqtt.ts")> =>
  import(new URL("./mqtt.mjs", import.meta.url).href);
