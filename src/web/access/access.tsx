import type { JSX } from "preact";
import { session } from "../server/session.ts";
import { useStore } from "../server/store.ts";
import { Password } from "./password.tsx";
import { Tokens } from "./tokens.tsx";

/** Who may come in: for those alone to whom the router belongs. */
export const Access = (): JSX.Element | null => {
  const who = useStore(session);
  if (who?.scope !== "owner") return null;
  return (
    <details class="card inner access">
      <summary>
        Who may come in
        <span class="aside">The password of this page, and tokens for programs.</span>
      </summary>
      <Password asksCurrent={who.who === "session"} />
      <Tokens />
    </details>
  );
};
