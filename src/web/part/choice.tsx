import type { JSX } from "preact";
import { useId } from "preact/hooks";

/** One of several, all to be seen. */
export interface Option<Value extends string> {
  readonly value: Value;
  readonly name: string;
  /** Why it can't be chosen. */
  readonly not?: string | null;
}

interface Props<Value extends string> {
  readonly label: string;
  readonly options: readonly Option<Value>[];
  readonly value: Value;
  readonly choose: (value: Value) => void;
}

/** Radio buttons that look like one switch with several positions. */
export const Choice = <Value extends string>({ label, options, value, choose }: Props<Value>): JSX.Element => {
  const name = useId();
  return (
    <fieldset class="choice">
      <legend>{label}</legend>
      <div>
        {options.map((option) => (
          <label key={option.value} title={option.not ?? undefined}>
            <input
              type="radio"
              name={name}
              value={option.value}
              checked={option.value === value}
              disabled={option.not != null}
              onChange={() => choose(option.value)}
            />
            <span>{option.name}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
};
