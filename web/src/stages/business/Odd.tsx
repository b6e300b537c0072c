/** Days and posts far from what was usual: in sentences, as a table with what was usual, as a file. */
import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { ALL_DAYS, oddities } from "../../api/queries";
import { Trouble } from "../../parts/Rest";
import { day, percent, score, spoken, whole } from "../../parts/words";
import styles from "./Business.module.css";
import { Charted } from "./Charted";

type Anomaly = Schemas["Anomaly"];
const FIRST = 8;
const SPANS = [
  { value: "365", label: "A year" },
  { value: String(ALL_DAYS), label: "All time" },
];

/** Rates are told in percent, counts as they are. */
const as = (metric: string, value: number) =>
  metric.endsWith("rate") ? percent(value, 2) : whole(Math.round(value * 10) / 10);

export function Odd() {
  const [days, setDays] = useState("365");
  const query = useQuery(oddities(Number(days)));
  const items = query.data?.items ?? [];
  if (query.isError) return <Trouble error={query.error} what="What was odd could not be read." />;
  return (
    <Charted
      title="Out of the ordinary"
      unit={
        <>
          beyond 3.5 robust deviations
          <Select
            aria-label="Out of the ordinary, how far back"
            size="xs"
            w={110}
            value={days}
            data={SPANS}
            allowDeselect={false}
            onChange={(value) => setDays(value ?? "365")}
          />
        </>
      }
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
