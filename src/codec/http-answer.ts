/** What a web page is asked for, and what it should answer. */
export interface Expectation {
  /** The page's address, with which redirections are compared. */
  readonly url: string;
  /** The status that is due, 200..599; null: 2xx, or a redirection that stays with the host. */
  readonly status: number | null;
  /** What the page must contain; null: whatever it likes. */
  readonly body: string | null;
}

/** The beginning of an HTTP answer, as it came. */
export interface HttpAnswer {
  /** 100..999. */
  readonly status: number;
  /** The header `location`, null if there is none. */
  readonly location: string | null;
  /** As much of the body as was read. */
  readonly body: string;
}

/** What an answer says of the line. */
export type HttpVerdict =
  | { readonly kind: "expected" }
  /** Somebody on the way answered in the page's place. `by`: how that shows, for people. */
  | { readonly kind: "portal"; readonly by: string }
  /** The answer proves nothing. `error`: why, for people. */
  | { readonly kind: "unexpected"; readonly error: string };

/** RFC 6585 section 6: Network Authentication Required. */
const LOGIN_REQUIRED = 511;

/** Hosts are shown to people: a longer name says nothing more. */
const SHOWN_MAX = 80;

/**
 * Judges an answer. Over TLS nobody but the server itself can answer, so that no portal does, and any redirection is the
 * server's own. `location` and `body` may hold anything. Pure; never throws.
 */
export const judgeAnswer = (expectation: Expectation, answer: HttpAnswer): HttpVerdict => {
  const { status } = answer;
  const due = isDue(expectation, answer);
  if (due && (expectation.body === null || answer.body.includes(expectation.body))) return { kind: "expected" };
  const wanted = expectation.status === null ? "" : `, where ${expectation.status} is due`;
  const unlike = due ? "sent another page than the expected one" : `answered ${status}${wanted}`;
  if (isSecure(expectation)) return { kind: "unexpected", error: unlike };
  if (status === LOGIN_REQUIRED) return { kind: "portal", by: "answered 511, network authentication required" };
  if (leadsAway(expectation, answer)) return { kind: "portal", by: `redirected to ${placeOf(expectation, answer)}` };
  return isSuccess(status) ? { kind: "portal", by: unlike } : { kind: "unexpected", error: unlike };
};

const isDue = (expectation: Expectation, answer: HttpAnswer): boolean => {
  if (expectation.status !== null) return answer.status === expectation.status;
  return isSuccess(answer.status) || (isRedirection(answer) && !leadsAway(expectation, answer));
};

const isSecure = ({ url }: Expectation): boolean => url.startsWith("https:");

const isSuccess = (status: number): boolean => status >= 200 && status < 300;

const isRedirection = ({ status, location }: HttpAnswer): boolean => status >= 300 && status < 400 && location !== null;

const leadsAway = (expectation: Expectation, answer: HttpAnswer): boolean => {
  if (!isRedirection(answer) || isSecure(expectation)) return false;
  const to = locationOf(expectation, answer);
  return to === null || !isSameSite(new URL(expectation.url).hostname, to.hostname);
};

/** A site's own hosts: `example.net` and `www.example.net`. */
const isSameSite = (one: string, other: string): boolean =>
  one === other || one.endsWith(`.${other}`) || other.endsWith(`.${one}`);

/** null where it is no web address. */
const locationOf = ({ url }: Expectation, { location }: HttpAnswer): URL | null => {
  if (location === null || !URL.canParse(location, url)) return null;
  const to = new URL(location, url);
  return to.protocol === "http:" || to.protocol === "https:" ? to : null;
};

/** The host alone, in ASCII as the URL parser leaves it: what a stranger sent is shown on terminals and in mails. */
const placeOf = (expectation: Expectation, answer: HttpAnswer): string => {
  const to = locationOf(expectation, answer);
  if (to === null) return "another place";
  return `${to.protocol}//${to.host.length > SHOWN_MAX ? `${to.host.slice(0, SHOWN_MAX)}…` : to.host}/`;
};
