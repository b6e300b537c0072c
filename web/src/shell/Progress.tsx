/** A thin line at the top while something that was asked for takes longer than 300 ms. */
import { useIsFetching } from "@tanstack/react-query";
import { useRouterState } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useActing } from "../api/client";
import styles from "./Shell.module.css";

const PATIENCE_MS = 300;

export function Progress() {
  const going = useRouterState({ select: (state) => state.isLoading });
  const first = useIsFetching({ predicate: (query) => query.state.data === undefined });
  const acting = useActing();
  const busy = going || first > 0 || acting > 0;
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (!busy) return setLate(false);
    const timer = setTimeout(() => setLate(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [busy]);
  return late ? <div className={styles.progress} role="progressbar" aria-label="Loading" /> : null;
}
