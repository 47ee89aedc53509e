import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { PasswordRequest } from "../../api/access/contract.ts";
import { PATHS } from "../../api/paths.ts";
import { type Answer, ask } from "../server/request.ts";

const LENGTH_MIN = 8;

/** Sets another password. */
export const Password = ({ asksCurrent }: { readonly asksCurrent: boolean }): JSX.Element => {
  const [answer, setAnswer] = useState<Answer<object> | null>(null);
  const change = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const said = await ask<object>({ path: PATHS.password, method: "PUT", body: requestOf(new FormData(form)) });
    setAnswer(said);
    if (said.ok) form.reset();
  };
  return (
    <form class="fields" aria-labelledby="another-password" onSubmit={(event) => void change(event)}>
      <h3 id="another-password">Another password</h3>
      {asksCurrent && <Field name="current" label="The present one" autocomplete="current-password" />}
      <Field name="password" label="The new one" autocomplete="new-password" />
      <p class="help">At least {LENGTH_MIN} characters. Everybody else is logged out; tokens stay.</p>
      <button type="submit">Change it</button>
      <p role="status" class={`outcome is-${answer?.ok ? "good" : "bad"}`}>
        {answer !== null && (answer.ok ? "From now on the new password holds." : answer.why.detail)}
      </p>
    </form>
  );
};

const requestOf = (form: FormData): PasswordRequest => {
  const current = form.get("current");
  return { password: String(form.get("password")), ...(current === null ? {} : { current: String(current) }) };
};

interface FieldProps {
  readonly name: keyof PasswordRequest;
  readonly label: string;
  readonly autocomplete: "current-password" | "new-password";
}

const Field = ({ name, label, autocomplete }: FieldProps): JSX.Element => (
  <div class="field">
    <label for={`change-${name}`}>{label}</label>
    <input
      id={`change-${name}`}
      name={name}
      type="password"
      autocomplete={autocomplete}
      minLength={name === "password" ? LENGTH_MIN : undefined}
      required
    />
  </div>
);
