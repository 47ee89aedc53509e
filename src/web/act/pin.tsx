import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { OrderAnswer } from "../../api/contract.ts";
import { PATHS } from "../../api/paths.ts";
import type { Status } from "../../core/status.ts";
import { Choice } from "../part/choice.tsx";
import { ask } from "../server/request.ts";
import { Action } from "./action.tsx";

const AUTO = "";

/** Chooses an uplink by hand, for good. */
export const Pin = ({ status }: { readonly status: Status }): JSX.Element => {
  const [chosen, setChosen] = useState(status.pin ?? AUTO);
  const uplinks = status.uplinks.map(({ name }) => ({ value: name, name }));
  return (
    <Action
      title="Pin an uplink"
      will={willOf(status, chosen)}
      button={chosen === AUTO ? "Decide by itself" : `Pin ${chosen}`}
      not={whyNot(status, chosen)}
      act={() => ask<OrderAnswer>({ path: PATHS.use, body: { uplink: chosen === AUTO ? null : chosen } })}
    >
      <Choice label="Use" options={[{ value: AUTO, name: "The best" }, ...uplinks]} value={chosen} choose={setChosen} />
    </Action>
  );
};

const willOf = ({ pin }: Status, chosen: string): string =>
  chosen === AUTO
    ? `${pin} is let go. The best uplink that works carries traffic, as the config says.`
    : `All new connections take ${chosen} from now on, even while another would be better. If ${chosen} fails, the others stand in. This lasts until you undo it.`;

const whyNot = ({ pin }: Status, chosen: string): string | null => {
  if (chosen !== (pin ?? AUTO)) return null;
  return chosen === AUTO ? "Nothing is pinned: the best uplink that works is used." : `${chosen} is pinned already.`;
};
