import { hostname } from "node:os";
import { join } from "node:path";
import { openClock } from "../adapter/clock.ts";
import { openKeptFile } from "../adapter/file/kept-file.ts";
import { bootId } from "../adapter/file/state-file.ts";
import { localDate } from "../adapter/local-date.ts";
import { postWebhook } from "../adapter/service/webhook.ts";
import type { NotifyConfig } from "../config/notify.ts";
import { noticeMessage } from "../core/notify/mqtt.ts";
import type { Notice } from "../core/notify/notice.ts";
import type { MailSettings, NotifySettings } from "../core/notify/settings.ts";
import type { NotifyMemory } from "../core/notify/step.ts";
import type { View } from "../core/notify/view.ts";
import { hookMessage } from "../core/notify/webhook.ts";
import { messageOf } from "../core/notify/words.ts";
import type { Status } from "../core/status.ts";
import type { Messages } from "../shell/messages.ts";
import { type ChannelResult, openNotifier } from "../shell/notifier.ts";
import { type Broker, openConfiguredBroker } from "./broker.ts";

// A bundle of its own: loaded only where somebody is to be told. What speaks to a kind of server is loaded with its first message.

export interface NotifyingOptions {
  readonly config: NotifyConfig;
  /** Where messages that wait are kept. */
  readonly folder: string;
  readonly view: () => View;
  readonly status: () => Status;
  readonly messages: Messages;
}

/** The telling of people, put together. */
export interface Notifying {
  look(): void;
  configure(config: NotifyConfig): void;
  problems(): readonly string[];
  test(withinMs: number): Promise<readonly ChannelResult[]>;
  close(): void;
}

const OUTBOX_FILE = "outbox.json";

/** Starts telling people, with what an earlier run could not tell. */
export const startNotifying = ({ config, folder, view, status, messages }: NotifyingOptions): Notifying => {
  let current = config;
  const broker = openConfiguredBroker({ status, messages });
  broker.configure(config.broker);
  const clock = openClock();
  const outbox = openKeptFile({
    path: join(folder, OUTBOX_FILE),
    what: "The list of messages that wait",
    complain: (problem) => messages.add("error", problem),
  });
  const notifier = openNotifier(settingsOf(config), asMemory(outbox.read()), {
    clock,
    boot: bootId(),
    moment: () => ({ now: clock.now(), wallMs: Date.now(), dateOf: localDate }),
    view,
    deliver: async (channel, batch) => {
      const problem = await deliver(current, { channel, batch, broker: broker.current() });
      if (problem !== null) messages.add("error", problem);
    },
    save: outbox.write,
    log: messages.add,
  });
  return {
    ...notifier,
    look: () => {
      notifier.look();
      broker.look(view().lead);
    },
    configure: (next) => {
      current = next;
      notifier.configure(settingsOf(next));
      broker.configure(next.broker);
    },
    problems: () => [...notifier.problems(), ...broker.problems()],
    close: () => {
      notifier.close();
      broker.configure(null);
    },
  };
};

const settingsOf = ({ settleMs, standbyUnusableAfterMs, email, broker, webhooks }: NotifyConfig): NotifySettings => ({
  host: hostname(),
  channels: [
    ...(email === null ? [] : ["email"]),
    ...(broker === null ? [] : ["mqtt"]),
    ...webhooks.map(({ name }) => name),
  ],
  settleMs,
  standbyUnusableAfterMs,
});

/** What is of another version, or damaged, is as good as none. */
const asMemory = (value: unknown): NotifyMemory | null =>
  typeof value === "object" && value !== null && "version" in value && value.version === 1
    ? (value as NotifyMemory)
    : null;

interface Parcel {
  readonly channel: string;
  readonly batch: readonly Notice[];
  readonly broker: Broker | null;
}

/** What went through but not to everybody is said in a sentence. Rejects where nothing went through. */
const deliver = async (config: NotifyConfig, { channel, batch, broker }: Parcel): Promise<string | null> => {
  if (channel === "mqtt" && broker !== null) {
    await broker.send(noticeMessage(batch, broker.place));
    return null;
  }
  if (channel === "email" && config.email !== null) return mail(config.email, batch);
  const hook = config.webhooks.find(({ name }) => name === channel);
  if (hook === undefined) throw new Error("it is no longer configured");
  await postWebhook(hookMessage(hook.template, batch, { host: hostname(), chat: hook.chat }), hook);
  return null;
};

const mail = async (settings: MailSettings, batch: readonly Notice[]): Promise<string | null> => {
  const { sendMail } = await loadMail();
  const id = batch.at(-1)?.id ?? "";
  const refused = await sendMail({ id, host: hostname(), ...messageOf(batch) }, settings);
  return refused.length === 0 ? null : `The relay ${settings.relay.host} refused ${refused.join(", ")}`;
};

/** Bundled on its own: nodemailer is not loaded before the first mail. */
const loadMail = (): Promise<typeof import("../adapter/service/mail.ts")> =>
  import(new URL("./mail.mjs", import.meta.url).href);
