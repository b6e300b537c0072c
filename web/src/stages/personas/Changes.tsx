/** Probabilities before and after, the largest change first. */
import type { VoiceLook } from "../../api/queries";
import { counted } from "../../parts/words";
import styles from "./Personas.module.css";
import { bySize, chance, newcomer, points } from "./told";

type Props = { look: VoiceLook; names: Record<string, string>; most?: number };

export function Changes({ look, names, most = 12 }: Props) {
  const sorted = bySize(look.changes);
  const rest = sorted.length - most;
  return (
    <>
      <ul className={styles.changes} aria-label="Changes">
        {sorted.slice(0, most).map((one) => (
          <li key={one.generator}>
            <b>{names[one.generator] ?? one.generator}</b>
            <span>
              {chance(one.oldWeight)} <span aria-hidden="true">→</span>
              <span className="unseen">to</span> <b>{chance(one.newWeight)}</b>
            </span>
            <span className="quiet">
              {[points(one.newWeight - one.oldWeight), one.newWeight > one.oldWeight && newcomer(look, one.generator)]
                .filter(Boolean)
                .join("; ")}
            </span>
          </li>
        ))}
      </ul>
      {rest > 0 && <p className="quiet">{`${counted(rest, "more voice")} less.`}</p>}
    </>
  );
}
