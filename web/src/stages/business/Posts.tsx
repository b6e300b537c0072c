/** Every measured post with what came of it; drawn only where it is seen. Arrows move, Enter opens. */
import { Button, Select, TextInput } from "@mantine/core";
import { useDebouncedCallback, useMediaQuery } from "@mantine/hooks";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { ALL_DAYS, type BusinessPost, businessPosts, platformBaselines } from "../../api/queries";
import { Filters } from "../../parts/Filters";
import { useKeys } from "../../parts/Key";
import { Panel } from "../../parts/Panel";
import { Empty, Loading, Trouble } from "../../parts/Rest";
import { capital, channelName, counted, day, percent, score, whole } from "../../parts/words";
import type { Go, Search } from "./Business";
import styles from "./Business.module.css";
import { Download } from "./Charted";
import { amount, visited } from "./figures";
import { Post } from "./Post";
import { further, lately, WINDOWS } from "./windows";

export function Posts({ search, set }: { search: Search; set: Go }) {
  const field = useRef<HTMLInputElement>(null);
  const filter = {
    platform: search.platform,
    topic: search.topic,
    by: search.by === "cluster" ? ("cluster" as const) : ("category" as const),
    search: search.q,
    days: Number(search.days ?? ALL_DAYS),
    campaign: search.campaign,
  };
  const query = useInfiniteQuery(businessPosts(filter));
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const platforms = Object.keys(useQuery(platformBaselines()).data ?? {});
  const typed = useDebouncedCallback((text: string) => set({ q: text || undefined }), 250);
  const filtered = Boolean(search.platform || search.topic || search.campaign || search.q);
  const before = further(query.data?.pages[0]?.window);
  const all = filter.days === ALL_DAYS;
  useKeys([["/", () => field.current?.focus()]]);
  return (
    <>
      <Panel
        label="Posts"
        title={
          <Filters>
            {search.topic && (
              <Button
                rightSection={<span aria-hidden="true">×</span>}
                aria-label={`Topic ${search.topic}: take the filter away`}
                onClick={() => set({ topic: undefined, by: undefined })}
              >
                {capital(search.topic)}
              </Button>
            )}
            {search.campaign && (
              <Button
                rightSection={<span aria-hidden="true">×</span>}
                aria-label={`Campaign ${search.campaign}: take the filter away`}
                onClick={() => set({ campaign: undefined })}
              >
                {search.campaign}
              </Button>
            )}
            <Select
              aria-label="Platform"
              placeholder="Every platform"
              clearable
              value={search.platform ?? null}
              data={platforms.map((value) => ({ value, label: channelName(value) }))}
              onChange={(value) => set({ platform: value ?? undefined })}
            />
            <Select
              aria-label="How far back"
              allowDeselect={false}
              value={String(filter.days)}
              data={WINDOWS}
              onChange={(value) => set({ days: value ?? undefined })}
            />
            <TextInput
              ref={field}
              aria-label="Search"
              placeholder="Search title or text"
              defaultValue={search.q ?? ""}
              onChange={(event) => typed(event.currentTarget.value)}
            />
          </Filters>
        }
        aside={
          rows.length > 0 && (
            <>
              {`${counted(rows.length, "post")}${query.hasNextPage ? " so far" : ""}`}
              <Download name="posts" label="Posts" head={HEAD} rows={rows.map(line)} />
            </>
          )
        }
      >
        {query.isPending ? (
          <Loading rows={8} />
        ) : query.error && rows.length === 0 ? (
          <Trouble error={query.error} retry={() => void query.refetch()} />
        ) : rows.length === 0 ? (
          <Empty
            title={
              filtered
                ? "Nothing fits these filters."
                : all
                  ? "No measured post yet."
                  : `No measured post of ${lately(String(filter.days))}.`
            }
            action={
              before ? (
                <Button onClick={() => set({ days: before.days })}>{before.label}</Button>
              ) : filtered ? (
                <Button
                  onClick={() => set({ platform: undefined, topic: undefined, campaign: undefined, q: undefined })}
                >
                  Show all
                </Button>
              ) : (
                <Button component={Link} to="/business" search={{ tab: "imports", new: "file" } as never}>
                  Bring data in
                </Button>
              )
            }
          >
            {before
              ? `The latest measured post before ${lately(String(filter.days))} is of ${before.of}.`
              : filtered
                ? "Take one away."
                : "A post stands here once it has a reading: import posts, then social analytics."}
          </Empty>
        ) : (
          <Grid
            rows={rows}
            open={(post) => set({ post })}
            more={query.hasNextPage && !query.isFetchingNextPage ? () => void query.fetchNextPage() : undefined}
          />
        )}
      </Panel>
      <Post id={search.post} close={() => set({ post: undefined })} />
    </>
  );
}

