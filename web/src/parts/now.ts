/** The time, told again every `every` ms; null stands still. */
import { useEffect, useState } from "react";

export function useNow(every: number | null): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (every === null) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}

/** The time for what tells how long ago `moment` was: told more often while that is counted in seconds. */
export const useAge = (moment: string): number => useNow(Date.now() - Date.parse(moment) < 60_000 ? 5_000 : 60_000);
