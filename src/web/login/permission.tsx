import type { JSX } from "preact";
import { lock } from "../server/live.ts";
import { mayAct, session } from "../server/session.ts";
import { useStore } from "../server/store.ts";

/** Says what is needed where things can be changed, and nothing where they may be. */
export const Permission = (): JSX.Element | null => {
  const who = useStore(session);
  if (who === null || mayAct(who)) return null;
  return (
    <div class="card permission">
      <h2>{who.hasPassword ? "You may look" : "First, a password"}</h2>
      {who.hasPassword ? (
        <p>To change something, log in.</p>
      ) : (
        <p>
          Until there is one, this page is shown on the router alone and changes nothing. On the router, type{" "}
          <code>wan-failover password</code>, then log in here.
        </p>
      )}
      <button type="button" class="plain" onClick={lock}>
        Log in
      </button>
    </div>
  );
};
