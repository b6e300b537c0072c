/** How likely each voice was drawn over time: layers that always fill the whole, the initial weights first. */
import { useElementSize } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { personaWeights } from "../../api/queries";
import { useNow } from "../../parts/now";
import { Panel } from "../../parts/Panel";
import { Loading, Trouble } from "../../parts/Rest";
import { byWhom, counted, day, when } from "../../parts/words";
import { Charted } from "../business/Charted";
import styles from "./Personas.module.css";
import { dates, grouped, layers, leading, OTHERS, type Point, type Stretch, setBy, stretches } from "./stacked";
import { chance } from "./told";

const HEIGHT = 190;
const FOOT = 22;
type Names = Record<string, string>;

export function Weights({ names }: { names: Names }) {
  const points = useQuery(personaWeights());
  const now = useNow(60_000);
  const named = (one: Point) => nameOf(one, names);
  const { all, until } = stretches(points.data?.items ?? [], now, named);
  if (!points.data)
    return (
      <Panel title="Weights over time">
        {points.error ? <Trouble error={points.error} retry={() => void points.refetch()} /> : <Loading rows={4} />}
      </Panel>
    );
  const ids = [
    ...new Set([...Object.keys(all.at(-1)?.shares ?? {}), ...all.flatMap((one) => Object.keys(one.shares))]),
  ];
  return (
    <Charted
      title="Weights over time"
      unit="probability with which each voice is drawn"
      head={["Since", ...ids.map((id) => names[id] ?? id)]}
      rows={all.map((one) => [one.name, ...ids.map((id) => one.shares[id] ?? 0)])}
      shown={(value) => (typeof value === "number" ? chance(value) : value)}
      file="persona-weights"
      empty=""
    >
      <Stacked all={all} until={until} now={now} names={names} />
      <p className={styles.under}>{setBy(points.data.items)}</p>
    </Charted>
  );
}

/** Since when, and what changed it. */
function nameOf(one: Point, names: Names): string {
  if (one.because === "initial") return "Initial weights";
  const by = byWhom(one.changed_by ?? "");
  const voice = names[one.persona ?? ""] ?? one.persona;
  const why: Record<string, string> = {
    look: `look, ${by}`,
    "rolled back": `rolled back by ${by}`,
    person: `${voice} set by ${by}`,
    voice: `${voice} made or changed by ${by}`,
    experiment: `experiment, ${by}`,
    "sample removed": "the sample company was removed",
  };
  return `${when(one.at)}: ${why[one.because] ?? one.because}`;
}

function Stacked({ all, until, now, names }: { all: Stretch[]; until: number; now: number; names: Names }) {
  const { ref, width: measured } = useElementSize();
  const [near, setNear] = useState<number>();
  const width = Math.max(measured || 320, 200);
  const first = all[0];
  const last = all.at(-1);
  if (!first || !last) return null;
  const lead = leading(last.shares, first.shares);
  const x = (at: number) => ((at - first.at) / (until - first.at || 1)) * width;
  const y = (sum: number) => (1 - sum) * (HEIGHT - FOOT);
  const shown = (near === undefined ? undefined : all[near]) ?? last;
  const begun = all[1]?.at;
  const point = (clientX: number, box: DOMRect) => {
    const at = clientX - box.left;
    setNear(Math.max(0, all.filter((one) => x(one.at) <= at).length - 1));
  };
  const told = grouped(last.shares, lead)
    .map(([id, share]) => `${id === OTHERS ? "others" : (names[id] ?? id)} ${chance(share)}`)
    .join(", ");
  return (
    <div className={styles.stacked}>
      <div ref={ref} className={styles.drawing}>
        <svg
          width={width}
          height={HEIGHT}
          viewBox={`0 0 ${width} ${HEIGHT}`}
          role="img"
          aria-label={`Weights from the initial ones until now: ${told}`}
          onPointerMove={(event) => point(event.clientX, event.currentTarget.getBoundingClientRect())}
          onPointerLeave={() => setNear(undefined)}
        >
          {layers(all, until, lead, x, y).map((layer, place) => (
            <path key={layer.id} d={layer.path} fill={`var(--c${place + 1})`} stroke="var(--surface)" strokeWidth="1" />
          ))}
          {begun !== undefined && (
            <path d={`M${x(begun)} 0V${HEIGHT - FOOT}`} stroke="var(--ink)" strokeDasharray="3 3" />
          )}
          <text x={0} y={HEIGHT - 6}>
            initial
          </text>
          {begun !== undefined &&
            dates(begun, Math.min(now, until), x, width, (at) => day(new Date(at))).map((one) => (
              <text key={one.name} x={one.x} y={HEIGHT - 6}>
                {one.name}
              </text>
            ))}
          <text x={width} y={HEIGHT - 6} textAnchor="end">
            now
          </text>
        </svg>
      </div>
      <div className={styles.legend}>
        <p className="quiet">{shown.name}</p>
        <ul>
          {grouped(shown.shares, lead)
            .map(([id, share], place) => ({ id, share, place }))
            .reverse()
            .map(({ id, share, place }) => (
              <li key={id}>
                <i style={{ background: `var(--c${place + 1})` }} />
                <span>
                  {id === OTHERS ? counted(Object.keys(last.shares).length - lead.length, "other") : (names[id] ?? id)}
                </span>
                <span>{chance(share)}</span>
              </li>
            ))}
        </ul>
      </div>
    </div>
  );
}
