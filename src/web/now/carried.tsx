import type { JSX } from "preact";
import type { TrafficStatus } from "../../core/status.ts";
import { Icon } from "../part/icon.tsx";
import { bytes, rate } from "../word/format.ts";

/** What an uplink carries: at this moment, and since the first of the month. */
export const CarriedLine = ({ rate: now, month }: TrafficStatus): JSX.Element => (
  <dl class="carried">
    <div>
      <dt>
        <Icon name="down" />
        <span class="unseen">Received</span>
      </dt>
      <dd>{now === null ? "–" : rate(now.received)}</dd>
    </div>
    <div>
      <dt>
        <Icon name="up" />
        <span class="unseen">Sent</span>
      </dt>
      <dd>{now === null ? "–" : rate(now.sent)}</dd>
    </div>
    {month !== null && (
      <div class="month">
        <dt>This month</dt>
        <dd>{bytes(month.received + month.sent)}</dd>
      </div>
    )}
  </dl>
);
