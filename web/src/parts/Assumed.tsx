/** What was taken for granted about a request, and what of it is not done. */
import styles from "./Assumed.module.css";
import { counted, visible } from "./words";

const FEW = 4;

export function Assumed({ told }: { told: readonly string[] }) {
  if (told.length === 0) return null;
  return (
    <details className={styles.assumed} open={told.length <= FEW}>
      <summary>
        Taken for granted <span className="quiet">{counted(told.length, "point")}</span>
      </summary>
      <ul>
        {told.map((one) => (
          <li key={one}>{visible(one)}</li>
        ))}
      </ul>
    </details>
  );
}

/** The sentences of a request as it was read; none before that. */
export const assumptions = (read: { [key: string]: unknown } | null | undefined): string[] =>
  ((read?.assumptions ?? []) as { text: string }[]).map((one) => one.text);
