import type { JSX } from "preact";
import type { Status } from "../../core/status.ts";
import { useMedia } from "../part/clock.ts";
import { Icon, type IconName } from "../part/icon.tsx";
import { type Curve, type Layout, layoutFor, type Place, type UplinkPlace } from "./layout.ts";
import { type Line, sceneOf } from "./scene.ts";

/** LAN, router, uplinks, internet; the way that traffic takes moves. */
export const NetworkMap = ({ status }: { readonly status: Status }): JSX.Element => {
  const narrow = useMedia("(max-width: 640px)");
  const scene = sceneOf(status);
  const layout = layoutFor(scene.lines.length, narrow ? "tall" : "wide");
  const placed = scene.lines.flatMap((line, index) => {
    const place = layout.uplinks[index];
    return place === undefined ? [] : [{ line, place }];
  });
  // What carries is drawn last, over the others.
  const order = [...placed].sort(
    (one, other) => Number(one.line.traffic === "carrying") - Number(other.line.traffic === "carrying"),
  );
  return (
    <svg class="map" viewBox={`0 0 ${layout.width} ${layout.height}`} role="img" aria-label={scene.label}>
      <Wire d={layout.trunk} line={{ traffic: "carrying", tone: scene.online ? "good" : "mute" }} />
      {order.map(({ line, place }) => (
        <g key={`wire-${line.name}`}>
          <Wire d={place.near.d} line={line} />
          <Wire d={place.far.d} line={line} />
        </g>
      ))}
      <Node place={layout.house} icon="house" name="Your network" />
      <Node place={layout.router} icon="router" name="Router" />
      <Node place={layout.internet} icon="globe" name="Internet" off={!scene.online} />
      {placed.map(({ line, place }) => (
        <Sign key={line.name} line={line} place={place} size={layout.sign} />
      ))}
    </svg>
  );
};

const Wire = ({
  d,
  line: { traffic, tone },
}: {
  readonly d: string;
  readonly line: Pick<Line, "traffic" | "tone">;
}): JSX.Element => (
  <>
    <path class={`wire is-${tone} ${traffic}`} d={d} />
    <path class={`flow is-${tone} ${traffic}`} d={d} />
  </>
);

interface NodeProps {
  readonly place: Place;
  readonly icon: IconName;
  readonly name: string;
  readonly off?: boolean;
}

const Node = ({ place: { at, label }, icon, name, off = false }: NodeProps): JSX.Element => (
  <g class={off ? "node off" : "node"} transform={`translate(${at.x} ${at.y})`}>
    <circle r="30" />
    <g transform="translate(-13 -13) scale(1.083)">
      <Icon name={icon} />
    </g>
    <text x={label.x} y={label.y} text-anchor={label.anchor}>
      {name}
    </text>
  </g>
);

interface SignProps {
  readonly line: Line;
  readonly place: UplinkPlace;
  readonly size: Layout["sign"];
}

const Sign = ({ line, place, size: { width, height } }: SignProps): JSX.Element => (
  <>
    <g class={`sign is-${line.tone} ${line.traffic}`} transform={`translate(${place.at.x} ${place.at.y})`}>
      <rect x={-width / 2} y={-height / 2} width={width} height={height} rx="14" />
      <text class="name" y="-3">
        {line.name}
      </text>
      <text class="says" y="16">
        {line.families === null ? line.says : `${line.families} · ${line.says}`}
      </text>
    </g>
    {line.cut === "near" && <Cut curve={place.near} />}
    {line.cut === "far" && <Cut curve={place.far} />}
  </>
);

const Cut = ({ curve: { middle } }: { readonly curve: Curve }): JSX.Element => (
  <g class="cut" transform={`translate(${middle.x} ${middle.y})`}>
    <circle r="12" />
    <path d="M-5-5 5 5M5-5-5 5" />
  </g>
);
