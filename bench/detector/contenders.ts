import { ASTLINUX } from "./baseline/astlinux.ts";
import { BFD } from "./baseline/bfd.ts";
import { OPNSENSE, PFSENSE } from "./baseline/dpinger.ts";
import { FOOLSM } from "./baseline/foolsm.ts";
import { MWAN3 } from "./baseline/mwan3.ts";
import { PEPLINK } from "./baseline/peplink.ts";
import { VYOS } from "./baseline/vyos.ts";
import type { Contender } from "./contender.ts";
import { preset } from "./ours.ts";

/** Our presets. */
export const OURS: readonly Contender[] = [preset("fast"), preset("balanced"), preset("calm"), preset("metered")];

/** What others do, by their published algorithms and defaults. A new one: a file in baseline/ and a line here. */
export const INCUMBENTS: readonly Contender[] = [ASTLINUX, MWAN3, PFSENSE, OPNSENSE, VYOS, FOOLSM, PEPLINK, BFD];
