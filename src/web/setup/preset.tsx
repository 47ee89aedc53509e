import type { JSX } from "preact";
import { valueAt } from "./document.ts";
import { fieldId, pathText, useDraft } from "./draft.ts";
import { Field, Wrong } from "./field.tsx";
import { Help } from "./help.tsx";
import { groupBranches, type Path, type Schema, titleOf, wordsIn } from "./schema.ts";

interface Props {
  readonly path: Path;
  readonly schema: Schema;
}

const isGroup = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

/** A word that stands for a group of numbers, or that group, with some of them changed. */
export const Preset = ({ path, schema }: Props): JSX.Element => {
  const { value, issues, edit } = useDraft();
  const current = valueAt(value, path);
  const word = isGroup(current) ? String(current.preset ?? "") : String(current ?? "");
  const id = fieldId(path);
  const group = groupFor(schema, word);
  const choose = (chosen: string): void =>
    edit(chosen === "" ? { kind: "remove", path } : { kind: "set", path, value: chosen });
  return (
    <>
      <div class="fields">
        <div class={current === undefined ? "field" : "field given"}>
          <label for={id}>{titleOf(String(path.at(-1)))}</label>
          <select id={id} value={word} onChange={({ currentTarget }) => choose(currentTarget.value)}>
            <option value="">Not set</option>
            {[
              ...new Set(wordsIn({ ...schema, anyOf: schema.anyOf?.filter((one) => one.enum !== undefined) ?? [] })),
            ].map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
          <Help id={`${id}-help`} text={schema.description ?? ""} limits="" />
          <Wrong id={`${id}-wrong`} issues={issues.filter((issue) => issue.path === pathText(path))} />
        </div>
      </div>
      {group !== undefined && word !== "" && (
        <Numbers path={path} group={group} word={word} isOpen={isGroup(current)} />
      )}
    </>
  );
};

/** The group of options that goes with a preset. */
const groupFor = (schema: Schema, word: string): Schema | undefined =>
  groupBranches(schema).find(({ properties }) => wordsIn(properties?.preset ?? {}).includes(word));

interface NumbersProps {
  readonly path: Path;
  readonly group: Schema;
  readonly word: string;
  readonly isOpen: boolean;
}

const Numbers = ({ path, group, word, isOpen }: NumbersProps): JSX.Element => {
  const { value, edit } = useDraft();
  const open = (): void => {
    if (!isGroup(valueAt(value, path))) edit({ kind: "set", path, value: { preset: word } });
  };
  if (!isOpen) {
    return (
      <button type="button" class="plain" onClick={open}>
        Change numbers of {word}
      </button>
    );
  }
  return (
    <div class="fields numbers">
      {Object.entries(group.properties ?? {})
        .filter(([key]) => key !== "preset")
        .map(([key, option]) => (
          <Field key={key} path={[...path, key]} schema={option} />
        ))}
    </div>
  );
};
