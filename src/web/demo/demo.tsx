import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { DemoFault, DemoFaults, DemoOrder } from "../../../lab/demo/faults-page.ts";
import { Choice } from "../part/choice.tsx";
import { ask } from "../server/request.ts";

const PATH = "/demo/faults";

/** What most people have seen happen; the others are behind a fold. */
const FIRST = ["blackhole", "carrier-loss", "dead-gateway", "loss", "delay", "flapping"];

/** The demo's keys may be used at the same time. */
const LOOK_MS = 2000;

/** Whether this page belongs to `wan-failover demo`, which says so in the address. */
export const isDemo = (): boolean => new URLSearchParams(location.search).has("demo");

/** Buttons that break the lab's lines, and mend them. */
export const Demo = (): JSX.Element | null => {
  const [lab, setLab] = useState<DemoFaults | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const take = async (order?: DemoOrder): Promise<void> => {
    const answer = await ask<DemoFaults>({ path: PATH, ...(order === undefined ? {} : { body: order }) });
    if (answer.ok) setLab(answer.value);
  };
  useEffect(() => {
    void take();
    const timer = setInterval(() => void take(), LOOK_MS);
    return () => clearInterval(timer);
  }, []);
  if (lab === null) return null;
  const uplink = chosen ?? lab.uplinks[0]?.interface ?? "";
  const buttons = (faults: readonly DemoFault[]): JSX.Element => (
    <Faults
      faults={faults}
      isBroken={(fault) => isBroken(lab, fault, uplink)}
      toggle={(fault) => void take({ fault, uplink })}
    />
  );
  return (
    <aside class="card demo" aria-label="The lab">
      <h2>Break something</h2>
      <p class="aside">This is a lab with real packets. Press a fault to break the line, press it again to mend it.</p>
      <Choice
        label="On"
        options={lab.uplinks.map(({ name, interface: value }) => ({ value, name }))}
        value={uplink}
        choose={setChosen}
      />
      {buttons(lab.faults.filter(({ fault }) => FIRST.includes(fault)))}
      <details>
        <summary>More faults</summary>
        {buttons(lab.faults.filter(({ fault }) => !FIRST.includes(fault)))}
      </details>
      <button type="button" class="plain" disabled={lab.broken.length === 0} onClick={() => void take({ heal: true })}>
        Mend everything
      </button>
    </aside>
  );
};

const isBroken = ({ broken }: DemoFaults, { fault, ofUplink }: DemoFault, uplink: string): boolean =>
  broken.some((one) => one.fault === fault && (!ofUplink || one.uplink === uplink));

interface FaultsProps {
  readonly faults: readonly DemoFault[];
  readonly isBroken: (fault: DemoFault) => boolean;
  readonly toggle: (fault: string) => void;
}

const Faults = ({ faults, isBroken: isPressed, toggle }: FaultsProps): JSX.Element => (
  <div class="faults">
    {faults.map((one) => (
      <button
        key={one.fault}
        type="button"
        class="plain"
        title={one.does}
        aria-pressed={isPressed(one)}
        onClick={() => toggle(one.fault)}
      >
        {one.name}
      </button>
    ))}
  </div>
);
