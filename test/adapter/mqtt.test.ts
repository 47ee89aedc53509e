import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { openClock } from "../../src/adapter/clock.ts";
import { connectMqtt } from "../../src/adapter/service/mqtt.ts";
import type { MqttMessage } from "../../src/core/notify/mqtt.ts";
import type { BrokerSettings } from "../../src/core/notify/settings.ts";
import { openMqttTeller } from "../../src/shell/mqtt-teller.ts";
import { LOGIN, openBroker } from "./broker.ts";
import { until } from "./until.ts";

const settingsFor = (port: number, password: string = LOGIN.password): BrokerSettings => ({
  host: "127.0.0.1",
  port,
  tls: null,
  login: { user: LOGIN.user, password: { kind: "text", text: password } },
  topic: null,
  discovery: null,
});

const message = (topic: string, payload: string, retained = true): MqttMessage => ({ topic, payload, retained });

const WILL = message("router/availability", "offline");

const connect = (settings: BrokerSettings, onLost: (problem: string) => void = () => {}) =>
  connectMqtt(settings, { will: WILL, onLost });

test("a broker has what it acknowledged, and tells the last will once the connection is gone", async () => {
  const broker = await openBroker();
  const connection = await connect(settingsFor(broker.port));
  await connection.publish(message("router/state", '{"active":"lte"}'));
  await until(() => broker.heard().includes('router/state 0 {"active":"lte"}'));
  connection.close();
  await until(() => broker.heard().includes("router/availability 0 offline"));
});

test("a broker that refuses, isn't one or isn't there is told of in a sentence without the password", async () => {
  const broker = await openBroker();
  await expect(connect(settingsFor(broker.port, "wr0ng"))).rejects.toThrow(
    `127.0.0.1:${broker.port}: Connection refused: Not authorized`,
  );
  await broker.end();
  await expect(connect(settingsFor(broker.port))).rejects.toThrow(/ECONNREFUSED/);
  const web = createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")).listen(0, "127.0.0.1");
  onTestFinished(() => void web.close());
  await until(() => web.listening);
  const { port } = web.address() as { port: number };
  await expect(connect(settingsFor(port))).rejects.toThrow(/^127\.0\.0\.1:\d+: /);
});

test("a teller tells what has changed, and everything anew to a broker that was away", async () => {
  const broker = await openBroker();
  let wanted = [message("router/state", "1"), message("router/uplink/lte", "1")];
  const logs: string[] = [];
  const teller = openMqttTeller({
    clock: openClock(),
    connect: (onLost) => connect(settingsFor(broker.port), onLost),
    wanted: () => wanted,
    log: (_level, text) => logs.push(text),
  });
  onTestFinished(teller.close);
  teller.look();
  await until(() => broker.heard().length === 2);
  wanted = [message("router/state", "2")];
  teller.look();
  await until(() => broker.heard().length === 4);
  expect(broker.heard().slice(2)).toEqual(["router/uplink/lte 0 ", "router/state 0 2"]);

  await broker.end();
  await until(() => teller.problem() !== null);
  await expect(teller.send(message("router/notice", "lost", false))).rejects.toThrow(/ECONNREFUSED/);
  await broker.begin();
  await until(() => teller.problem() === null);
  await until(() => broker.heard().length >= 5);
  expect(broker.heard()[4]).toBe("router/state 0 2");
  await teller.send(message("router/notice", "hello", false));
  await until(() => broker.heard().includes("router/notice 0 hello"));
  expect(logs).toEqual([
    expect.stringMatching(/^The MQTT broker can't be told and will be tried again: 127\.0\.0\.1:\d+: /),
    "The MQTT broker is told again",
  ]);
  expect(logs.join()).not.toContain(LOGIN.password);
});
