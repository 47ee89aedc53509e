import type { NotifyConfig } from "../config/notify.ts";
import type { View } from "../core/notify/view.ts";
import type { Status } from "../core/status.ts";
import type { Messages } from "../shell/messages.ts";
import type { ChannelResult } from "../shell/notifier.ts";
import type { Notifying } from "./notify.ts";

/** Telling people, as the daemon sees it. Nothing of it is loaded before somebody is to be told. */
export interface Notifications {
  /** Something was reported. Returns at once, whatever it leads to. Never throws. */
  look(): void;
  /** Never throws. */
  configure(config: NotifyConfig): void;
  /** What isn't through, a sentence each. */
  problems(): readonly string[];
  /** Sends a message to every channel, and says what became of it. */
  test(): Promise<readonly ChannelResult[]>;
  close(): void;
}

export interface NotificationsOptions {
  /** Where messages that wait are kept. */
  readonly folder: string;
  readonly view: () => View;
  readonly status: () => Status;
  readonly messages: Messages;
}

/** What becomes of a test message is waited for so long (ms). */
const TEST_MS = 8000;

/** Nobody is told of anything yet. */
export const openNotifications = (options: NotificationsOptions): Notifications => {
  let config: NotifyConfig | null = null;
  let notifying: Notifying | null = null;
  let starting: Promise<void> | null = null;
  let looking = false;
  const start = async (): Promise<void> => {
    const { startNotifying } = await loadBundle();
    if (config !== null) notifying = startNotifying({ ...options, config });
    notifying?.look();
  };
  return {
    // Out of the loop's way: a step is over before anybody is told of it.
    look: () => {
      if (looking || notifying === null) return;
      looking = true;
      setImmediate(() => {
        looking = false;
        notifying?.look();
      });
    },
    configure: (next) => {
      config = next;
      notifying?.configure(next);
      if (starting !== null || !isAnybodyTold(next)) return;
      starting = start().catch((error: Error) => {
        starting = null;
        options.messages.add("error", `Nobody can be told of anything: ${error.message}`);
      });
    },
    problems: () => notifying?.problems() ?? [],
    test: async () => {
      await starting;
      return notifying?.test(TEST_MS) ?? [];
    },
    close: () => notifying?.close(),
  };
};

const isAnybodyTold = ({ email, broker, webhooks }: NotifyConfig): boolean =>
  email !== null || broker !== null || webhooks.length > 0;

const loadBundle = (): Promise<typeof import("./notify.ts")> => import(new URL("./notify.mjs", import.meta.url).href);
