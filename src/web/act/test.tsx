import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { OrderAnswer } from "../../api/contract.ts";
import { PATHS } from "../../api/paths.ts";
import type { Status, UplinkStatus } from "../../core/status.ts";
import { Choice } from "../part/choice.tsx";
import { ask } from "../server/request.ts";
import { list } from "../word/format.ts";
import { FAMILIES, mainFamily } from "../word/verdict.ts";
import { Action } from "./action.tsx";

const SPANS = [
  { value: "30s", name: "30 s" },
  { value: "2m", name: "2 min" },
  { value: "10m", name: "10 min" },
  { value: "1h", name: "1 h" },
] as const;
type Span = (typeof SPANS)[number]["value"];

/** Forces a failover in software, for a while. */
export const Test = ({ status }: { readonly status: Status }): JSX.Element => {
  const standbys = standbysOf(status);
  const [chosen, setChosen] = useState<string | null>(null);
  const [span, setSpan] = useState<Span>("2m");
  const uplink =
    standbys.find(({ name, not }) => name === chosen && not === null) ?? standbys.find(({ not }) => not === null);
  const name = uplink?.name ?? "";
  const from = list(status.families[mainFamily(status)].active);
  const forSpan = SPANS.find(({ value }) => value === span)?.name;
  return (
    <Action
      title="Test a failover"
      will={`New connections move from ${from} to ${name} at once; running ones stay where they are. Scripts and mails go out as after a real failover. After ${forSpan} traffic returns by itself.`}
      button={name === "" ? "Test" : `Test ${name} for ${forSpan}`}
      not={whyNot(status, name)}
      act={() => ask<OrderAnswer>({ path: PATHS.test, body: { uplink: name, for: span } })}
    >
      {standbys.length > 1 && (
        <Choice
          label="Onto"
          options={standbys.map((one) => ({ value: one.name, name: one.name, not: one.not }))}
          value={name}
          choose={setChosen}
        />
      )}
      <Choice label="For" options={SPANS} value={span} choose={setSpan} />
    </Action>
  );
};

const whyNot = ({ test }: Status, name: string): string | null => {
  if (test !== null) return `${test.uplink} is being tested. “Go back now” ends that.`;
  return name === "" ? "No standby works at this moment, so there is nothing to test." : null;
};

interface Standby {
  readonly name: string;
  readonly not: string | null;
}

/** The uplinks that carry nothing now. */
const standbysOf = (status: Status): readonly Standby[] => {
  const { active } = status.families[mainFamily(status)];
  return status.uplinks
    .filter(({ name }) => !active.includes(name))
    .map((uplink) => ({ name: uplink.name, not: isUp(uplink) ? null : `${uplink.name} doesn't work at this moment` }));
};

const isUp = ({ families }: UplinkStatus): boolean => FAMILIES.some((family) => families[family]?.verdict === "up");
