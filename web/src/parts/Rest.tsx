/** The three states besides "here it is": nothing there, still loading, could not be had. */
import { Button, Skeleton } from "@mantine/core";
import { type ReactNode, useEffect, useState } from "react";
import { Problem } from "../api/client";
import styles from "./Rest.module.css";

/** A title, one sentence, at most one action. */
export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className={styles.empty}>
      <p className={styles.title}>{title}</p>
      {children && <p className={styles.text}>{children}</p>}
      {action}
    </div>
  );
}

/** Nothing for 300 ms, then rows in the shape of what comes. */
export function Loading({ rows = 4, height = 20 }: { rows?: number; height?: number }) {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 300);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className={styles.loading} role="status" aria-label="Loading">
      {late &&
        Array.from({ length: rows }, (_, row) => row).map((row) => (
          <Skeleton key={row} height={height} radius="sm" width={row % 3 === 2 ? "72%" : "100%"} />
        ))}
    </div>
  );
}

/** What failed, what is safe, what to do. */
export function Trouble({ error, retry, what }: { error: unknown; retry?: () => void; what?: string }) {
  const problem = error instanceof Problem ? error : null;
  const title = what ?? problem?.title ?? "This could not be shown";
  const text = problem?.message ?? (error instanceof Error ? error.message : String(error));
  return (
    <div className={styles.trouble} role="alert">
      <p className={styles.title}>{title}</p>
      {text !== title && <p className={styles.text}>{text}</p>}
      {problem?.hint && <p className={styles.text}>{problem.hint}</p>}
      {retry && <Button onClick={retry}>Try again</Button>}
    </div>
  );
}

type Asked<T> = { data: T | undefined; error: unknown; isPending: boolean; refetch: () => unknown };

/** Shows a query: loading, trouble (old data stays when there is some), or `children` with its data. */
export function Shown<T>({
  query,
  children,
  rows,
}: {
  query: Asked<T>;
  children: (data: T) => ReactNode;
  rows?: number;
}) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error) return <Trouble error={query.error} retry={() => void query.refetch()} />;
  return <Loading rows={rows} />;
}
