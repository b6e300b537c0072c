/** The nine-notch rule: where a task is on its journey, in any row. */

import styles from "./Notches.module.css";
import { lookOf } from "./Status";

export const PHASES = [
  "planning",
  "tool_discovery",
  "delegation",
  "execution",
  "quality_check",
  "refinement",
  "formatting",
  "approval",
  "learning",
] as const;

export function Notches({ phase, status }: { phase: string | null | undefined; status: string }) {
  const look = lookOf(status);
  const at =
    look === "done" ? PHASES.length : Math.max(0, PHASES.indexOf((phase ?? "planning") as (typeof PHASES)[number]));
  const label = look === "done" ? "All nine phases done" : `Phase ${at + 1} of 9: ${PHASES[at]?.replaceAll("_", " ")}`;
  return (
    <span className={styles.rule} role="img" aria-label={label} title={label}>
      {PHASES.map((name, place) => (
        <i key={name} className={place < at ? styles.past : place === at ? styles[look] : undefined} />
      ))}
    </span>
  );
}
