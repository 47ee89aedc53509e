import type { MailSettings } from "../core/notify/settings.ts";
import { parseRelay } from "./relay.ts";
import type { ParsedConfig } from "./schema.ts";

/** Who is told, and how. Secrets are in it: it never leaves the process. */
export interface NotifyConfig {
  readonly settleMs: number;
  readonly standbyUnusableAfterMs: number;
  readonly email: MailSettings | null;
}

/** What `notify:` says. Pure. */
export const resolveNotify = ({ settle, standbyUnusableAfter, email }: ParsedConfig["notify"]): NotifyConfig => ({
  settleMs: settle,
  standbyUnusableAfterMs: standbyUnusableAfter,
  email: email === undefined ? null : resolveEmail(email),
});

type ParsedEmail = NonNullable<ParsedConfig["notify"]["email"]>;

const resolveEmail = ({ to, from, relay, tls, ...rest }: ParsedEmail): MailSettings | null => {
  const parsed = parseRelay(relay);
  return parsed === null ? null : { to, from, relay: parsed.relay, tls, login: loginOf(rest, parsed.login) };
};

/** A name and a file go before what the relay's address holds. */
const loginOf = (
  { user, passwordFile }: Pick<ParsedEmail, "user" | "passwordFile">,
  inAddress: { readonly user: string; readonly password: string } | null,
): MailSettings["login"] => {
  if (user !== undefined && passwordFile !== undefined) return { user, password: { kind: "file", path: passwordFile } };
  if (inAddress === null) return null;
  return { user: inAddress.user, password: { kind: "text", text: inAddress.password } };
};
