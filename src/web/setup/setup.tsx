import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Access } from "../access/access.tsx";
import { Permission } from "../login/permission.tsx";
import { Choice } from "../part/choice.tsx";
import { AstlinuxTable } from "./astlinux-table.tsx";
import { edited, parsed } from "./document.ts";
import { DraftContext } from "./draft.ts";
import { Form } from "./form.tsx";
import { Save } from "./save.tsx";
import { useConfig, type Writing } from "./use-config.ts";
import { YamlEditor } from "./yaml-editor.tsx";

/** The config, as a form and as text. */
export const Setup = (): JSX.Element => {
  const writing = useConfig();
  return (
    <>
      <div class="intro">
        <h1>Set up</h1>
        <p>
          Every option, with its help. Nothing changes until you save, and what you save undoes itself unless you
          confirm it.
        </p>
      </div>
      <Permission />
      {writing === null && (
        <p class="aside" role="status">
          Reading the config
        </p>
      )}
      {writing !== null && "problem" in writing && (
        <p class="problem" role="alert">
          {writing.problem}
        </p>
      )}
      {writing !== null && "text" in writing && <Workbench writing={writing} />}
      <Access />
    </>
  );
};

type Shape = "form" | "yaml";

const Workbench = ({ writing }: { readonly writing: Writing }): JSX.Element => {
  const [shape, setShape] = useState<Shape>("form");
  const { text, check, change } = writing;
  const value = parsed(text);
  const issues = check.kind === "bad" ? check.issues : [];
  // A text that is no YAML can't be a form.
  const shown = value === null ? "yaml" : shape;
  return (
    <DraftContext.Provider value={{ value, issues, edit: (edit) => change(edited(text, edit)) }}>
      <Choice
        label="Write it as"
        options={[
          { value: "form", name: "Form", not: value === null ? "The text is no YAML at this moment" : null },
          { value: "yaml", name: "YAML" },
        ]}
        value={shown}
        choose={setShape}
      />
      {shown === "form" ? <Form schema={writing.schema} /> : <YamlEditor text={text} issues={issues} change={change} />}
      <AstlinuxTable />
      <Save writing={writing} />
    </DraftContext.Provider>
  );
};
