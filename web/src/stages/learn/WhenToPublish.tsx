/** Which hours and weekdays did better on each channel, and when to publish next. */
import { Button, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Schemas } from "../../api/client";
import { timesToPublish } from "../../api/queries";
import { Interval } from "../../parts/Interval";
import { Panel } from "../../parts/Panel";
import { Empty, Shown } from "../../parts/Rest";
import { channelName, score, whenZoned, whole } from "../../parts/words";
import { Charted } from "../business/Charted";
import { WINDOWS } from "../business/windows";
import type { Go, Search } from "./Learning";
import styles from "./Learning.module.css";

type Effect = Schemas["TimeEffect"];
const YEAR = "365";
const times = (value: number) => `${score(value)}×`;

export function WhenToPublish({ search, set }: { search: Search; set: Go }) {
  const span = WINDOWS.some((one) => one.value === search.span) ? (search.span ?? YEAR) : YEAR;
  return (
    <Shown query={useQuery(timesToPublish(Number(span)))} rows={8}>
      {({ channels, days }) =>
        channels.length === 0 ? (
          <Panel title="Best times">
            <Empty
              title="Not enough data, 0 of 30 posts read at 72 hours or later on any channel."
              action={
                <Button component={Link} to="/business" search={{ tab: "imports", new: "file" } as never}>
                  Bring readings in
                </Button>
              }
            >
              Import posts with their readings (social analytics), and each channel's hours and weekdays stand here.
            </Empty>
          </Panel>
        ) : (
          <div className="stack">
            <Select
              label="Posts of"
              w={200}
              value={span}
              data={WINDOWS}
              allowDeselect={false}
              onChange={(value) => set({ span: value === YEAR ? undefined : (value ?? undefined) })}
            />
            {channels.map((one) => (
              <OfChannel key={one.best.channel} of={one} days={days} />
            ))}
          </div>
        )
      }
    </Shown>
  );
}

function OfChannel({ of: { best, next }, days }: { of: Schemas["ChannelTimes"]; days: number }) {
  const all: [string, Effect][] = [
    ...(best.weekdays ?? []).map((one): [string, Effect] => ["Weekday", one]),
    ...(best.hours ?? []).map((one): [string, Effect] => ["Hour", one]),
  ];
  return (
    <Charted
      title={channelName(best.channel)}
      unit={`engagement (${best.measure}) against the channel's mean, hours of ${best.time_zone}, n = ${whole(best.n)}, posts of the last ${whole(days)} days`}
      file={`best-times-${best.channel}`}
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
      empty={`${best.sentence} Publish more, or import earlier posts with their readings.`}
    >
      <p className={styles.say}>
        {best.sentence}
        {next.at && ` The next such time, by your clock: ${whenZoned(next.at)}.`}
        {all.length > 0 && " How many a post reaches is part of this; patterns score the same."}
      </p>
      <Effects label="Weekdays" all={best.weekdays ?? []} />
      <Effects label="Hours" all={best.hours ?? []} />
    </Charted>
  );
}

function Effects({ label, all }: { label: string; all: Effect[] }) {
  if (all.length === 0) return null;
  const min = Math.min(1, ...all.map((one) => one.low));
  const max = Math.max(1, ...all.map((one) => one.high));
  return (
    <ul className={styles.effects} aria-label={label}>
      {all.map((one) => (
        <li key={one.name}>
          <span className={one.clear ? undefined : "quiet"}>{one.name}</span>
          <Interval
            estimate={one.ratio}
            low={one.low}
            high={one.high}
            min={min}
            max={max}
            reference={1}
            thin={!one.clear}
            width={100}
            label={`${one.name}: ${times(one.ratio)} the mean, ${times(one.low)} to ${times(one.high)}, n = ${whole(one.n)}`}
          />
          <span className="quiet">{`${times(one.ratio)}, n = ${whole(one.n)}`}</span>
        </li>
      ))}
    </ul>
  );
}
