/** What happened to a publication: its moments, then the evidence for each recipient or part. */
import { Panel } from "../../parts/Panel";
import { Glyph, Status } from "../../parts/Status";
import { byWhom, capital, counted, spoken, when } from "../../parts/words";
import styles from "./Content.module.css";
import { type Decision, type Detail, moments } from "./effect";

const MOST = 200;

export function Effect({ one, decision }: { one: Detail; decision?: Decision | null }) {
  const found = moments(one, decision);
  return (
    <Panel title="What happened" pad>
      {found.length === 0 && <p className="quiet">Nothing yet.</p>}
      <ol className={styles.moments}>
        {found.map((each) => (
          <li key={each.at + each.text} className={styles.moment}>
            <Glyph look={each.look} size={13} />
            <div>
              <b>{each.text}</b> <span className="quiet">{when(each.at)}</span>
              {each.more && <p className="quiet">{each.more}</p>}
            </div>
          </li>
        ))}
      </ol>
      {one.deliveries.length > 1 && <Evidence one={one} />}
    </Panel>
  );
}

const LOOKS: Record<string, string> = { sent: "published", not_sent: "cancelled", waiting: "pending" };

function Evidence({ one }: { one: Detail }) {
  return (
    <div style={{ overflowX: "auto" }}>
      <table className="ledger">
        <thead>
          <tr>
            <th>To</th>
            <th>State</th>
            <th>What was said</th>
          </tr>
        </thead>
        <tbody>
          {one.deliveries.slice(0, MOST).map((each) => (
            <tr key={each.recipient ?? each.where}>
              <td className={styles.where}>{each.recipient ?? each.where}</td>
              <td>
                <Status status={LOOKS[each.state] ?? each.state} word={spoken(each.state)} />
              </td>
              <td className={styles.where}>
                {each.said ?? (each.settled_by ? `${capital(byWhom(each.settled_by))} looked and settled it.` : "–")}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {one.deliveries.length > MOST && (
        <p className="quiet">{`And ${counted(one.deliveries.length - MOST, "more", "more")}.`}</p>
      )}
    </div>
  );
}
