/** The company's figures over time, platforms beside each other, who comes, and what was odd. */
import { Button, Drawer, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import type { Schemas } from "../../api/client";
import {
  ALL_DAYS,
  type AudiencePart,
  audience,
  businessGrowth,
  businessMetrics,
  businessReturns,
} from "../../api/queries";
import { Panel } from "../../parts/Panel";
import { Empty, Shown } from "../../parts/Rest";
import { capital, day, percent, spoken, whole } from "../../parts/words";
import type { Go, Search } from "./Business";
import styles from "./Business.module.css";
import { Charted, Download, Rows } from "./Charted";
import { afterGap, bounds, brief, change, grainOf, lanes, partial, subtitle, sums, thin, told } from "./figures";
import { Line } from "./Line";
import { Odd } from "./Odd";
import { Platforms } from "./Platforms";
import { Returns } from "./Returns";
import { Times } from "./Times";

type Series = Schemas["Series"];
type Growth = Schemas["Growth"];
const FIRST = 9;

export function Overview({ search, set }: { search: Search; set: Go }) {
  return (
    <div className="stack">
      <Metrics chosen={search.metric} open={(metric) => set({ metric })} />
      <Platforms />
      <Times search={search} set={set} />
      <div className={styles.halves}>
        <Audience />
        <Odd />
      </div>
      <Returns search={search} set={set} />
    </div>
  );
}

const bring = (
  <Button component={Link} to="/business" search={{ tab: "imports", new: "file" } as never}>
    Bring data in
  </Button>
);

function Metrics({ chosen, open }: { chosen?: string; open: (metric: string | undefined) => void }) {
  const query = useQuery(businessMetrics());
  const growth = useQuery(businessGrowth()).data?.items ?? [];
  const [all, setAll] = useState(false);
  return (
    <Shown query={query} rows={6}>
      {({ items }) => {
        if (items.length === 0)
          return (
            <Panel title="Figures over time">
              <Empty title="No figure of the company yet." action={bring}>
                Import financial metrics or web analytics, and each figure is drawn here over time.
              </Empty>
            </Panel>
          );
        const one = items.find((each) => each.metric === chosen);
        return (
          <>
            <div className={styles.metrics}>
              {items.slice(0, all ? undefined : FIRST).map((series) => (
                <Metric
                  key={series.metric}
                  series={series}
                  growth={growth.find((each) => each.metric === series.metric)}
                  open={() => open(series.metric)}
                />
              ))}
            </div>
            {items.length > FIRST && !all && (
              <div>
                <Button onClick={() => setAll(true)}>{`Show all ${whole(items.length)} figures`}</Button>
              </div>
            )}
            <Drawer
              opened={one !== undefined}
              onClose={() => open(undefined)}
              position="right"
              size="lg"
              title={one ? `${capital(one.noun)}: the rows` : "Rows"}
            >
              {one && <Points series={one} />}
            </Drawer>
          </>
        );
      }}
    </Shown>
  );
}

const month = new Intl.DateTimeFormat(undefined, { month: "short", year: "numeric", timeZone: "UTC" });
const span = (point: Series["points"][number]) => [days(point), partial(point)].filter(Boolean).join(", ");
const days = (point: Series["points"][number]) => {
  const grain = grainOf(point);
  if (grain === "by month") return month.format(new Date(point.start));
  if (grain === "by week") return `week to ${day(point.end)}`;
  return grain === "by day" ? day(point.start) : `${day(point.start)} to ${day(point.end)}`;
};

const HEAD = ["From", "To", "Value", "Currency", "Source", "Days missing"];
const row = (series: Series, point: Series["points"][number]) => [
  point.start,
  point.end,
  point.value,
  series.unit === "usd" ? point.currency : "",
  point.source,
  point.days_missing || "",
];

/** What was spent by channel: it is stored beside the company's own figure and is no part of it. */
function ByChannel() {
  const items = useQuery(businessReturns("channel")).data?.items ?? [];
  const told = sums(items.map((one) => ({ amount: one.cost, currency: one.currency })));
  return told ? <span>{`by channel, all time: ${told}`}</span> : null;
}

function Metric({ series, growth, open }: { series: Series; growth?: Growth; open: () => void }) {
  const [chosen, setChosen] = useState<string>();
  const all = useMemo(() => lanes(series.points, series.unit), [series]);
  const lane = all.find((one) => one.id === chosen) ?? all[0];
  const points = lane?.points ?? [];
  const last = points.at(-1);
  const money = last?.currency;
  const as = (value: number) => told(value, series.unit, money);
  // growth is of months in the newest month's currency: it says nothing about another line
  const grown =
    last && grainOf(last) === "by month" && (growth?.currency ?? "USD") === last.currency ? growth : undefined;
  return (
    <Charted
      title={capital(series.noun)}
      unit={subtitle(series.unit, last)}
      head={HEAD}
      rows={points.map((point) => row(series, point))}
      shown={(value, column, row) =>
        column === 2
          ? told(value as number, series.unit, row[3] ? String(row[3]) : money)
          : column === 4
            ? spoken(String(value))
            : value || "–"
      }
      file={series.metric}
      empty="Import rows of it to see it here."
    >
      <div className={styles.figure}>
        <button type="button" className={styles.value} onClick={open} title="The rows behind this figure">
          {as(last?.value ?? 0)}
        </button>
        <span className="quiet">{last && span(last)}</span>
        {all.length > 1 && (
          <>
            <span className="space" />
            <Select
              aria-label={`${capital(series.noun)}: which values`}
              size="xs"
              w={150}
              value={lane?.id}
              data={all.map((one) => ({ value: one.id, label: `${one.name} (${whole(one.points.length)})` }))}
              allowDeselect={false}
              onChange={(value) => setChosen(value ?? undefined)}
            />
          </>
        )}
      </div>
      <Line
        label={capital(series.noun)}
        as={as}
        axis={(value) => brief(value, series.unit, money)}
        dots={points.map((point, place) => ({
          at: Date.parse(point.end),
          name: span(point),
          value: point.value,
          gap: afterGap(points[place - 1], point),
        }))}
      />
      <p className={styles.under}>
        {grown?.on_month != null && <span>{change(grown.on_month)} on the month</span>}
        {grown?.on_year != null && <span>{change(grown.on_year)} on the year</span>}
        {grown?.trend && (
          <span>
            trend {change(grown.trend.value)} a month, {bounds(grown.trend, (value) => change(value), "effective n")}
            {grown.trend.low < 0 && grown.trend.high > 0 ? "; may be no trend" : ""}
          </span>
        )}
        {!grown?.trend && (grown || !growth) && (
          <span>trend: {thin(grown?.n ?? 0, grown?.needed ?? 6).toLowerCase()} months</span>
        )}
        {growth?.note && <span>{growth.note}</span>}
        {series.metric === "marketing_spend" && <ByChannel />}
      </p>
    </Charted>
  );
}

function Points({ series }: { series: Series }) {
  const rows = [...series.points].reverse();
  const cells = rows.map((point) => row(series, point));
  return (
    <div className="stack">
      <div className="row">
        <span className="quiet">{`${whole(rows.length)} values as they are stored, newest first`}</span>
        <span className="space" />
        <Download name={`${series.metric}-rows`} label={capital(series.noun)} head={HEAD} rows={cells} />
      </div>
      <Rows
        head={HEAD}
        rows={cells.slice(0, 400)}
        label={capital(series.noun)}
        shown={(value, column, row) =>
          column === 2
            ? told(value as number, series.unit, row[3] ? String(row[3]) : undefined)
            : column === 4
              ? spoken(String(value))
              : value || "–"
        }
      />
      {rows.length > 400 && (
        <p className="quiet">{`The 400 newest are shown; the file has all ${whole(rows.length)}.`}</p>
      )}
      <p className="quiet">
        <Link to="/business" search={{ tab: "imports" } as never}>
          The imports that rows came with
        </Link>
      </p>
    </div>
  );
}

const PARTS: { value: AudiencePart; label: string }[] = [
  { value: "source", label: "By source" },
  { value: "campaign", label: "By campaign" },
  { value: "device", label: "By device" },
  { value: "browser", label: "By browser" },
  { value: "country", label: "By country" },
  { value: "audience", label: "By audience" },
  { value: "funnel_step", label: "By funnel step" },
  { value: "page_id", label: "By page" },
];
const MOST = 6;

function Audience() {
  const [part, setPart] = useState<AudiencePart>("source");
  const query = useQuery(audience(part, ALL_DAYS));
  const slices = query.data?.slices ?? [];
  const top = slices.slice(0, MOST);
  const rest = slices.slice(MOST).reduce((sum, one) => sum + (one.share ?? 0), 0);
  const most = Math.max(...top.map((one) => one.share ?? 0), rest, 0.01);
  return (
    <Charted
      title="Who comes"
      unit={
        <>
          share of sessions
          <Select
            aria-label="Visits by"
            size="xs"
            w={140}
            value={part}
            data={PARTS}
            allowDeselect={false}
            onChange={(value) => setPart((value ?? "source") as AudiencePart)}
          />
        </>
      }
      head={["Name", "Sessions", "Share", "Conversions", "Conversion rate", "From", "To", "Days"]}
      rows={slices.map((one) => [
        one.name,
        one.sessions ?? null,
        one.share ?? null,
        one.conversions ?? null,
        one.conversion_rate ?? null,
        one.conversion_interval?.low ?? null,
        one.conversion_interval?.high ?? null,
        one.days,
      ])}
      shown={(value, column) =>
        typeof value !== "number" ? (value ?? "–") : [2, 4, 5, 6].includes(column) ? percent(value, 1) : whole(value)
      }
      file={`visits-${part}`}
      empty={
        query.isPending
          ? "One moment."
          : `Not enough data, 0 days split ${PARTS.find((one) => one.value === part)?.label.toLowerCase()}. Import web analytics with such a column.`
      }
    >
      <ul className={styles.bars}>
        {top.map((one) => (
          <Bar key={one.name} name={one.name || "(none)"} share={one.share ?? 0} most={most}>
            {one.conversion_interval
              ? `converts ${percent(one.conversion_rate, 1)}, ${bounds(one.conversion_interval, (value) => percent(value, 1))}`
              : `${whole(one.sessions)} sessions`}
          </Bar>
        ))}
        {rest > 0 && (
          <Bar name={`${whole(slices.length - MOST)} others`} share={rest} most={most}>
            in the table
          </Bar>
        )}
      </ul>
    </Charted>
  );
}

function Bar({ name, share, most, children }: { name: string; share: number; most: number; children: string }) {
  return (
    <li>
      <span className={styles.name}>{name}</span>
      <span className={styles.share}>{percent(share, 1)}</span>
      <span className={styles.track}>
        <i style={{ width: `${(100 * share) / most}%` }} />
      </span>
      <span className="quiet">{children}</span>
    </li>
  );
}
