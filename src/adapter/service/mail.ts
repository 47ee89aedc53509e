import { createTransport } from "nodemailer";
import type { MailSettings } from "../../core/notify/settings.ts";
import { readSecret, withoutSecrets } from "../file/secret.ts";

/** A message to be mailed. */
export interface Mail {
  /** The same for the same message, so that a receiver may see that it got one twice. */
  readonly id: string;
  readonly host: string;
  readonly subject: string;
  readonly text: string;
}

/** No step of a conversation with a relay takes longer (ms); and the whole of it not longer than this. */
const STEP_MS = 10_000;
const WHOLE_MS = 60_000;

/** A relay's words are told, but not a novel. */
const WORDS_MAX = 300;

/** Gives a message to the relay. Resolves with the addresses that it refused; rejects with a sentence without secrets. */
export const sendMail = async (mail: Mail, settings: MailSettings): Promise<readonly string[]> => {
  const password = settings.login === null ? "" : await readSecret(settings.login.password);
  const transport = createTransport(optionsFor(settings, password, mail.host));
  try {
    const { rejected } = await inTime(transport.sendMail(envelope(mail, settings)), () => transport.close());
    return rejected;
  } catch (error) {
    throw new Error(withoutSecrets(wordsOf(error, settings), [password]), { cause: error });
  } finally {
    transport.close();
  }
};

const optionsFor = ({ relay, tls, login }: MailSettings, password: string, host: string) => ({
  host: relay.host,
  port: relay.port,
  secure: relay.immediateTls,
  requireTLS: tls !== "auto" || login !== null,
  name: isHostName(host) ? host : "localhost",
  tls: { rejectUnauthorized: tls === "required" || (tls === "auto" && login !== null) },
  ...(login === null ? {} : { auth: { user: login.user, pass: password } }),
  connectionTimeout: STEP_MS,
  greetingTimeout: STEP_MS,
  socketTimeout: STEP_MS,
  dnsTimeout: STEP_MS,
  disableFileAccess: true,
  disableUrlAccess: true,
});

const isHostName = (host: string): boolean => /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(host);

const envelope = ({ id, host, subject, text }: Mail, { from, to }: MailSettings) => ({
  from: { name: `WAN-${host}`, address: from },
  to: [...to],
  subject,
  text,
  messageId: `<${id}.wan-failover@${isHostName(host) ? host : "localhost"}>`,
  headers: { "Auto-Submitted": "auto-generated" },
});

/** A relay may answer each step in time and yet never come to an end. */
const inTime = <T>(sending: Promise<T>, giveUp: () => void): Promise<T> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`it took longer than ${WHOLE_MS / 1000} s`));
      giveUp();
    }, WHOLE_MS);
    sending.then(resolve, reject).finally(() => clearTimeout(timer));
  });

const wordsOf = (error: unknown, { relay }: MailSettings): string => {
  const words = error instanceof Error ? error.message : String(error);
  return `${relay.host}:${relay.port}: ${words.replace(/\s+/g, " ").slice(0, WORDS_MAX)}`;
};
