/** The fields that narrow a table, in its head. */
import type { ReactNode } from "react";
import styles from "./Filters.module.css";

export function Filters({ children }: { children: ReactNode }) {
  return <div className={styles.filters}>{children}</div>;
}
