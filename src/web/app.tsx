import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { Act } from "./act/act.tsx";
import { Doctor } from "./doctor/doctor.tsx";
import { Login } from "./login/login.tsx";
import { headlineOf } from "./now/headline.ts";
import { Now } from "./now/now.tsx";
import { useNow } from "./part/clock.ts";
import { Icon } from "./part/icon.tsx";
import { lazy } from "./part/lazy.tsx";
import { Loading } from "./part/loading.tsx";
import { route, VIEWS, type View } from "./route.ts";
import { type Live, live } from "./server/live.ts";
import { logout, session } from "./server/session.ts";
import { useStore } from "./server/store.ts";
import { ThemeSwitch } from "./theme.tsx";
import { clock, duration } from "./word/format.ts";

const Timeline = lazy(async () => (await import("./timeline/timeline.tsx")).Timeline);
const Setup = lazy(async () => (await import("./setup/setup.tsx")).Setup);

const NAMES: Readonly<Record<View, string>> = {
  now: "Now",
  timeline: "Timeline",
  setup: "Set up",
  act: "Act",
  doctor: "Doctor",
};

export const App = (): JSX.Element => {
  const view = useStore(route);
  const now = useStore(live);
  const title = now.status === null ? "" : `${headlineOf(now.status, 0).title} · `;
  useEffect(() => {
    document.title = `${title}wan-failover`;
  }, [title]);
  return (
    <>
      <button type="button" class="skip" onClick={skip}>
        Skip to the content
      </button>
      <header class="top">
        <a class="brand" href="#/now">
          <img src="/icon.svg" alt="" width="26" height="26" />
          wan-failover
        </a>
        {now.locked ? null : <Navigation view={view} />}
        <div class="tools">
          <ThemeSwitch />
          <Leave />
        </div>
      </header>
      <Lost stream={now.stream} />
      <main id="main" tabIndex={-1} class={now.stream.kind === "lost" ? "stale" : ""}>
        <Content view={view} now={now} />
      </main>
    </>
  );
};

/** Only who has logged in can leave. */
const Leave = (): JSX.Element | null =>
  useStore(session)?.who !== "session" ? null : (
    <button type="button" class="quiet" title="Log out" aria-label="Log out" onClick={() => void logout()}>
      <Icon name="out" />
    </button>
  );

const skip = (): void => {
  document.getElementById("main")?.focus();
};

const Navigation = ({ view }: { readonly view: View }): JSX.Element => (
  <nav aria-label="Views">
    {VIEWS.map((one) => (
      <a key={one} href={`#/${one}`} aria-current={one === view ? "page" : undefined}>
        <Icon name={one} />
        {NAMES[one]}
      </a>
    ))}
  </nav>
);

/** Screen readers hear of it once: how long ago it was changes each second. */
const Lost = ({ stream }: Pick<Live, "stream">): JSX.Element => {
  useNow();
  return (
    <div role="status">
      {stream.kind === "lost" && (
        <p class="lost">
          <Icon name="warning" />
          <span>
            <strong>No connection to the router</strong> since {clock(stream.since)}
            <span aria-hidden="true">, {duration(Date.now() - stream.since)} ago</span>. What you see is how it was
            then.
          </span>
        </p>
      )}
    </div>
  );
};

const Content = ({ view, now: { status, locked } }: { readonly view: View; readonly now: Live }): JSX.Element => {
  if (locked) return <Login />;
  if (status === null) return <Loading />;
  switch (view) {
    case "now":
      return <Now status={status} />;
    case "act":
      return <Act status={status} />;
    case "setup":
      return <Setup />;
    case "doctor":
      return <Doctor />;
    case "timeline":
      return <Timeline status={status} />;
  }
};
