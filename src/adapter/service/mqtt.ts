import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { type IClientOptions, MqttClient } from "mqtt";
import type { MqttMessage } from "../../core/notify/mqtt.ts";
import type { BrokerSettings } from "../../core/notify/settings.ts";
import { readSecret, withoutSecrets } from "../file/secret.ts";

/** A broker that takes messages. */
export interface MqttConnection {
  /** Resolves once the broker has it; rejects with a sentence where it doesn't say so in time. */
  publish(message: MqttMessage): Promise<void>;
  /** At once: the broker tells the last will. */
  close(): void;
}

export interface MqttOptions {
  /** What the broker says in our place once we are gone. */
  readonly will: MqttMessage;
  /** Is told, in a sentence, when an open connection ends by itself. */
  readonly onLost: (problem: string) => void;
}

/** A broker has so long (ms) until it takes us in, and then for each message: over a line that has died there is no answer. */
const WELCOME_MS = 10_000;
const ANSWER_MS = 5000;

/** A connection on which nothing is said is tried each so many seconds: some 10 MB a month. */
const KEEP_ALIVE_S = 60;

/** Connects to a broker. Rejects with a sentence without secrets. */
export const connectMqtt = async (settings: BrokerSettings, { will, onLost }: MqttOptions): Promise<MqttConnection> => {
  const password = settings.login === null ? "" : await readSecret(settings.login.password);
  const told = (error: Error): Error =>
    new Error(`${settings.host}:${settings.port}: ${withoutSecrets(error.message, [password]).replace(/\s+/g, " ")}`);
  return new Promise((resolve, reject) => {
    let is: "opening" | "open" | "over" = "opening";
    const end = (error: Error): void => {
      const was = is;
      is = "over";
      client.end(true);
      if (was === "open") onLost(told(error).message);
      else reject(told(error));
    };
    const client = new MqttClient(
      () => openSocket(settings).on("error", end),
      optionsFor(settings, { will, password }),
    );
    client.on("error", end);
    client.on("close", () =>
      end(new Error(is === "open" ? "it closed the connection" : "it does not answer as a broker")),
    );
    client.on("connect", () => {
      is = "open";
      resolve({
        publish: (message) => inTime(client, message).catch((error: Error) => Promise.reject(told(error))),
        close: () => {
          is = "over";
          client.end(true);
        },
      });
    });
  });
};

const openSocket = ({ host, port, tls }: BrokerSettings): Socket =>
  tls === null
    ? connectTcp({ host, port })
    : connectTls({
        host,
        port,
        rejectUnauthorized: tls === "checked",
        ...(isIP(host) === 0 ? { servername: host } : {}),
      });

const optionsFor = (
  { login }: BrokerSettings,
  { will, password }: { readonly will: MqttMessage; readonly password: string },
): IClientOptions => ({
  clientId: nameFor(will),
  ...(login === null ? {} : { username: login.user, password }),
  will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 1, retain: will.retained },
  keepalive: KEEP_ALIVE_S,
  connectTimeout: WELCOME_MS,
  reconnectPeriod: 0,
});

/**
 * A broker ends the older of two connections with one name, and tells its last will then: were the name another after a restart
 * or over another line, that would come when the dead connection is noticed, and be taken for the new one's.
 */
const nameFor = ({ topic }: MqttMessage): string => topic.replace(/[^A-Za-z0-9]+/g, "-");

/** Of what isn't acknowledged nobody knows. */
const inTime = (client: MqttClient, { topic, payload, retained }: MqttMessage): Promise<void> =>
  new Promise((resolve, reject) => {
    const late = () => reject(new Error(`it did not answer within ${ANSWER_MS / 1000} s`));
    const timer = setTimeout(late, ANSWER_MS);
    client.publish(topic, payload, { qos: 1, retain: retained }, (error) => {
      clearTimeout(timer);
      if (error) reject(error);
      else resolve();
    });
  });
