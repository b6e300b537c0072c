/** A page's name, and at its right what the page is there for. */
import type { ReactNode } from "react";
import styles from "./PageHead.module.css";

export function PageHead({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className={styles.head}>
      <h1>{title}</h1>
      <span className="space" />
      {children}
    </div>
  );
}
