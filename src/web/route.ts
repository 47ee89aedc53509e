import { openStore, type Store } from "./server/store.ts";

export const VIEWS = ["now", "timeline", "setup", "act", "doctor"] as const;
export type View = (typeof VIEWS)[number];

/** `#/act` and its like; anything else is where one begins. */
const viewOf = (hash: string): View => VIEWS.find((view) => hash.startsWith(`#/${view}`)) ?? "now";

/** Which view is shown. */
export const route: Store<View> = openStore(viewOf(location.hash));

/** Follows the address from now on. */
export const followAddress = (): void =>
  addEventListener("hashchange", () => {
    const view = viewOf(location.hash);
    if (view === route.get()) return;
    route.set(view);
    scrollTo(0, 0);
    document.querySelector<HTMLElement>("main")?.focus({ preventScroll: true });
  });
