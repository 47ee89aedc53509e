import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { PATHS } from "../../api/paths.ts";
import { Icon } from "../part/icon.tsx";

/** As far back as events are kept at the most. */
const MONTHS = 24;

/** `2026-10`, the present one first. */
const monthsUntil = (now: Date): readonly string[] =>
  Array.from({ length: MONTHS }, (_, back) => {
    const month = new Date(now.getFullYear(), now.getMonth() - back, 1);
    return `${month.getFullYear()}-${String(month.getMonth() + 1).padStart(2, "0")}`;
  });

const nameOf = (month: string): string =>
  new Date(`${month}-15`).toLocaleDateString(undefined, { month: "long", year: "numeric" });

/** A month's report: what one prints, or sends to one's provider. */
export const ReportLinks = (): JSX.Element => {
  const months = monthsUntil(new Date());
  const [month, setMonth] = useState(months[0]);
  const address = (form: "html" | "csv"): string => `${PATHS.report}?month=${month}&as=${form}`;
  return (
    <section class="card report no-print" aria-labelledby="report">
      <h2 id="report">Report</h2>
      <p class="aside">
        Each uplink’s availability and its outages with their evidence: to print, or for your provider.
      </p>
      <p class="buttons">
        <select aria-label="Of which month" value={month} onChange={(event) => setMonth(event.currentTarget.value)}>
          {months.map((one) => (
            <option key={one} value={one}>
              {nameOf(one)}
            </option>
          ))}
        </select>
        <a class="button" href={address("html")} target="_blank" rel="noreferrer">
          <Icon name="print" />
          Open the report
        </a>
        <a class="button plain" href={address("csv")}>
          As CSV
        </a>
      </p>
    </section>
  );
};
