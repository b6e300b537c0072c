/** What a filter amounts to: how much of all there is, how the scores lie, and what they were for. */
import { Progress } from "@mantine/core";
import type { ReactNode } from "react";
import type { Schemas } from "../../api/client";
import { Panel } from "../../parts/Panel";
import { Empty } from "../../parts/Rest";
import { percent, spoken, whole } from "../../parts/words";
import styles from "./Train.module.css";

type Sums = Schemas["StatsOut"];

/** `counting`: the answer is on its way. Without one none comes, and what follows on the page says why. */
export function Using({
  found,
  counting,
  children,
  below,
}: {
  found?: Schemas["Found"];
  counting: boolean;
  children: ReactNode;
  below?: ReactNode;
}) {
  const used = found?.filtered_count ?? 0;
  const total = found?.total_count ?? 0;
  return (
    <Panel label="In use" pad>
      <div className="row">
        <p className={styles.using} aria-live="polite">
          {found ? (
            <>
              {"Using "}
              <b>{whole(used)}</b>
              {` of ${whole(total)} examples`}
            </>
          ) : counting ? (
            "Counting…"
          ) : (
            "Not counted"
          )}
        </p>
        <span className="space" />
        {children}
      </div>
      <Progress value={total ? (100 * used) / total : 0} mt="sm" size="md" aria-label="Share of all examples in use" />
      {below}
    </Panel>
  );
}

const BARS = ["0.0-0.2", "0.2-0.4", "0.4-0.6", "0.6-0.8", "0.8-1.0"];

/** The scores in fifths: what the rest of the filter lets through, and over it what the ends leave. */
export function Spread({ chosen, all }: { chosen?: Sums; all?: Sums }) {
  const of = (sums: Sums | undefined, name: string) => sums?.quality_score_distribution[name] ?? 0;
  const most = Math.max(1, ...BARS.map((name) => of(all, name)), ...BARS.map((name) => of(chosen, name)));
  const told = BARS.map(
    (name) => `${name.replace("-", " to ")}: ${whole(of(chosen, name))} of ${whole(of(all, name))}`,
  );
  const high = (count: number) => (count === 0 ? 0 : Math.max(2, (count / most) * 62));
  return (
    <svg
      className={styles.spread}
      viewBox="0 0 300 96"
      role="img"
      aria-label={`Examples in use by quality. ${told.join("; ")}`}
    >
      {BARS.map((name, place) => {
        const x = place * 60 + 2;
        const back = high(Math.max(of(all, name), of(chosen, name)));
        const front = high(of(chosen, name));
        return (
          <g key={name}>
            <title>{told[place]}</title>
            <rect x={x} y={78 - back} width={56} height={back} rx={2} fill="var(--line)" />
            <rect x={x} y={78 - front} width={56} height={front} rx={2} fill="var(--c1)" />
            <text x={x + 28} y={74 - back} textAnchor="middle">
              {whole(of(chosen, name))}
            </text>
          </g>
        );
      })}
      {[0, 0.2, 0.4, 0.6, 0.8, 1].map((value, place) => (
        <text key={value} x={place * 60} y={93} textAnchor={place === 0 ? "start" : place === 5 ? "end" : "middle"}>
          {value}
        </text>
      ))}
    </svg>
  );
}

type BreakdownProps = {
  title: string;
  of: Record<string, number>;
  total: number;
  none?: string;
  shown?: (name: string) => string;
};

/** Counts by a word, the largest first. */
export function Breakdown({ title, of, total, none = "Nothing to count.", shown = spoken }: BreakdownProps) {
  const rows = Object.entries(of).sort((one, other) => other[1] - one[1]);
  return (
    <Panel title={title} aside={rows.length > MOST ? `the first ${MOST} of ${whole(rows.length)}` : undefined}>
      {rows.length === 0 ? (
        <Empty title={none} />
      ) : (
        <ul className={styles.bars}>
          {rows.slice(0, MOST).map(([name, count]) => (
            <li key={name}>
              <span className={styles.cut} title={name}>
                {shown(name)}
              </span>
              <span>
                <b>{whole(count)}</b> <span className="quiet">{percent(total ? count / total : null)}</span>
              </span>
              <span className={styles.track}>
                <i style={{ width: `${total ? (100 * count) / total : 0}%` }} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
const MOST = 12;
