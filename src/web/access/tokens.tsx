import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { CreatedToken, TokenEntry, TokenRequest } from "../../api/access/contract.ts";
import { PATHS } from "../../api/paths.ts";
import { Choice } from "../part/choice.tsx";
import { Icon } from "../part/icon.tsx";
import { type Answer, ask } from "../server/request.ts";
import { momentText } from "../word/format.ts";

type Scope = TokenRequest["scope"];

const SCOPES = [
  { value: "read", name: "Look" },
  { value: "control", name: "Change things too" },
] as const satisfies readonly { readonly value: Scope; readonly name: string }[];

const NAMES: Readonly<Record<Scope, string>> = { read: "may look", control: "may change things" };

/** The tokens of programs: which there are, a new one, and the end of one. */
export const Tokens = (): JSX.Element => {
  const [tokens, setTokens] = useState<readonly TokenEntry[]>([]);
  const [made, setMade] = useState<Answer<CreatedToken> | null>(null);
  const read = async (): Promise<void> => {
    const answer = await ask<{ readonly tokens: readonly TokenEntry[] }>({ path: PATHS.tokens });
    if (answer.ok) setTokens(answer.value.tokens);
  };
  useEffect(() => void read(), []);
  const create = async (body: TokenRequest): Promise<void> => {
    setMade(await ask<CreatedToken>({ path: PATHS.tokens, body }));
    await read();
  };
  const revoke = async (id: string): Promise<void> => {
    await ask({ path: `${PATHS.tokens}?${new URLSearchParams({ id })}`, method: "DELETE" });
    if (made?.ok && made.value.id === id) setMade(null);
    await read();
  };
  return (
    <section class="tokens" aria-labelledby="tokens">
      <h3 id="tokens">Tokens</h3>
      <List tokens={tokens} revoke={revoke} />
      <NewToken create={create} />
      <Made made={made} />
    </section>
  );
};

interface ListProps {
  readonly tokens: readonly TokenEntry[];
  readonly revoke: (id: string) => Promise<void>;
}

const List = ({ tokens, revoke }: ListProps): JSX.Element =>
  tokens.length === 0 ? (
    <p class="help">There are none: programs on this machine don’t need one.</p>
  ) : (
    <ul>
      {tokens.map(({ id, name, scope, createdAt }) => (
        <li key={id}>
          <span>{name}</span>
          <span class="aside">
            {NAMES[scope]}, since {momentText(Date.parse(createdAt))}
          </span>
          <button type="button" class="quiet" aria-label={`Revoke ${name}`} onClick={() => void revoke(id)}>
            <Icon name="bin" />
            Revoke
          </button>
        </li>
      ))}
    </ul>
  );

const NewToken = ({ create }: { readonly create: (request: TokenRequest) => Promise<void> }): JSX.Element => {
  const [scope, setScope] = useState<Scope>("read");
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    void create({ name: String(new FormData(form).get("name")), scope });
    form.reset();
  };
  return (
    <form class="buttons" aria-label="A new token" onSubmit={submit}>
      <div class="field">
        <label for="token-name">For which program?</label>
        <input id="token-name" name="name" type="text" maxLength={64} required />
      </div>
      <Choice label="It may" options={SCOPES} value={scope} choose={setScope} />
      <button type="submit">Make a token</button>
    </form>
  );
};

const Made = ({ made }: { readonly made: Answer<CreatedToken> | null }): JSX.Element => (
  <p role="status" class={`outcome is-${made?.ok ? "good" : "bad"}`}>
    {made?.ok && (
      <>
        The token of {made.value.name}, shown this once: <code>{made.value.token}</code>
      </>
    )}
    {made?.ok === false && made.why.detail}
  </p>
);
