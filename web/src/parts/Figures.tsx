/** A line of figures over a table. With `pick` each is a switch that filters it. */
import type { CSSProperties, ReactNode } from "react";
import styles from "./Figures.module.css";

export type Figure = { id: string; name: ReactNode; value: string; note: string };
type Props = { label: string; figures: Figure[]; picked?: string; pick?: (id: string | undefined) => void };

/** As many columns as figures, so that none hangs alone under the others. */
const columns = (many: number) => ({ "--many": Math.max(many, 4) }) as CSSProperties;

export function Figures({ label, figures, picked, pick }: Props) {
  return (
    <div role="group" className={styles.figures} style={columns(figures.length)} aria-label={label}>
      {figures.map((each) => {
        const inside = (
          <>
            <span className="quiet">{each.name}</span>
            <span className="big">{each.value}</span>
            <span className="quiet">{each.note || "\u00a0"}</span>
          </>
        );
        return pick ? (
          <button
            key={each.id}
            type="button"
            className={styles.figure}
            aria-pressed={picked === each.id}
            onClick={() => pick(picked === each.id ? undefined : each.id)}
          >
            {inside}
          </button>
        ) : (
          <div key={each.id} className={styles.figure}>
            {inside}
          </div>
        );
      })}
    </div>
  );
}