const HEAD = [
  "Id",
  "Platform",
  "Published",
  "Title",
  "Topic",
  "Views",
  "Engaged",
  "Engagement rate",
  "Visits",
  "Visits are clicks",
  "Conversions",
  "Conversion rate",
  "Revenue",
  "Cost",
  "Return on cost",
  "Currency",
  "Quality",
];
const line = (one: BusinessPost) => [
  one.id,
  one.platform,
  one.published_at_known ? one.published_at : "",
  one.title ?? one.opening,
  one.topic ?? one.category,
  one.views,
  one.engaged,
  one.engagement_rate,
  one.visits,
  one.visits_are_clicks,
  one.conversions,
  one.conversion_rate,
  one.revenue,
  one.cost,
  one.return_on_cost,
  one.currency,
  one.quality_score,
];

const NAMES = ["Post", "Platform", "Published", "Views", "Engagement", "Visits", "Conversion", "Revenue", "Quality"];

function Grid({ rows, open, more }: { rows: BusinessPost[]; open: (id: string) => void; more?: () => void }) {
  const box = useRef<HTMLDivElement>(null);
  const narrow = useMediaQuery("(max-width: 720px)") ?? false;
  const [at, setAt] = useState(0);
  const drawn = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => (narrow ? 78 : 38),
    overscan: 12,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height of a row changes with the width of the window
  useEffect(() => drawn.measure(), [narrow]);
  const seen = drawn.getVirtualItems();
  const last = seen.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= rows.length - 40) more?.();
  }, [last, rows.length, more]);
  const key = (event: KeyboardEvent, index: number) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 12, PageUp: -12, Home: -rows.length, End: rows.length }[
      event.key
    ];
    const row = rows[index];
    if (step !== undefined) {
      const place = Math.max(0, Math.min(index + step, rows.length - 1));
      setAt(place);
      drawn.scrollToIndex(place);
      requestAnimationFrame(() => box.current?.querySelector<HTMLElement>(`[data-index="${place}"]`)?.focus());
    } else if (event.key === "Enter" && row) open(row.id);
    else return;
    event.preventDefault();
  };
  return (
    <div ref={box} className={styles.list} role="grid" aria-rowcount={rows.length + 1} aria-label="Posts">
      <div className={`${styles.line} ${styles.names}`} role="row" tabIndex={-1}>
        {NAMES.map((name, place) => (
          <span key={name} role="columnheader" tabIndex={-1} className={place > 2 ? styles.right : undefined}>
            {name}
          </span>
        ))}
      </div>
      <div role="rowgroup" style={{ height: drawn.getTotalSize(), position: "relative" }}>
        {seen.map(({ index, start, size }) => {
          const row = rows[index];
          if (!row) return null;
          const cells = [
            channelName(row.platform),
            row.published_at_known ? day(row.published_at) : "date unknown",
            whole(row.views),
            percent(row.engagement_rate, 2),
            visited(row),
            percent(row.conversion_rate, 1),
            amount(row.revenue, row.currency ?? undefined),
            score(row.quality_score),
          ];
          return (
            <div
              key={row.id}
              role="row"
              data-index={index}
              data-odd={index % 2 ? true : undefined}
              aria-rowindex={index + 2}
              tabIndex={index === at ? 0 : -1}
              className={styles.line}
              style={{
                position: "absolute",
                top: 0,
                left: 0,
                right: 0,
                height: size,
                transform: `translateY(${start}px)`,
              }}
              onClick={() => open(row.id)}
              onFocus={() => setAt(index)}
              onKeyDown={(event) => key(event, index)}
            >
              <span role="gridcell" tabIndex={-1} className={styles.text} title={row.title ?? row.opening}>
                {row.title ?? row.opening}
              </span>
              {cells.map((cell, place) => (
                <span
                  key={NAMES[place + 1]}
                  role="gridcell"
                  tabIndex={-1}
                  data-place={place}
                  data-name={NAMES[place + 1]}
                  className={place > 1 ? styles.right : undefined}
                >
                  {cell}
                </span>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}
