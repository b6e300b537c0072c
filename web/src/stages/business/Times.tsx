/** When posts of a platform did better: each hour and weekday against its mean, with intervals. */
import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Schemas } from "../../api/client";
import { bestTimes, platformBaselines } from "../../api/queries";
import { Interval } from "../../parts/Interval";
import { channelName, counted, score, whole } from "../../parts/words";
import type { Go, Search } from "./Business";
import styles from "./Business.module.css";
import { Charted } from "./Charted";
import { WINDOWS } from "./windows";

type Effect = Schemas["TimeEffect"];
const times = (value: number) => `${score(value)}×`;

export function Times({ search, set }: { search: Search; set: Go }) {
  const platforms = Object.entries(useQuery(platformBaselines()).data ?? {})
    .sort((one, other) => other[1].count - one[1].count)
    .map(([name]) => name);
  const chosen = search.at && platforms.includes(search.at) ? search.at : platforms[0];
  const days = search.span ?? "365";
  const query = useQuery({ ...bestTimes(chosen ?? "", Number(days)), enabled: chosen !== undefined });
  const found = query.data;
  const all: [string, Effect][] = [
    ...(found?.weekdays ?? []).map((one): [string, Effect] => ["Weekday", one]),
    ...(found?.hours ?? []).map((one): [string, Effect] => ["Hour", one]),
  ];
  return (
    <Charted
      title="When posts did better"
      unit={
        <>
          {found ? `engagement (${found.measure}) against the mean, hours of ${found.time_zone}` : "against the mean"}
          {chosen !== undefined && (
            <Select
              aria-label="Times of"
              size="xs"
              w={140}
              value={chosen}
              data={platforms.map((value) => ({ value, label: channelName(value) }))}
              allowDeselect={false}
              onChange={(value) => set({ at: value ?? undefined })}
            />
          )}
          {chosen !== undefined && (
            <Select
              aria-label="Times, how far back"
              size="xs"
              w={110}
              value={days}
              data={WINDOWS}
              allowDeselect={false}
              onChange={(value) => set({ span: value === "365" ? undefined : (value ?? undefined) })}
            />
          )}
        </>
      }
      head={["Kind", "Time", "Posts", "Times the mean engagement", "From", "To", "Clear"]}
      rows={all.map(([kind, one]) => [kind, one.name, one.n, one.ratio, one.low, one.high, one.clear])}
      shown={(value, column) =>
        typeof value === "boolean"
          ? value
            ? "yes"
            : "no"
          : typeof value === "number"
            ? column === 2
              ? whole(value)
              : times(value)
            : value
      }
      file={`times-${chosen ?? "none"}`}
      empty={
        chosen === undefined
          ? "Import posts and their readings (social analytics)."
          : found
            ? found.sentence
            : "One moment."
      }
    >
      <p className={styles.under}>
        <Link to="/business" search={{ tab: "posts", platform: chosen, days } as never}>
          {counted(found?.n ?? 0, "post")}
        </Link>
        <span>{said(found)}</span>
      </p>
      <Effects label="Weekdays" all={found?.weekdays ?? []} />
      <Effects label="Hours" all={found?.hours ?? []} />
    </Charted>
  );
}

/** What is clearly better, or that nothing is. */
function said(found: Schemas["BestTimes"] | undefined): string {
  const best = [found?.best_weekday, found?.best_hour].filter((one) => one != null);
  if (best.length === 0) return "No hour and no weekday is clearly better than the others.";
  return best
    .map((one) => `${one.name}: ${times(one.ratio)} the usual engagement, ${times(one.low)} to ${times(one.high)}`)
    .join("; ");
}

function Effects({ label, all }: { label: string; all: Effect[] }) {
  if (all.length === 0) return null;
  const min = Math.min(1, ...all.map((one) => one.low));
  const max = Math.max(1, ...all.map((one) => one.high));
  return (
    <ul className={styles.times} aria-label={label}>
      {all.map((one) => (
        <li key={one.name} className={styles.time}>
          <span className={one.clear ? undefined : "quiet"}>{one.name}</span>
          <Interval
            estimate={one.ratio}
            low={one.low}
            high={one.high}
            min={min}
            max={max}
            reference={1}
            width={96}
            label={`${one.name}: ${times(one.ratio)} the mean, ${times(one.low)} to ${times(one.high)}, n = ${whole(one.n)}`}
          />
          <span className="quiet">{`${times(one.ratio)}, n = ${whole(one.n)}`}</span>
        </li>
      ))}
    </ul>
  );
}
