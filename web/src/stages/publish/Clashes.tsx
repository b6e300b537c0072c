/** What of the plan gets in its own way, before it happens. Nothing is stopped by it. */
import { Panel } from "../../parts/Panel";
import { Glyph } from "../../parts/Status";
import { counted, when } from "../../parts/words";
import styles from "./Content.module.css";
import type { Item } from "./plan";
import type { Conflict } from "./planned";

const MOST = 5;

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
            {of.slice(MOST).map((one) => (
              <Clash key={`${one.kind} ${one.at} ${one.told}`} one={one} all={all} show={show} />
            ))}
          </ul>
        </details>
      )}
    </Panel>
  );
}

function Clash({ one, all, show }: { one: Conflict; all: Item[]; show: (one: Item) => void }) {
  const meant = all.filter((item) => item.conflicts.includes(one)).at(-1);
  return (
    <li className={styles.clashing}>
      <Glyph look="you" size={12} />
      <span>
        <b>{when(one.at)}</b> {one.told}{" "}
        {meant && (
          <button type="button" className={styles.link} onClick={() => show(meant)}>
            {one.kind === "approval" ? "Look at it" : meant.moves ? "Give it another time" : "Open it"}
          </button>
        )}
      </span>
    </li>
  );
}
