/** A card with a line and a title; what stands at the right of the title is small and quiet. */
import type { ReactNode } from "react";
import styles from "./Panel.module.css";

type Props = {
  title?: ReactNode;
  note?: ReactNode;
  aside?: ReactNode;
  pad?: boolean;
  children: ReactNode;
  label?: string;
};

export function Panel({ title, note, aside, pad = false, children, label }: Props) {
  return (
    <section className={styles.panel} aria-label={label ?? (typeof title === "string" ? title : undefined)}>
      {title !== undefined && (
        <header className={styles.head}>
          <h2>{title}</h2>
          {note && <span className={styles.note}>{note}</span>}
          <span className={styles.space} />
          {aside && <span className={styles.note}>{aside}</span>}
        </header>
      )}
      {pad ? <div className={styles.pad}>{children}</div> : children}
    </section>
  );
}
