/** A thread's posts, with what is known of each. */
import type { Schemas } from "../../api/client";
import { Status } from "../../parts/Status";
import { short, spoken, visible } from "../../parts/words";
import styles from "./Content.module.css";

const LOOKS: Record<string, string> = { sent: "published", not_sent: "cancelled", waiting: "pending" };

/** `whole`: each text in full, else its beginning. */
export function Posts({ posts, whole = false }: { posts: Schemas["ThreadPostOut"][]; whole?: boolean }) {
  return (
    <ol className={styles.posts}>
      {posts.map((each) => (
        <li key={each.number}>
          <span style={{ whiteSpace: "pre-wrap" }}>{whole ? visible(each.text) : short(each.text, 90)}</span>{" "}
          {each.url ? (
            <a href={each.url} target="_blank" rel="noreferrer noopener">
              <Status status={LOOKS[each.state] ?? each.state} word={spoken(each.state)} />
            </a>
          ) : (
            <Status status={LOOKS[each.state] ?? each.state} word={spoken(each.state)} />
          )}
        </li>
      ))}
    </ol>
  );
}
