import * as z from "zod";
import { MOST_STEERINGS, MOST_UPLINKS } from "../core/kernel/mark.ts";
import { asterisk } from "./schema/asterisk.ts";
import { failover } from "./schema/failover.ts";
import { history } from "./schema/history.ts";
import { log } from "./schema/log.ts";
import { nat } from "./schema/nat.ts";
import { notify } from "./schema/notify.ts";
import { scripts } from "./schema/scripts.ts";
import { status } from "./schema/status.ts";
import { steering } from "./schema/steering.ts";
import { uplink } from "./schema/uplink.ts";
import { web } from "./schema/web.ts";
import { group } from "./value/value.ts";

/** The whole config file. */
export const config = group(
  {
    uplinks: z.array(uplink).min(1).max(MOST_UPLINKS).meta({ description: "Every way out, in order of preference." }),
    failover: failover.prefault({}),
    scripts: scripts.prefault({}),
    asterisk: asterisk.optional(),
    status: status.prefault({}),
    web: web.prefault({}),
    nat: nat.prefault({}),
    steer: z
      .array(steering)
      .max(MOST_STEERINGS)
      .meta({ description: "Traffic that takes uplinks of its own ([steering.md](steering.md))." })
      .prefault([]),
    notify: notify.prefault({}),
    history: history.prefault({}),
    log: log.prefault({}),
  },
  { description: "The config of wan-failover, /etc/wan-failover/config.yaml." },
);

/** The config as written, defaults filled in and durations in milliseconds. */
export type ParsedConfig = z.output<typeof config>;

export type ParsedUplink = z.output<typeof uplink>;
