/** One figure of a post by its age, with the band that was foretold for three days. */
import { useElementSize } from "@mantine/hooks";
import { counted } from "../../parts/words";
import { ticks } from "../business/figures";
import styles from "./Measured.module.css";
import { old, type Point, shortly, valued } from "./measured";

const LEFT = 52;
const RIGHT = 14;
const TOP = 12;
const BOTTOM = 24;
const HOUR = 3600;
const MARKS = [HOUR, 6 * HOUR, 24 * HOUR, 72 * HOUR, 7 * 24 * HOUR, 30 * 24 * HOUR];

const ROOM = 40; // of a name below the axis

/** Those that have room beside each other, the last one first: what the chart ends with is always named. */
function apart(marks: readonly number[], x: (mark: number) => number): number[] {
  const kept: number[] = [];
  for (const mark of [...marks].reverse()) {
    const before = kept[0];
    if (before === undefined || x(before) - x(mark) >= ROOM) kept.unshift(mark);
  }
  return kept;
}

type Props = {
  outcome: string;
  title: string;
  points: Point[];
  low: number | null;
  high: number | null;
  without: number;
};

export function MeasuredLine({ outcome, title, points, low, high, without }: Props) {
  const { ref, width: measured } = useElementSize();
  const width = Math.max(measured || 320, 240);
  const height = 170;
  const values = points.map((one) => one.value);
  const banded = low !== null && high !== null;
  const steps = ticks(Math.min(0, ...values), Math.max(...values, high ?? 0));
  const [least, most] = [steps[0] ?? 0, steps.at(-1) ?? 1];
  const first = Math.min(points[0]?.seconds ?? HOUR, HOUR);
  const last = Math.max(points.at(-1)?.seconds ?? HOUR, banded ? 72 * HOUR : first * 2);
  // Hours and days on one axis: what happens in the first hours is told as well as the week.
  const x = (seconds: number) =>
    LEFT + (Math.log(seconds / first) / (Math.log(last / first) || 1)) * (width - LEFT - RIGHT);
  const y = (value: number) => TOP + (1 - (value - least) / (most - least || 1)) * (height - TOP - BOTTOM);
  const path = points.map(
    (one, place) => `${place ? "L" : "M"}${x(one.seconds).toFixed(1)} ${y(one.value).toFixed(1)}`,
  );
  const end = points.at(-1);
  const said = points.map((one) => `${old(one.seconds)} ${valued(outcome, one.value)}`).join(", ");
  const band = banded ? `; ${valued(outcome, low)} to ${valued(outcome, high)} foretold for 72 h` : "";
  const keys = [
    points.some((one) => one.typed) && "hollow: typed",
    without > 0 && `without ${counted(without, "doubted reading")}`,
  ];
  return (
    <div ref={ref} className={styles.chart}>
      <svg
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`${title} by age: ${said}${band}`}
      >
        {steps.map((step) => (
          <g key={step}>
            <path d={`M${LEFT} ${y(step)}H${width - RIGHT}`} stroke="var(--line)" />
            <text x={LEFT - 8} y={y(step) + 4} textAnchor="end">
              {shortly(outcome, step)}
            </text>
          </g>
        ))}
        {apart(
          MARKS.filter((mark) => mark >= first && mark <= last * 1.001),
          x,
        ).map((mark) => (
          <text key={mark} x={Math.min(x(mark), width - RIGHT - 8)} y={height - 6} textAnchor="middle">
            {old(mark)}
          </text>
        ))}
        {banded && (
          <>
            <path d={`M${x(first)} ${y(high)}H${x(last)}V${y(low)}H${x(first)}Z`} fill="var(--c1)" fillOpacity=".12" />
            <text x={LEFT + 6} y={Math.max(y(high) - 4, TOP)} className={styles.name}>
              foretold for 72 h
            </text>
          </>
        )}
        <path d={path.join("")} fill="none" stroke="var(--c1)" strokeWidth="1.75" strokeLinejoin="round" />
        {points.map((one) => (
          <circle
            key={one.seconds}
            cx={x(one.seconds)}
            cy={y(one.value)}
            r="3.5"
            fill={one.typed ? "var(--surface)" : "var(--c1)"}
            stroke="var(--c1)"
            strokeWidth="1.75"
          />
        ))}
        {end && (
          <text
            x={Math.min(x(end.seconds), width - RIGHT)}
            y={Math.max(y(end.value) - 9, 10)}
            textAnchor="end"
            className={styles.name}
          >
            {valued(outcome, end.value)}
          </text>
        )}
      </svg>
      <span className="quiet">{[`${title} by the post's age`, ...keys.filter(Boolean)].join("; ")}</span>
    </div>
  );
}
