import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { Icon, type IconName } from "../part/icon.tsx";
import { Prose } from "../part/prose.tsx";
import { valueAt } from "./document.ts";
import { fieldId, pathText, useDraft } from "./draft.ts";
import { Field, Wrong } from "./field.tsx";
import { Preset } from "./preset.tsx";
import { freshIn, groupBranches, kindOf, type Path, type Schema, titleOf } from "./schema.ts";
import { useLatch } from "./use-latch.ts";

interface Props {
  readonly path: Path;
  readonly schema: Schema;
}

/** The options of a group: the simple ones first, then the groups within it. */
export const GroupFields = ({ path, schema }: Props): JSX.Element => {
  const { issues } = useDraft();
  const options = Object.entries(schema.properties ?? {});
  const simple = options.filter(([, option]) => !isWide(option));
  const wide = options.filter(([, option]) => isWide(option));
  return (
    <>
      <Wrong id={`${fieldId(path)}-wrong`} issues={issues.filter((issue) => issue.path === pathText(path))} />
      <div class="fields">
        {simple.map(([key, option]) => (
          <Field key={key} path={[...path, key]} schema={option} required={schema.required?.includes(key) ?? false} />
        ))}
      </div>
      {wide.map(([key, option]) => (
        <Inner key={key} path={[...path, key]} schema={option} />
      ))}
    </>
  );
};

const isWide = (option: Schema): boolean => ["group", "groups", "preset"].includes(kindOf(option));

const Inner = ({ path, schema }: Props): JSX.Element => {
  const kind = kindOf(schema);
  if (kind === "preset") return <Preset path={path} schema={schema} />;
  if (kind === "groups") return <Groups path={path} schema={schema} />;
  return <Foldable path={path} schema={groupBranches(schema)[0] ?? schema} description={schema.description ?? ""} />;
};

const Foldable = ({ path, schema, description }: Props & { readonly description: string }): JSX.Element => {
  const { value, issues } = useDraft();
  const isGiven = valueAt(value, path) !== undefined;
  const isOpen = useLatch(isGiven || issues.some((issue) => issue.path.startsWith(pathText(path))));
  return (
    <details class="inner" open={isOpen}>
      <summary id={fieldId(path)}>
        {titleOf(String(path.at(-1)))}
        <span class="aside">
          <Prose text={description} />
        </span>
      </summary>
      <GroupFields path={path} schema={schema} />
    </details>
  );
};

/** A list of groups, such as the uplinks: in order, to be moved, removed and added to. */
export const Groups = ({ path, schema }: Props): JSX.Element => {
  const { value, issues, edit } = useDraft();
  const place = useRef<HTMLDivElement>(null);
  const given = valueAt(value, path);
  const items: readonly unknown[] = Array.isArray(given) ? given : [];
  const item = schema.items ?? {};
  const own = issues.filter((issue) => issue.path === pathText(path));
  const add = (): void => {
    edit({ kind: "set", path: [...path, items.length], value: freshIn(item, items) });
    requestAnimationFrame(() => {
      const [entry] = [...(place.current?.querySelectorAll<HTMLElement>(":scope > fieldset") ?? [])].slice(-1);
      entry?.querySelector("input")?.focus({ preventScroll: true });
      entry?.scrollIntoView();
    });
  };
  // What was removed had the focus.
  const remove = (index: number): void => {
    edit({ kind: "remove", path: [...path, index] });
    place.current?.focus();
  };
  return (
    <div class="groups" ref={place} tabIndex={-1}>
      {items.map((entry, index) => (
        <fieldset class="card" key={`${index} ${items.length}`}>
          <legend>{nameOf(entry, index)}</legend>
          <Tools
            path={[...path, index]}
            name={nameOf(entry, index)}
            count={items.length}
            remove={() => remove(index)}
          />
          <GroupFields path={[...path, index]} schema={item} />
        </fieldset>
      ))}
      <Wrong id={`${fieldId(path)}-wrong`} issues={own} />
      <button type="button" class="plain" onClick={add}>
        <Icon name="plus" />
        Add to {titleOf(String(path.at(-1))).toLowerCase()}
      </button>
    </div>
  );
};

const nameOf = (entry: unknown, index: number): string => {
  const name = typeof entry === "object" && entry !== null ? Reflect.get(entry, "name") : undefined;
  return typeof name === "string" && name !== "" ? name : `${index + 1}.`;
};

interface ToolsProps {
  readonly path: Path;
  readonly name: string;
  readonly count: number;
  readonly remove: () => void;
}

const Tools = ({ path, name, count, remove }: ToolsProps): JSX.Element => {
  const { edit } = useDraft();
  const index = Number(path.at(-1));
  return (
    <div class="tools">
      <Tool icon="up" says={`Prefer ${name} more`} off={index === 0} act={() => edit({ kind: "move", path, by: -1 })} />
      <Tool
        icon="down"
        says={`Prefer ${name} less`}
        off={index === count - 1}
        act={() => edit({ kind: "move", path, by: 1 })}
      />
      <Tool icon="bin" says={`Remove ${name}`} off={false} act={remove} />
    </div>
  );
};

interface ToolProps {
  readonly icon: IconName;
  readonly says: string;
  readonly off: boolean;
  readonly act: () => void;
}

const Tool = ({ icon, says, off, act }: ToolProps): JSX.Element => (
  <button type="button" class="quiet" title={says} aria-label={says} disabled={off} onClick={act}>
    <Icon name={icon} />
  </button>
);
