/** What of the plan gets in its own way, before it happens. Nothing is stopped by it. */
import { Panel } from "../../parts/Panel";
import { Glyph } from "../../parts/Status";
import { counted, when } from "../../parts/words";
import styles from "./Content.module.css";
import type { Item } from "./plan";
import type { Conflict } from "./planned";

const MOST = 5;
const LISTED = 25;

export function Clashes({ of, all, show }: { of: Conflict[]; all: Item[]; show: (one: Item) => void }) {
  if (of.length === 0) return null;
  return (
    <Panel title="In each other's way" note={counted(of.length, "thing")}>
      <ul className={styles.clashes}>
        {of.slice(0, MOST).map((one) => (
          <Clash key={`${one.kind} ${one.at} ${one.told}`} one={one} all={all} show={show} />
        ))}
      </ul>
      {of.length > MOST && (
        <details className={styles.clashes}>
          <summary className="quiet">{`${of.length - MOST} more`}</summary>
          <ul>
            {of.slice(MOST, LISTED).map((one) => (
              <Clash key={`${one.kind} ${one.at} ${one.told}`} one={one} all={all} show={show} />
            ))}
            {of.length > LISTED && <li className="quiet">{`and ${of.length - LISTED} more in this time`}</li>}
          </ul>
        </details>
      )}
    </Panel>
  );
}

function Clash({ one, all, show }: { one: Conflict; all: Item[]; show: (one: Item) => void }) {
  const items = all.filter((item) => item.conflicts.includes(one));
  const meant = items.at(-1);
  const named = [...new Set(items.map((item) => `“${item.what}”`))].slice(0, 2).join(" and ");
  return (
    <li className={styles.clashing}>
      <Glyph look="you" size={12} />
      <span>
        <b>{when(one.at)}</b> {one.told} {named && <span className="quiet">{`${named} `}</span>}
        {meant && (
          <button type="button" className={styles.link} onClick={() => show(meant)}>
            {one.kind === "approval" ? "Look at it" : meant.moves ? "Give it another time" : "Open it"}
          </button>
        )}
      </span>
    </li>
  );
}
