/** Days and posts far from what was usual: in sentences, as a table with what was usual, as a file. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Schemas } from "../../api/client";
import { oddities } from "../../api/queries";
import { Trouble } from "../../parts/Rest";
import { day, percent, score, spoken, whole } from "../../parts/words";
import styles from "./Business.module.css";
import { Charted } from "./Charted";

type Anomaly = Schemas["Anomaly"];
const FIRST = 8;
const DAYS = 365;

/** Rates are told in percent, counts as they are. */
const as = (metric: string, value: number) =>
  metric.endsWith("rate") ? percent(value, 2) : whole(Math.round(value * 10) / 10);

export function Odd() {
  const query = useQuery(oddities(DAYS));
  const items = query.data?.items ?? [];
  if (query.isError) return <Trouble error={query.error} what="What was odd could not be read." />;
  return (
    <Charted
      title="Out of the ordinary"
      unit={`last ${DAYS} days; beyond 3.5 robust deviations`}
      head={["When", "What", "Figure", "Value", "Usual", "From", "To", "Deviations", "Marked by its import"]}
      rows={items.map((one) => [
        one.at.slice(0, 10),
        one.kind === "post" ? one.subject : "day",
        one.metric,
        one.value,
        one.usual,
        one.low,
        one.high,
        one.score,
        one.flagged ? "yes" : "no",
      ])}
      shown={(value, column, row) =>
        column === 1 && value !== "day" ? (
          <Link to="/business" search={{ tab: "posts", post: String(value) } as never}>
            post
          </Link>
        ) : column === 2 ? (
          spoken(String(value))
        ) : column === 0 ? (
          day(String(value))
        ) : typeof value !== "number" ? (
          value
        ) : column === 7 ? (
          score(value, 1)
        ) : (
          as(String(row[2]), value)
        )
      }
      file="out-of-the-ordinary"
      empty={
        query.data
          ? query.data.notes.join(" ") ||
            `Nothing stood out of ${whole(query.data.days)} days and ${whole(query.data.posts)} posts.`
          : "One moment."
      }
    >
      <ul className={styles.odd}>
        {items.slice(0, FIRST).map((one) => (
          <li key={`${one.metric} ${one.at} ${one.subject}`}>
            <Link to="/business" search={rowsOf(one) as never}>
              {one.sentence}
            </Link>
            {one.flagged && <span className="quiet"> The import had marked that day as odd.</span>}
          </li>
        ))}
      </ul>
      {items.length > FIRST && (
        <p className={styles.under}>{`The ${FIRST} farthest of ${whole(items.length)}; the table has all.`}</p>
      )}
      {(query.data?.notes ?? []).length > 0 && <p className={styles.under}>{query.data?.notes.join(" ")}</p>}
    </Charted>
  );
}

/** Where the rows behind it are. */
const rowsOf = (one: Anomaly) =>
  one.kind === "post"
    ? { tab: "posts", post: one.subject }
    : { metric: one.metric === "sessions" ? "traffic" : one.metric };
