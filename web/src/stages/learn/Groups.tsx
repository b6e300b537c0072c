/** Patterns that stand, by how often and how much, and those that much the same posts meet. */
import type { Schemas } from "../../api/client";
import { Panel } from "../../parts/Panel";
import { capital, counted, whole } from "../../parts/words";
import styles from "./Learning.module.css";

const OFTEN = ["common", "regular", "rare"] as const;
const MUCH = ["strong", "clear", "slight"] as const;

export function Groups({ found, open }: { found: Schemas["PatternsOut"]; open: (id: string) => void }) {
  const of = new Map(found.patterns.map((one) => [one.id, one]));
  return (
    <Panel title="Grouped" note="those that stand, by how often their conditions are met and how much goes with them">
      <table className="ledger">
        <thead>
          <tr>
            <th>Met by</th>
            {MUCH.map((name) => (
              <th key={name} className="right">
                {capital(name)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {OFTEN.map((often) => (
            <tr key={often}>
              <td>{capital(often)}</td>
              {MUCH.map((much) => (
                <td key={much} className="right">
                  {whole(found.groups.find((one) => one.frequency === often && one.strength === much)?.count ?? 0)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {found.clusters.map((one) => (
        <div key={one.number} className={styles.above}>
          <span>{capital(one.name)}</span>{" "}
          <span className="quiet">{`${counted(one.count, "pattern")} met by much the same posts: `}</span>
          {one.patterns.map((id, place) => (
            <span key={id} className="quiet">
              {place > 0 && "; "}
              <button type="button" className={styles.open} onClick={() => open(id)}>
                {of
                  .get(id)
                  ?.conditions.map((each) => each.label)
                  .join(", ") ?? id}
              </button>
            </span>
          ))}
        </div>
      ))}
    </Panel>
  );
}
