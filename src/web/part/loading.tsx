import type { JSX } from "preact";

/** The outline of what is to come. */
export const Loading = (): JSX.Element => (
  <div class="loading" role="status">
    <span class="unseen">Asking the router</span>
    <i />
    <i />
    <i />
  </div>
);
