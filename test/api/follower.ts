import { type IncomingMessage, request } from "node:http";
import { onTestFinished } from "vitest";
import { until } from "../adapter/until.ts";

/** An event as a browser would see it. */
export interface SentEvent {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: Record<string, unknown>;
}

/** Somebody who follows the events. */
export interface Follower {
  readonly events: SentEvent[];
  readonly response: IncomingMessage;
  /** Waits for the next event of a name, from a place in `events` on. */
  next(event: string, from?: number): Promise<SentEvent>;
  leave(): void;
}

/** Opens the stream of events on a port of loopback, until the test ends. */
export const follow = async (port: number, headers: Record<string, string> = {}): Promise<Follower> => {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, path: "/api/v1/events", headers, agent: false }, resolve);
    sent.on("error", reject);
    sent.end();
  });
  const events: SentEvent[] = [];
  let text = "";
  response.setEncoding("utf8");
  response.on("error", () => {});
  response.on("data", (chunk: string) => {
    const parts = (text + chunk).split("\n\n");
    text = parts.pop() ?? "";
    events.push(...parts.flatMap(parseEvent));
  });
  const leave = (): void => void response.destroy();
  onTestFinished(leave);
  const next = async (event: string, from = 0): Promise<SentEvent> => {
    const found = () => events.slice(from).find((one) => one.event === event);
    await until(() => found() !== undefined);
    return found() as SentEvent;
  };
  return { events, response, next, leave };
};

const parseEvent = (text: string): SentEvent[] => {
  const fields = new Map(text.split("\n").map((line) => line.split(/: (.*)/, 2) as [string, string]));
  const event = fields.get("event");
  return event === undefined ? [] : [{ event, id: fields.get("id"), data: JSON.parse(fields.get("data") ?? "null") }];
};
