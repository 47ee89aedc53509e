import type { JSX } from "preact";
import { ASTLINUX, type Equivalent } from "./astlinux.ts";
import { fieldId, pathText } from "./draft.ts";
import type { Path } from "./schema.ts";

/** Where each field of AstLinux's tab has gone. */
export const AstlinuxTable = (): JSX.Element => (
  <details class="card inner">
    <summary>
      Coming from AstLinux?
      <span class="aside">Every field of its tab “WAN Failover Configuration”, and where it is here.</span>
    </summary>
    <table class="astlinux">
      <thead>
        <tr>
          <th scope="col">In AstLinux</th>
          <th scope="col">Here</th>
          <th scope="col">Note</th>
        </tr>
      </thead>
      <tbody>
        {ASTLINUX.map((one) => (
          <Row key={one.variable} one={one} />
        ))}
      </tbody>
    </table>
    <p class="help">
      <code>wan-failover import astlinux</code> turns the files as they are into a config.
    </p>
  </details>
);

const Row = ({ one: { label, variable, path, says } }: { readonly one: Equivalent }): JSX.Element => (
  <tr>
    <th scope="row">
      {label} <code>{variable}</code>
    </th>
    <td>
      {path === null ? (
        "–"
      ) : (
        <button type="button" class="link" onClick={() => goTo(path)}>
          {pathText(path)}
        </button>
      )}
    </td>
    <td>{says}</td>
  </tr>
);

/** Opens what is folded and puts the focus on an option; where it isn't there, on the nearest that it would be in. */
const goTo = (path: Path): void => {
  const places = path.map((_, index) => fieldId(path.slice(0, path.length - index)));
  const field = places.map((id) => document.getElementById(id)).find((one) => one !== null);
  for (let fold = field?.closest("details"); fold != null; fold = fold.parentElement?.closest("details"))
    fold.open = true;
  field?.scrollIntoView({ block: "center" });
  field?.focus();
};
