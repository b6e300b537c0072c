/** The loss by step, as it comes: on the lines trained on, and on those held back. */
import { useElementSize } from "@mantine/hooks";
import { useState } from "react";
import type { TuningEvent } from "../../../api/queries";
import { score, whole } from "../../../parts/words";
import { Charted } from "../../business/Charted";
import styles from "./Jobs.module.css";
import { apart, type Curves, curvesOf, nearest, type Point, rowsOf, said, thinned, ticksOf } from "./loss";

const LEFT = 48;
const RIGHT = 92; // room for the names of the lines
const TOP = 22;
const BOTTOM = 26;
const MOST = 800; // points that are drawn of one line
const told = (value: number) => score(value, Math.abs(value) < 0.1 ? 4 : 3);

export function Loss({ events, name, empty }: { events: TuningEvent[]; name: string; empty: string }) {
  const curves = curvesOf(events);
  return (
    <Charted
      title="Loss"
      unit="by step; lower is better"
      file={`loss-${name}`}
      head={["Step", "Training", "Held back"]}
      rows={rowsOf(curves)}
      shown={(value, column) => (typeof value !== "number" ? "–" : column === 0 ? whole(value) : told(value))}
      empty={empty}
    >
      <Drawn curves={curves} />
      <p className={styles.under}>{`${said(curves, told)}.`}</p>
    </Charted>
  );
}

function Drawn({ curves, height = 260 }: { curves: Curves; height?: number }) {
  const { ref, width: measured } = useElementSize();
  const [near, setNear] = useState<number>();
  const width = Math.max(measured || 320, 260);
  const lines = { train: thinned(curves.train, MOST), held: thinned(curves.held, MOST) };
  const all = [...lines.train, ...lines.held];
  const values = all.map((one) => one.value);
  const steps = ticksOf(Math.min(...values), Math.max(...values));
  const [low, high] = [steps[0] ?? 0, steps.at(-1) ?? 1];
  const first = Math.min(...all.map((one) => one.step));
  const last = Math.max(...all.map((one) => one.step));
  const x = (step: number) => LEFT + ((step - first) / (last - first || 1)) * (width - LEFT - RIGHT);
  const y = (value: number) => TOP + (1 - (value - low) / (high - low || 1)) * (height - TOP - BOTTOM);
  const path = (points: readonly Point[]) =>
    points.map((one, place) => `${place ? "L" : "M"}${x(one.step).toFixed(1)} ${y(one.value).toFixed(1)}`).join("");
  const point = (clientX: number, box: DOMRect) => {
    const step = first + ((clientX - box.left - LEFT) / (width - LEFT - RIGHT || 1)) * (last - first);
    setNear(nearest(all, step)?.step);
  };
  const [train, held] = [lines.train.at(-1), lines.held.at(-1)];
  const [trainAt, heldAt] = train && held ? apart(y(train.value), y(held.value), 15) : [0, 0];
  const marked = near === undefined ? undefined : (curves.train.find((one) => one.step === near) ?? null);
  const markedHeld = near === undefined ? undefined : curves.held.find((one) => one.step === near);
  return (
    <div ref={ref} className={styles.chart}>
      <svg
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`Loss by step. ${said(curves, told)}.`}
        onPointerMove={(event) => point(event.clientX, event.currentTarget.getBoundingClientRect())}
        onPointerLeave={() => setNear(undefined)}
      >
        {steps.map((step) => (
          <g key={step}>
            <path d={`M${LEFT} ${y(step)}H${width - RIGHT}`} stroke="var(--line)" />
            <text x={LEFT - 8} y={y(step) + 4} textAnchor="end">
              {score(step, high - low < 0.2 ? 3 : high - low < 2 ? 2 : 1)}
            </text>
          </g>
        ))}
        <text x={LEFT} y={height - 6}>
          {`step ${whole(first)}`}
        </text>
        {last > first && (
          <text x={width - RIGHT} y={height - 6} textAnchor="end">
            {whole(last)}
          </text>
        )}
        <path d={path(lines.train)} fill="none" stroke="var(--c1)" strokeWidth="1.75" strokeLinejoin="round" />
        <path
          d={path(lines.held)}
          fill="none"
          stroke="var(--c2)"
          strokeWidth="1.75"
          strokeDasharray="5 3"
          strokeLinejoin="round"
        />
        {lines.held.length < 60 &&
          lines.held.map((one) => (
            <circle
              key={one.step}
              cx={x(one.step)}
              cy={y(one.value)}
              r="3"
              fill="var(--surface)"
              stroke="var(--c2)"
              strokeWidth="1.75"
            />
          ))}
        {train && <End x={x(train.step)} y={y(train.value)} colour="var(--c1)" />}
        {held && <End x={x(held.step)} y={y(held.value)} colour="var(--c2)" />}
        {train && <Name x={x(last) + 8} y={held ? trainAt : y(train.value)} colour="var(--c1)" word="training" />}
        {held && (
          <Name x={x(last) + 8} y={train ? heldAt : y(held.value)} colour="var(--c2)" word="held back" dashes="4 2" />
        )}
        {near !== undefined && (
          <>
            <path d={`M${x(near)} ${TOP}V${height - BOTTOM}`} stroke="var(--ink3)" strokeDasharray="2 2" />
            {marked && <Dot x={x(near)} y={y(marked.value)} colour="var(--c1)" />}
            {markedHeld && <Dot x={x(near)} y={y(markedHeld.value)} colour="var(--c2)" />}
          </>
        )}
      </svg>
      {near !== undefined && (
        <span className={styles.tip} style={{ left: Math.min(Math.max(x(near), 110), width - 110) }}>
          {`Step ${whole(near)}: `}
          {marked && (
            <>
              <b>{told(marked.value)}</b> training
            </>
          )}
          {marked && markedHeld && ", "}
          {markedHeld && (
            <>
              <b>{told(markedHeld.value)}</b> held back
            </>
          )}
        </span>
      )}
    </div>
  );
}

type Mark = { x: number; y: number; colour: string };
const End = ({ x, y, colour }: Mark) => <circle cx={x} cy={y} r="3.5" fill={colour} />;
function Name({ x, y, colour, word, dashes }: Mark & { word: string; dashes?: string }) {
  return (
    <>
      <path d={`M${x} ${y}h14`} stroke={colour} strokeWidth="2" strokeDasharray={dashes} />
      <text x={x + 18} y={y + 4} className={styles.series}>
        {word}
      </text>
    </>
  );
}

const Dot = ({ x, y, colour }: Mark) => (
  <circle cx={x} cy={y} r="4" fill="var(--surface)" stroke={colour} strokeWidth="2" />
);
