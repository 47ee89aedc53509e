import type { JSX } from "preact";
import { Prose } from "../part/prose.tsx";
import { fieldId, pathText, useDraft } from "./draft.ts";
import { GroupFields, Groups } from "./group.tsx";
import { kindOf, type Schema, titleOf } from "./schema.ts";
import { useLatch } from "./use-latch.ts";

/** Every option, as the schema has them. */
export const Form = ({ schema }: { readonly schema: Schema }): JSX.Element => (
  <div class="form">
    {Object.entries(schema.properties ?? {}).map(([key, option]) => (
      <Section key={key} name={key} schema={option} />
    ))}
  </div>
);

const Section = ({ name, schema }: { readonly name: string; readonly schema: Schema }): JSX.Element => {
  const { issues } = useDraft();
  const count = issues.filter(
    ({ path }) => path === name || path.startsWith(`${pathText([name])}.`) || path.startsWith(`${name}[`),
  ).length;
  const isOpen = useLatch(name === "uplinks" || count > 0);
  return (
    <details class="section" open={isOpen}>
      <summary id={fieldId([name])}>
        <h2>{titleOf(name)}</h2>
        <span class="aside">
          <Prose text={schema.description ?? ""} />
        </span>
        {count > 0 && <span class="count">{count === 1 ? "1 mistake" : `${count} mistakes`}</span>}
      </summary>
      {kindOf(schema) === "groups" ? (
        <Groups path={[name]} schema={schema} />
      ) : (
        <GroupFields path={[name]} schema={schema} />
      )}
    </details>
  );
};
