/** What changed between two texts, by words. */
import { diffWordsWithSpace } from "diff";
import { useMemo } from "react";
import styles from "./Diff.module.css";

export function Diff({ before, after }: { before: string; after: string }) {
  const parts = useMemo(() => diffWordsWithSpace(before, after), [before, after]);
  return (
    <p className={styles.diff}>
      {parts.map((part, place) => {
        const key = `${place}:${part.value.length}`;
        if (part.added) return <ins key={key}>{part.value}</ins>;
        if (part.removed) return <del key={key}>{part.value}</del>;
        return <span key={key}>{part.value}</span>;
      })}
    </p>
  );
}
