import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { follow } from "../server/live.ts";
import { login, session } from "../server/session.ts";
import { useStore } from "../server/store.ts";

/** Who comes in says the password. */
export const Login = (): JSX.Element => {
  const [wrong, setWrong] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const mayLook = useStore(session)?.scope === "read";
  const enter = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const password = String(new FormData(form).get("password") ?? "");
    setBusy(true);
    const answer = await login(password);
    setBusy(false);
    setWrong(answer.ok ? null : answer.why.detail);
    if (!answer.ok) form.querySelector("input")?.select();
  };
  return (
    <form class="card login" onSubmit={(event) => void enter(event)}>
      <img src="/icon.svg" alt="" width="52" height="52" />
      <h1>Log in</h1>
      <label for="password">Password of this router’s wan-failover</label>
      <input
        id="password"
        name="password"
        type="password"
        autocomplete="current-password"
        required
        autofocus
        aria-invalid={wrong === null ? "false" : "true"}
        aria-describedby="password-wrong"
      />
      <p id="password-wrong" class="wrong" role="alert">
        {wrong}
      </p>
      <button type="submit" disabled={isBusy}>
        {isBusy ? "One moment" : "Log in"}
      </button>
      {mayLook && (
        <button type="button" class="plain" onClick={follow}>
          Only look
        </button>
      )}
      <p class="aside">
        Forgotten? On the router, <code>wan-failover password</code> sets another.
      </p>
    </form>
  );
};
