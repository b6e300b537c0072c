/** How likely each voice was drawn over time: layers that always fill the whole, the initial weights first. */
import { useElementSize } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { personas, personaWeights, type Voices } from "../../api/queries";
import { useNow } from "../../parts/now";
import { Panel } from "../../parts/Panel";
import { Loading, Trouble } from "../../parts/Rest";
import { counted, day, when } from "../../parts/words";
import { Charted } from "../business/Charted";
import styles from "./Personas.module.css";
import { grouped, layers, leading, OTHERS, type Stretch, stretches } from "./stacked";
import { chance } from "./told";

const HEIGHT = 190;
const FOOT = 22;
type Names = Record<string, string>;

export function Weights({ names }: { names: Names }) {
  const voices = useQuery(personas());
  const points = useQuery(personaWeights());
  const now = useNow(60_000);
  const error = voices.error ?? points.error;
  const ready = voices.data && points.data;
  const all = ready
    ? stretches(initial(voices.data), points.data.items, current(voices.data), now, (at) => when(new Date(at)))
    : [];
  if (!ready)
    return (
      <Panel title="Weights over time">
        {error ? (
          <Trouble error={error} retry={() => void Promise.all([voices.refetch(), points.refetch()])} />
        ) : (
          <Loading rows={4} />
        )}
      </Panel>
    );
  const ids = Object.keys(all.at(-1)?.shares ?? {});
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
      <Stacked all={all} names={names} />
      <p className={styles.under}>
        {points.data && points.data.items.length === 0
          ? "No look has changed a weight yet: the initial ones are in use. A look needs 20 posts scored in 7 days."
          : `${counted(runsOf(points.data?.items ?? []), "look")} set weights; what a person set counts from then on.`}
      </p>
    </Charted>
  );
}

/** A run that counts again after a roll back is one run. */
const runsOf = (points: { run_id: string | null }[]) =>
  new Set(points.map((one) => one.run_id).filter((id) => id !== null)).size;

const initial = (voices: Voices) => Object.fromEntries(voices.items.map((one) => [one.id, one.initial_weight]));
const current = (voices: Voices) => Object.fromEntries(voices.items.map((one) => [one.id, one.probability]));

function Stacked({ all, names }: { all: Stretch[]; names: Names }) {
  const { ref, width: measured } = useElementSize();
  const [near, setNear] = useState<number>();
  const width = Math.max(measured || 320, 200);
  const first = all[0];
  const last = all.at(-1);
  if (!first || !last) return null;
  const lead = leading(last.shares, first.shares);
  const x = (at: number) => ((at - first.at) / (last.at - first.at || 1)) * width;
  const y = (sum: number) => (1 - sum) * (HEIGHT - FOOT);
  const shown = (near === undefined ? undefined : all[near]) ?? last;
  const begun = all[1]?.at ?? last.at;
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
          {layers(all, lead, x, y).map((layer, place) => (
            <path key={layer.id} d={layer.path} fill={`var(--c${place + 1})`} stroke="var(--surface)" strokeWidth="1" />
          ))}
          <path d={`M${x(begun)} 0V${HEIGHT - FOOT}`} stroke="var(--ink)" strokeDasharray="3 3" />
          <text x={0} y={HEIGHT - 6}>
            initial
          </text>
          {x(begun) > 48 && x(begun) < width - 150 && (
            <text x={x(begun)} y={HEIGHT - 6}>
              {day(new Date(begun))}
            </text>
          )}
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
