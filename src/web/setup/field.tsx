import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Prose } from "../part/prose.tsx";
import { valueAt } from "./document.ts";
import { fieldId, type Issue, pathText, useDraft } from "./draft.ts";
import { Help } from "./help.tsx";
import { defaultText, kindOf, limitsOf, type Path, type Schema, titleOf, wordsIn } from "./schema.ts";

export interface FieldProps {
  readonly path: Path;
  readonly schema: Schema;
  readonly required?: boolean;
}

/** One option: its name, what it is set to, what it means, and what is wrong with it. */
export const Field = ({ path, schema, required = false }: FieldProps): JSX.Element => {
  const { value, issues, edit } = useDraft();
  const current = valueAt(value, path);
  const id = fieldId(path);
  const wrong = issuesAt(issues, path);
  const set = (next: unknown): void =>
    edit(next === undefined ? { kind: "remove", path } : { kind: "set", path, value: next });
  const title = titleOf(String(path.at(-1)));
  const described = [
    schema.description === undefined ? [] : `${id}-help`,
    wrong.length === 0 ? [] : `${id}-wrong`,
  ].flat();
  return (
    <div class={current === undefined ? "field" : "field given"}>
      <label for={id}>
        {title}
        {required && <span class="aside"> needed</span>}
      </label>
      <Input
        id={id}
        schema={schema}
        current={current}
        set={set}
        attributes={{ "aria-describedby": described.join(" "), "aria-invalid": wrong.length > 0 ? "true" : "false" }}
      />
      <Help id={`${id}-help`} text={schema.description ?? ""} limits={limitsOf(schema)} />
      <Wrong id={`${id}-wrong`} issues={wrong} />
    </div>
  );
};

/** Also those of what is in a list. */
const issuesAt = (issues: readonly Issue[], path: Path): readonly Issue[] => {
  const own = pathText(path);
  return issues.filter((issue) => issue.path === own || issue.path.startsWith(`${own}[`));
};

export const Wrong = ({
  id,
  issues,
}: {
  readonly id: string;
  readonly issues: readonly Issue[];
}): JSX.Element | null =>
  issues.length === 0 ? null : (
    <p class="wrong" id={id}>
      <Prose text={issues.map(({ line, message, remedy }) => `Line ${line}: ${message}; ${remedy}.`).join(" ")} />
    </p>
  );

interface InputProps {
  readonly id: string;
  readonly schema: Schema;
  readonly current: unknown;
  readonly set: (value: unknown) => void;
  readonly attributes: { readonly "aria-describedby": string; readonly "aria-invalid": "true" | "false" };
}

const Input = (props: InputProps): JSX.Element => {
  switch (kindOf(props.schema)) {
    case "switch":
      return <Switch {...props} />;
    case "select":
      return <Select {...props} />;
    case "lines":
      return <Lines {...props} />;
    default:
      return <Text {...props} />;
  }
};

const Switch = ({ id, schema, current, set, attributes }: InputProps): JSX.Element => (
  <input
    {...attributes}
    id={id}
    type="checkbox"
    class="switch"
    checked={(current ?? schema.default) === true}
    onChange={({ currentTarget: { checked } }) => set(checked === schema.default ? undefined : checked)}
  />
);

export const Select = ({ id, schema, current, set, attributes }: InputProps): JSX.Element => (
  <select
    {...attributes}
    id={id}
    value={String(current ?? schema.default ?? "")}
    onChange={({ currentTarget: { value } }) => set(value === "" || value === schema.default ? undefined : value)}
  >
    {schema.default === undefined && <option value="">Not set</option>}
    {wordsIn(schema).map((word) => (
      <option key={word} value={word}>
        {word}
      </option>
    ))}
  </select>
);

/** Text is taken when one leaves the field or types Enter, so that the daemon isn't asked about halves. */
const useTyped = (shown: string, take: (text: string) => void) => {
  const [typed, setTyped] = useState<string | null>(null);
  useEffect(() => setTyped(null), [shown]);
  const leave = (): void => {
    if (typed !== null && typed !== shown) take(typed);
    setTyped(null);
  };
  return { value: typed ?? shown, type: (text: string) => setTyped(text), leave };
};

const Text = ({ id, schema, current, set, attributes }: InputProps): JSX.Element => {
  const isNumber = kindOf(schema) === "number";
  const shown =
    current === undefined || current === null
      ? ""
      : typeof current === "object"
        ? JSON.stringify(current)
        : String(current);
  const { value, type, leave } = useTyped(shown, (text) => {
    if (text.trim() === "") set(undefined);
    else set(isNumber && !Number.isNaN(Number(text)) ? Number(text) : text.trim());
  });
  return (
    <input
      {...attributes}
      id={id}
      type="text"
      inputMode={isNumber ? "decimal" : "text"}
      autocomplete="off"
      spellcheck={false}
      placeholder={defaultText(schema)}
      value={value}
      onInput={({ currentTarget }) => type(currentTarget.value)}
      onBlur={leave}
      onKeyDown={({ key }) => {
        if (key === "Enter") leave();
      }}
    />
  );
};

/** One a line; what is more than a word is written as JSON, which is YAML too. */
const Lines = ({ id, schema, current, set, attributes }: InputProps): JSX.Element => {
  const shown = Array.isArray(current)
    ? current.map((one) => (typeof one === "object" ? JSON.stringify(one) : String(one))).join("\n")
    : "";
  const { value, type, leave } = useTyped(shown, (text) => {
    const lines = text
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "");
    set(lines.length === 0 ? undefined : lines.map(lineValue));
  });
  const placeholder = defaultText(schema);
  return (
    <textarea
      {...attributes}
      id={id}
      rows={Math.max(2, value.split("\n").length, placeholder.split("\n").length)}
      autocomplete="off"
      spellcheck={false}
      placeholder={placeholder}
      value={value}
      onInput={({ currentTarget }) => type(currentTarget.value)}
      onBlur={leave}
    />
  );
};

const lineValue = (line: string): unknown => {
  if (!line.startsWith("{")) return /^\d+$/.test(line) ? Number(line) : line;
  try {
    return JSON.parse(line);
  } catch {
    return line;
  }
};
