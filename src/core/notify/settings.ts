import type { WebhookTemplate } from "./webhook.ts";

/** Who is told of what. No secret is in here: those stay with the adapters. */
export interface NotifySettings {
  /** The machine's name, as subjects show it. */
  readonly host: string;
  /** Names of those who are told by messages: `email`, or a webhook's. */
  readonly channels: readonly string[];
  /** A switch is told so long (ms) after it: the network has settled then, and what is soon undone is told with it. */
  readonly settleMs: number;
  /** A standby that has not worked for so long (ms) is worth a message. */
  readonly standbyUnusableAfterMs: number;
}

/** A point in time, as the shell sees it. */
export interface Moment {
  /** Milliseconds, monotonic since boot. */
  readonly now: number;
  /** Milliseconds since 1970. */
  readonly wallMs: number;
  /** Milliseconds since 1970 as a local date and time. Never throws. */
  readonly dateOf: (wallMs: number) => string;
}

/** Something that only the adapters get to know: as the config says it, or the first line of a file. */
export type Secret =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "file"; readonly path: string };

/** How messages are mailed. */
export interface MailSettings {
  readonly to: readonly string[];
  readonly from: string;
  readonly relay: {
    readonly host: string;
    readonly port: number;
    /** TLS from the first octet on (`smtps://`) rather than by STARTTLS. */
    readonly immediateTls: boolean;
  };
  /** auto: encrypted where the relay can; with a password always, and to the right one. required: always so. unchecked: encrypted, to whoever is there. */
  readonly tls: "auto" | "required" | "unchecked";
  readonly login: { readonly user: string; readonly password: Secret } | null;
}

/** An MQTT broker that is told how things are. */
export interface BrokerSettings {
  readonly host: string;
  readonly port: number;
  /** null: in the clear. unchecked: encrypted, to whoever is there. */
  readonly tls: "checked" | "unchecked" | null;
  readonly login: { readonly user: string; readonly password: Secret } | null;
  /** All topics begin with it; null: `wan-failover/` and the machine's name. */
  readonly topic: string | null;
  /** Home Assistant's discovery prefix; null: it isn't told. */
  readonly discovery: string | null;
}

/** A webhook that is told. */
export interface WebhookSettings {
  /** Unique among the channels. */
  readonly name: string;
  /** `http://…` or `https://…`; often it is a secret itself. */
  readonly url: Secret;
  readonly template: WebhookTemplate;
  /** Telegram's chat, empty elsewhere. */
  readonly chat: string;
  /** Sent as `Authorization: Bearer …`. */
  readonly token: Secret | null;
}
