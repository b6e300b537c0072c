/** Values over time, one line: axis from nothing, the last value named, a guide under the pointer, intervals as a band. */
import { useElementSize } from "@mantine/hooks";
import { useState } from "react";
import { counted } from "../../parts/words";
import styles from "./Business.module.css";
import { ticks } from "./figures";

/** `gap`: values before this one are missing, and no line leads to it. */
export type Dot = { at: number; name: string; value: number; low?: number; high?: number; gap?: boolean };
type Props = {
  dots: Dot[];
  as: (value: number) => string;
  axis: (value: number) => string;
  label: string;
  height?: number;
};

const LEFT = 52;
const RIGHT = 14;
const TOP = 10;
const BOTTOM = 24;

export function Line({ dots, as, axis, label, height = 150 }: Props) {
  const { ref, width: measured } = useElementSize();
  const [near, setNear] = useState<number>();
  const width = Math.max(measured || 320, 220);
  const first = dots[0];
  const last = dots.at(-1);
  if (!first || !last) return null;
  const all = dots.flatMap((dot) => [dot.value, dot.low ?? dot.value, dot.high ?? dot.value]);
  const steps = ticks(Math.min(...all), Math.max(...all));
  const low = steps[0] ?? 0;
  const high = steps.at(-1) ?? 1;
  const x = (at: number) => LEFT + ((at - first.at) / (last.at - first.at || 1)) * (width - LEFT - RIGHT);
  const y = (value: number) => TOP + (1 - (value - low) / (high - low || 1)) * (height - TOP - BOTTOM);
  const path = dots.map(
    (dot, place) => `${place && !dot.gap ? "L" : "M"}${x(dot.at).toFixed(1)} ${y(dot.value).toFixed(1)}`,
  );
  const lone = dots.filter((dot, place) => (place === 0 || dot.gap) && dots[place + 1]?.gap);
  const sure = dots.filter((dot) => dot.low !== undefined && dot.high !== undefined);
  const edge = (of: Dot[], end: "low" | "high") =>
    of.map((dot) => `${x(dot.at).toFixed(1)} ${y(dot[end] ?? 0).toFixed(1)}`);
  const shown = near === undefined ? undefined : dots[near];
  const point = (clientX: number, box: DOMRect) => {
    const over = clientX - box.left;
    let best = 0;
    for (const [place, dot] of dots.entries())
      if (Math.abs(x(dot.at) - over) < Math.abs(x(dots[best]?.at ?? 0) - over)) best = place;
    setNear(best);
  };
  return (
    <div ref={ref} className={styles.chart}>
      <svg
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`${label}: ${first.name} ${as(first.value)}, ${last.name} ${as(last.value)}, ${counted(dots.length, "value")}`}
        onPointerMove={(event) => point(event.clientX, event.currentTarget.getBoundingClientRect())}
        onPointerLeave={() => setNear(undefined)}
      >
        {steps.map((step) => (
          <g key={step}>
            <path d={`M${LEFT} ${y(step)}H${width - RIGHT}`} stroke="var(--line)" />
            <text x={LEFT - 8} y={y(step) + 4} textAnchor="end">
              {axis(step)}
            </text>
          </g>
        ))}
        <text x={LEFT} y={height - 6}>
          {first.name}
        </text>
        {dots.length > 1 && (
          <text x={width - RIGHT} y={height - 6} textAnchor="end">
            {last.name}
          </text>
        )}
        {sure.length > 1 && (
          <path
            d={`M${[...edge(sure, "high"), ...edge([...sure].reverse(), "low")].join("L")}Z`}
            fill="var(--c1)"
            fillOpacity=".14"
          />
        )}
        {sure.map((dot) => (
          <path
            key={dot.at}
            d={`M${x(dot.at)} ${y(dot.low ?? 0)}V${y(dot.high ?? 0)}`}
            stroke="var(--c1)"
            strokeOpacity=".45"
          />
        ))}
        <path d={path.join("")} fill="none" stroke="var(--c1)" strokeWidth="1.75" strokeLinejoin="round" />
        {lone.map((dot) => (
          <circle key={dot.at} cx={x(dot.at)} cy={y(dot.value)} r="1.75" fill="var(--c1)" />
        ))}
        <circle cx={x(last.at)} cy={y(last.value)} r="3.5" fill="var(--c1)" />
        {shown && (
          <>
            <path d={`M${x(shown.at)} ${TOP}V${height - BOTTOM}`} stroke="var(--ink3)" strokeDasharray="2 2" />
            <circle
              cx={x(shown.at)}
              cy={y(shown.value)}
              r="4"
              fill="var(--surface)"
              stroke="var(--c1)"
              strokeWidth="2"
            />
          </>
        )}
      </svg>
      {shown && (
        <span className={styles.tip} style={{ left: Math.min(Math.max(x(shown.at), 70), width - 70) }}>
          {shown.name}: <b>{as(shown.value)}</b>
          {shown.low !== undefined && shown.high !== undefined && `, ${as(shown.low)} to ${as(shown.high)}`}
        </span>
      )}
    </div>
  );
}
