import { MAIN_TABLE } from "../../src/core/kernel/kernel.ts";
import { damaged } from "./damage.ts";
import type { Happening } from "./happening.ts";
import { type StoredRoute, withoutRoutes, withRoute } from "./kernel.ts";
import type { Wire } from "./wire.ts";
import { HINT_MS, startDaemon, type World } from "./world.ts";

type Of<Kind extends Happening["kind"]> = Extract<Happening, { kind: Kind }>;
type Handlers = { readonly [Kind in Happening["kind"]]: (world: World, happening: Of<Kind>) => void };

/** Lets something happen to the world now; what it brings ends by itself. */
export const happen = (world: World, happening: Happening): void => {
  world.conditions.happenings += 1;
  (HANDLERS[happening.kind] as (world: World, happening: Happening) => void)(world, happening);
};

const later = ({ agenda, conditions }: World, forMs: number, act: () => void): void => {
  if (!Number.isFinite(forMs)) return;
  agenda.at(agenda.now() + forMs, () => {
    conditions.happenings += 1;
    act();
  });
};

/** A line's trouble that begins now and ends after a while. `change` is called with 1, and with −1 at the end. */
const trouble = (
  world: World,
  { uplink, forMs }: { uplink: string; forMs: number },
  change: (wire: Wire, by: 1 | -1) => void,
): void => {
  const wire = world.site.wire(uplink);
  change(wire, 1);
  world.site.follow(wire);
  later(world, forMs, () => {
    change(wire, -1);
    world.site.follow(wire);
  });
};

const renew = (world: World, { uplink, gateway, gapMs }: Of<"lease-renewed">): void => {
  const { site } = world;
  const wire = site.wire(uplink);
  const { ipv4 } = wire.leases;
  if (ipv4 === null) return;
  const isItsDefault = (route: StoredRoute): boolean =>
    route.family === "ipv4" &&
    route.table === MAIN_TABLE &&
    route.protocol === ipv4.protocol &&
    route.hops.some((hop) => hop.link === wire.link);
  site.change((kernel) => withoutRoutes(kernel, isItsDefault));
  later(world, gapMs, () => {
    wire.leases = { ...wire.leases, ipv4: { ...ipv4, gateway } };
    site.follow(wire);
  });
};

const addDefault = (world: World, { uplink, metric, forMs }: Of<"foreign-default">): void => {
  const { link, leases, switchedOff, withoutAddress } = world.site.wire(uplink);
  if (link === null || leases.ipv4 === null || switchedOff + withoutAddress.ipv4 > 0) return;
  const route: StoredRoute = {
    family: "ipv4",
    table: MAIN_TABLE,
    destination: "default",
    metric,
    protocol: 3,
    type: "unicast",
    hops: [{ gateway: leases.ipv4.gateway, link, weight: 1, onlink: false }],
    source: null,
    expiresAt: null,
  };
  world.site.change((kernel) => withRoute(kernel, route));
  later(world, forMs, () => world.site.change((kernel) => withoutRoutes(kernel, (one) => one === route)));
};

const fight = (world: World, happening: Of<"fought">): void => {
  const { what, family, everyMs, forMs } = happening;
  world.site.change((kernel) => damaged(kernel, what, family));
  if (forMs > 0) later(world, everyMs, () => fight(world, { ...happening, forMs: forMs - everyMs }));
};

const HANDLERS: Handlers = {
  blackhole: (world, happening) =>
    trouble(world, happening, (wire, by) => {
      for (const family of happening.families) wire.blackholes[family] += by;
    }),
  loss: (world, happening) =>
    trouble(world, happening, (wire, by) => {
      wire.lossOut += by * happening.out;
      wire.lossIn += by * happening.in;
    }),
  delay: (world, happening) =>
    trouble(world, happening, (wire, by) => {
      wire.delayMs += by * happening.addedMs;
    }),
  portal: (world, happening) =>
    trouble(world, happening, (wire, by) => {
      wire.portals += by;
    }),
  "targets-dead": (world, { targets, forMs }) => {
    const { dead } = world.site;
    for (const target of targets) dead.add(target);
    later(world, forMs, () => {
      for (const target of targets) dead.delete(target);
    });
  },
  "carrier-lost": (world, happening) =>
    trouble(world, happening, (wire, by) => {
      wire.carrierLosses += by;
    }),
  "switched-off": (world, happening) =>
    trouble(world, happening, (wire, by) => {
      wire.switchedOff += by;
    }),
  "interface-removed": (world, happening) =>
    trouble(world, happening, (wire, by) => {
      wire.missing += by;
    }),
  "interface-renamed": (world, happening) =>
    trouble(world, happening, (wire, by) => {
      wire.renamed += by;
    }),
  "address-lost": (world, happening) =>
    trouble(world, happening, (wire, by) => {
      wire.withoutAddress[happening.family] += by;
    }),
  "gateway-lost": (world, happening) =>
    trouble(world, happening, (wire, by) => {
      wire.withoutGateway[happening.family] += by;
    }),
  "lease-renewed": renew,
  "foreign-default": addDefault,
  tampered: ({ site }, { what, family }) => site.change((kernel) => damaged(kernel, what, family)),
  fought: fight,
  "routes-refused": (world, { code, forMs }) => {
    world.conditions.routesRefused = code;
    later(world, forMs, () => {
      world.conditions.routesRefused = null;
      world.conditions.disturbedAt = world.agenda.now();
    });
  },
  "hints-lost": (world, { forMs }) => {
    world.conditions.hintsLost += 1;
    later(world, forMs, () => {
      world.conditions.hintsLost -= 1;
    });
  },
  "hints-late": (world, { byMs, forMs }) => {
    world.conditions.hintDelayMs = byMs;
    later(world, forMs, () => {
      world.conditions.hintDelayMs = HINT_MS;
    });
  },
  stalled: ({ daemon, agenda, conditions }, happening) => {
    conditions.stalledUntil = Math.max(conditions.stalledUntil, agenda.now() + happening.forMs);
    daemon.stall(happening);
  },
  killed: (world, { memory, forMs }) => {
    world.daemon.kill();
    later(world, forMs, () => startDaemon(world, memory));
  },
  reloaded: ({ daemon, conditions }, { settings }) => {
    conditions.settings = settings;
    daemon.push({ kind: "configured", settings });
  },
  ordered: ({ daemon, conditions }, { order }) => {
    conditions.orders += 1;
    daemon.push({ kind: "ordered", id: conditions.orders, order });
  },
  hour: ({ daemon }, { day, hour }) => daemon.push({ kind: "hour-struck", day, hour, spread: 0 }),
  "gateway-unresolved": ({ daemon, site }, { uplink, family }) => {
    const { link, leases } = site.wire(uplink);
    const address = leases[family]?.gateway;
    if (link !== null && address != null) daemon.push({ kind: "gateway-unresolved", link, address });
  },
};
