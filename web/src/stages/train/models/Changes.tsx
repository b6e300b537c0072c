/** Every change of what a role uses: what, who, when, why, and on what the gate rested. */
import { Empty } from "../../../parts/Rest";
import { byWhom, spoken, visible, when } from "../../../parts/words";
import type { Go } from "../filter";
import train from "../Train.module.css";
import styles from "./Models.module.css";
import { type Change, changeWords, gateOf, minus } from "./told";

export function Changes({ rows, set }: { rows: Change[]; set?: Go }) {
  if (rows.length === 0)
    return <Empty title="Nothing has changed yet.">Every promotion, return and retirement stands here.</Empty>;
  return (
    <ol className={styles.changes}>
      {rows.map((row) => (
        <li key={row.id}>
          <p>
            {`${changeWords(row)}.`}
            {set && row.model_id && (
              <>
                {" "}
                <button type="button" className={train.link} onClick={() => set({ id: row.model_id as string })}>
                  Open
                </button>
              </>
            )}
          </p>
          {row.reason && <p>{`“${visible(row.reason)}”`}</p>}
          <p className="quiet">
            {[
              `${spoken(row.role)}, ${when(row.at)}, by ${row.by === "cofounder" ? "the product" : byWhom(row.by)}.`,
              minus(gateOf(row.gate)?.words ?? ""),
            ]
              .filter(Boolean)
              .join(" ")}
          </p>
        </li>
      ))}
    </ol>
  );
}
