/** A point in the drawing's own units. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where everything on the map is. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly house: Point;
  readonly router: Point;
  readonly internet: Point;
  /** Of each uplink: its sign, and the curves on both sides of it. */
  readonly uplinks: readonly Place[];
  readonly sign: { readonly width: number; readonly height: number };
  readonly trunk: string;
  /** Where a node's label is, from its centre. */
  readonly label: Point & { readonly anchor: "middle" | "start" };
}

export interface Place {
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

const NODE = 30;

/** From left to right. */
const wide = (count: number): Layout => {
  const [width, gap] = [960, 82];
  const height = Math.max(176, (count - 1) * gap + 90);
  const middle = height / 2;
  const sign = { width: 168, height: 54 };
  const [house, router, internet] = [
    { x: 70, y: middle },
    { x: 270, y: middle },
    { x: width - 70, y: middle },
  ];
  const uplinks = Array.from({ length: count }, (_, index): Place => {
    const at = { x: 575, y: middle + (index - (count - 1) / 2) * gap };
    return {
      at,
      near: curve({ x: router.x + NODE, y: middle }, { x: at.x - sign.width / 2, y: at.y }, "x"),
      far: curve({ x: at.x + sign.width / 2, y: at.y }, { x: internet.x - NODE, y: middle }, "x"),
    };
  });
  const label = { x: 0, y: 52, anchor: "middle" } as const;
  return { width, height, house, router, internet, uplinks, sign, label, trunk: trunk(house, router) };
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
  const uplinks = Array.from({ length: count }, (_, index): Place => {
    const at = { x: middle + (index - (count - 1) / 2) * space, y: 268 };
    return {
      at,
      near: curve({ x: middle, y: router.y + NODE }, { x: at.x, y: at.y - sign.height / 2 }, "y"),
      far: curve({ x: at.x, y: at.y + sign.height / 2 }, { x: middle, y: internet.y - NODE }, "y"),
    };
  });
  const label = { x: 44, y: 5, anchor: "start" } as const;
  return { width, height, house, router, internet, uplinks, sign, label, trunk: trunk(house, router) };
};

const trunk = (from: Point, to: Point): string =>
  from.y === to.y ? `M${from.x + NODE} ${from.y}H${to.x - NODE}` : `M${from.x} ${from.y + NODE}V${to.y - NODE}`;

/** Places for so many uplinks. Pure. */
export const layoutFor = (count: number, direction: "wide" | "tall"): Layout =>
  (direction === "wide" ? wide : tall)(count);
