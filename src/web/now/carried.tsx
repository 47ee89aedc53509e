import type { JSX } from "preact";
import type { TrafficStatus, UplinkStatus } from "../../core/status.ts";
import { Icon } from "../part/icon.tsx";
import { bytes, rate } from "../word/format.ts";

/** What an uplink carries: at this moment, and since the first of the month, against its cap where it has one. */
export const CarriedLine = ({ traffic, usage }: Pick<UplinkStatus, "traffic" | "usage">): JSX.Element | null =>
  traffic === undefined ? null : (
    <>
      <Rates {...traffic} hasCap={usage !== null} />
      {usage !== null && <Cap cap={usage.cap} used={usedOf(traffic.month) ?? usage.bytes} />}
    </>
  );

const Rates = ({ rate: now, month, hasCap }: TrafficStatus & { readonly hasCap: boolean }): JSX.Element => (
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
    {month !== null && !hasCap && (
      <div class="month">
        <dt>This month</dt>
        <dd>{bytes(month.received + month.sent)}</dd>
      </div>
    )}
  </dl>
);

/** Fresher than what caps are judged by. */
const usedOf = (month: TrafficStatus["month"]): number | null => month && month.received + month.sent;

/** As the daemon warns. */
const NEARLY = 0.8;

const Cap = ({ used, cap }: { readonly used: number; readonly cap: number }): JSX.Element => (
  <p class={`cap is-${used >= cap ? "bad" : used >= NEARLY * cap ? "warn" : "good"}`}>
    <span>
      This month{" "}
      <b class="used">
        {bytes(used)} of {bytes(cap)}
      </b>
    </span>
    <meter max={cap} value={Math.min(used, cap)} aria-label="Of the month’s cap" />
  </p>
);
