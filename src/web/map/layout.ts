/** A point in the drawing's own units. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where everything on the map is. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly house: Place;
  readonly router: Place;
  readonly internet: Place;
  /** Of each uplink: its sign, and the curves on both sides of it. */
  readonly uplinks: readonly UplinkPlace[];
  readonly sign: { readonly width: number; readonly height: number };
  readonly trunk: string;
}

/** Of a node: its centre, and where its label is from there. */
export interface Place {
  readonly at: Point;
  readonly label: Point & { readonly anchor: "middle" | "start" | "end" };
}

export interface UplinkPlace {
  readonly at: Point;
  readonly near: Curve;
  readonly far: Curve;
}

/** A curve and the middle of it. */
export interface Curve {
  readonly d: string;
  readonly middle: Point;
}

/** From a point to another, leaving and arriving along one axis. */
const curve = (from: Point, to: Point, axis: "x" | "y"): Curve => {
  const half = axis === "x" ? (to.x - from.x) / 2 : (to.y - from.y) / 2;
  const [one, two] =
    axis === "x"
      ? [
          { x: from.x + half, y: from.y },
          { x: to.x - half, y: to.y },
        ]
      : [
          { x: from.x, y: from.y + half },
          { x: to.x, y: to.y - half },
        ];
  return {
    d: `M${from.x} ${from.y}C${one.x} ${one.y} ${two.x} ${two.y} ${to.x} ${to.y}`,
    middle: { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 },
  };
};

/** From a point to another, both on the same side, in a bow that `x` draws to itself. */
const bow = (from: Point, to: Point, x: number): Curve => ({
  d: `M${from.x} ${from.y}C${x} ${from.y} ${x} ${to.y} ${to.x} ${to.y}`,
  middle: { x: (from.x + 6 * x + to.x) / 8, y: (from.y + to.y) / 2 },
});

const NODE = 30;

const BELOW = { x: 0, y: 52, anchor: "middle" } as const;
const RIGHT = { x: 44, y: 5, anchor: "start" } as const;
const LEFT = { x: -44, y: 5, anchor: "end" } as const;

/** From left to right. */
const wide = (count: number): Layout => {
  const [width, gap] = [960, count > 4 ? 66 : 82];
  const height = Math.max(176, (count - 1) * gap + 90);
  const middle = height / 2;
  const sign = { width: 168, height: 54 };
  const [house, router, internet] = [
    { x: 70, y: middle },
    { x: 270, y: middle },
    { x: width - 70, y: middle },
  ];
  const uplinks = Array.from({ length: count }, (_, index): UplinkPlace => {
    const at = { x: 575, y: middle + (index - (count - 1) / 2) * gap };
    return {
      at,
      near: curve({ x: router.x + NODE, y: middle }, { x: at.x - sign.width / 2, y: at.y }, "x"),
      far: curve({ x: at.x + sign.width / 2, y: at.y }, { x: internet.x - NODE, y: middle }, "x"),
    };
  });
  return { width, height, ...nodes({ house, router, internet }, [BELOW, BELOW]), uplinks, sign };
};

/** From top to bottom, for a phone. */
const tall = (count: number): Layout => {
  const [width, height] = [360, 420];
  const middle = width / 2;
  const space = (width - 12) / count;
  const sign = { width: Math.min(150, space - 10), height: 54 };
  const [house, router, internet] = [
    { x: middle, y: 40 },
    { x: middle, y: 148 },
    { x: middle, y: height - 40 },
  ];
  const uplinks = Array.from({ length: count }, (_, index): UplinkPlace => {
    const at = { x: middle + (index - (count - 1) / 2) * space, y: 268 };
    return {
      at,
      near: curve({ x: middle, y: router.y + NODE }, { x: at.x, y: at.y - sign.height / 2 }, "y"),
      far: curve({ x: at.x, y: at.y + sign.height / 2 }, { x: middle, y: internet.y - NODE }, "y"),
    };
  });
  return { width, height, ...nodes({ house, router, internet }, [RIGHT, RIGHT]), uplinks, sign };
};

/** The same, with uplinks one below the other, since more than two beside each other have no room for their names. */
const stacked = (count: number): Layout => {
  const [width, gap] = [360, 66];
  const middle = width / 2;
  const sign = { width: 168, height: 54 };
  const [house, router, internet] = [
    { x: middle, y: 40 },
    { x: middle, y: 148 },
    { x: middle, y: 230 + count * gap },
  ];
  const uplinks = Array.from({ length: count }, (_, index): UplinkPlace => {
    const at = { x: middle, y: 222 + index * gap };
    return {
      at,
      near: bow({ x: middle - NODE, y: router.y }, { x: at.x - sign.width / 2, y: at.y }, 0),
      far: bow({ x: at.x + sign.width / 2, y: at.y }, { x: middle + NODE, y: internet.y }, width),
    };
  });
  return { width, height: internet.y + 40, ...nodes({ house, router, internet }, [RIGHT, LEFT]), uplinks, sign };
};

type Nodes = Readonly<Record<"house" | "router" | "internet", Point>>;

/** `labels`: on the near side of the uplinks, and on the far one. */
const nodes = (
  { house, router, internet }: Nodes,
  [near, far]: readonly [Place["label"], Place["label"]],
): Pick<Layout, keyof Nodes | "trunk"> => ({
  house: { at: house, label: near },
  router: { at: router, label: near },
  internet: { at: internet, label: far },
  trunk: trunk(house, router),
});

const trunk = (from: Point, to: Point): string =>
  from.y === to.y ? `M${from.x + NODE} ${from.y}H${to.x - NODE}` : `M${from.x} ${from.y + NODE}V${to.y - NODE}`;

/** Places for so many uplinks. Pure. */
export const layoutFor = (count: number, direction: "wide" | "tall"): Layout => {
  if (direction === "wide") return wide(count);
  return (count > 2 ? stacked : tall)(count);
};
