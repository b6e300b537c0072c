/** Says that the server cannot be reached: since when, what is safe, and that it comes back by itself. */
import { useLive } from "../api/live";
import { useNow } from "../parts/now";
import { atClock } from "../parts/words";
import styles from "./Shell.module.css";

const PATIENCE_MS = 4_000; // a line that breaks and is back at once is no news

/** Whether the stream of news has been down for so long that a person should know; since when in ms. */
export function useAway(): number | null {
  const { up, since } = useLive();
  const now = useNow(up ? null : 1000);
  return !up && now - since > PATIENCE_MS ? since : null;
}

export function Away() {
  const since = useAway();
  return (
    <div role="status">
      {since !== null && (
        <p className={styles.away}>
          <b>No connection to the server since {atClock(new Date(since))}.</b> What you see is from then, and what you
          type is kept. The page connects again by itself.
        </p>
      )}
    </div>
  );
}
