/** Where a person is on the way of an import. */
import styles from "./Imports.module.css";

const STEPS = ["Choose", "Columns", "Check", "Bring in"];

export function Way({ at }: { at: number }) {
  return (
    <ol className={styles.way} aria-label="Steps of an import">
      {STEPS.map((name, place) => (
        <li key={name} aria-current={place === at ? "step" : undefined} data-past={place < at || undefined}>
          <span aria-hidden="true">{place + 1}</span>
          {name}
        </li>
      ))}
    </ol>
  );
}
