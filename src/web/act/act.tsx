import type { JSX } from "preact";
import type { Status } from "../../core/status.ts";
import { Permission } from "../login/permission.tsx";
import { DryRun } from "./dry-run.tsx";
import { Failback } from "./failback.tsx";
import { Mail } from "./mail.tsx";
import { Pin } from "./pin.tsx";
import { Test } from "./test.tsx";

/** What can be done by hand. */
export const Act = ({ status }: { readonly status: Status }): JSX.Element => (
  <>
    <div class="intro">
      <h1>Act</h1>
      <p>Each says what will happen before it happens.</p>
    </div>
    <Permission />
    <div class="actions">
      <Test status={status} />
      <Failback status={status} />
      <Pin status={status} />
      <Mail />
      <DryRun />
    </div>
  </>
);
