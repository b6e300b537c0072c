/** What posts on each topic brought, with intervals; the topics as posts are filed, or as their words group them. */
import { Button, SegmentedControl, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Schemas } from "../../api/client";
import { ALL_DAYS, businessTopics, platformBaselines } from "../../api/queries";
import { Filters } from "../../parts/Filters";
import { Panel } from "../../parts/Panel";
import { Empty, Shown } from "../../parts/Rest";
import { capital, channelName, counted, percent, whole } from "../../parts/words";
import type { Go, Search } from "./Business";
import styles from "./Business.module.css";
import { Download } from "./Charted";
import { amount } from "./figures";
import { Claim, scale } from "./Platforms";
import { further, lately, WINDOWS } from "./windows";

type Topic = Schemas["TopicEffectiveness"];

const COLUMNS: { id: string; name: string; of: (one: Topic) => number | string | null | undefined; right?: boolean }[] =
  [
    { id: "topic", name: "Topic", of: (one) => one.topic },
    { id: "rate", name: "Engagement rate", of: (one) => one.avg_engagement_rate },
    { id: "views", name: "Views per post", of: (one) => one.avg_views_per_post, right: true },
    { id: "conversion", name: "Conversion", of: (one) => one.conversion_rate, right: true },
    { id: "score", name: "Revenue per 100 views", of: (one) => one.effectiveness_score, right: true },
    { id: "posts", name: "Posts", of: (one) => one.sample_size, right: true },
  ];

export function Topics({ search, set }: { search: Search; set: Go }) {
  const by = search.by === "cluster" ? "cluster" : "category";
  const days = search.days ?? String(ALL_DAYS);
  const all = days === String(ALL_DAYS);
  const query = useQuery(businessTopics(by, Number(days), search.platform));
  const before = further(query.data?.window);
  const platforms = Object.keys(useQuery(platformBaselines()).data ?? {});
  const column = COLUMNS.find((one) => one.id === search.sort) ?? COLUMNS[1];
  const down = search.order !== "up";
  const sorted = [...(query.data?.items ?? [])].sort((one, other) => compare(column?.of(one), column?.of(other), down));
  const rates = scale(sorted.map((one) => one.engagement_interval));
  const sort = (id: string) =>
    set(
      id === column?.id ? { order: down ? "up" : undefined } : { sort: id, order: id === "topic" ? "up" : undefined },
    );
  return (
    <Panel
      label="Topics"
      title={
        <Filters>
          <SegmentedControl
            aria-label="How topics are found"
            size="xs"
            value={by}
            data={[
              { value: "category", label: "As filed" },
              { value: "cluster", label: "By their words" },
            ]}
            onChange={(value) => set({ by: value === "cluster" ? value : undefined })}
          />
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
            value={days}
            data={WINDOWS}
            onChange={(value) => set({ days: value ?? undefined })}
          />
        </Filters>
      }
      aside={
        sorted.length > 0 && (
          <>
            {counted(sorted.length, "topic")}
            <Download
              name="topics"
              label="Topics"
              head={[
                "Topic",
                "Posts",
                "Engagement rate",
                "From",
                "To",
                "Views per post",
                "Conversion rate",
                "Revenue per 100 views",
                "Currency",
                "Status",
              ]}
              rows={sorted.map((one) => [
                one.topic,
                one.sample_size,
                one.avg_engagement_rate ?? null,
                one.engagement_interval?.low ?? null,
                one.engagement_interval?.high ?? null,
                one.avg_views_per_post ?? null,
                one.conversion_rate ?? null,
                one.effectiveness_score ?? null,
                one.currency ?? "",
                one.status,
              ])}
            />
          </>
        )
      }
    >
      <Shown query={query} rows={8}>
        {(found) =>
          found.items.length === 0 ? (
            <Empty
              title={all ? "No topic with a measured post." : `No topic with a measured post of ${lately(days)}.`}
              action={
                before ? (
                  <Button onClick={() => set({ days: before.days })}>{before.label}</Button>
                ) : by === "category" ? (
                  <Button component={Link} to="/business" search={{ tab: "imports", new: "file" } as never}>
                    Bring data in
                  </Button>
                ) : undefined
              }
            >
              {before
                ? `The latest measured post before is of ${before.of}.`
                : by === "cluster"
                  ? "Topics are found in the words of posts from 1,000 posts on. As filed shows those that posts carry."
                  : "Import posts with a topic or category, and their readings."}
            </Empty>
          ) : (
            <div className={styles.scroll}>
              <table className={`ledger stacked ${styles.named}`}>
                <thead>
                  <tr>
                    {COLUMNS.map((each) => (
                      <th
                        key={each.id}
                        className={each.right ? "right" : undefined}
                        aria-sort={each.id !== column?.id ? "none" : down ? "descending" : "ascending"}
                      >
                        <button type="button" className={styles.sort} onClick={() => sort(each.id)}>
                          {each.name}
                          {each.id === column?.id && <span aria-hidden="true">{down ? " ↓" : " ↑"}</span>}
                        </button>
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {sorted.map((one) => (
                    <tr key={one.topic}>
                      <td>
                        <Link
                          to="/business"
                          search={
                            { tab: "posts", topic: one.topic, by: search.by, platform: search.platform, days } as never
                          }
                        >
                          {capital(one.topic)}
                        </Link>
                      </td>
                      <td data-name="Engagement rate">
                        <Claim
                          name={`Engagement rate of ${one.topic}`}
                          of={one.engagement_interval}
                          estimate={one.avg_engagement_rate}
                          n={one.sample_size}
                          needed={one.needed}
                          on={rates}
                          as={(value) => percent(value, 2)}
                        />
                      </td>
                      <td className="right" data-name="Views per post">
                        {whole(one.avg_views_per_post == null ? null : Math.round(one.avg_views_per_post))}
                      </td>
                      <td className="right" data-name="Conversion">
                        {percent(one.conversion_rate, 1)}
                        {one.conversion_interval && (
                          <div className="quiet">{`${percent(one.conversion_interval.low, 1)} to ${percent(one.conversion_interval.high, 1)}`}</div>
                        )}
                      </td>
                      <td className="right" data-name="Revenue per 100 views">
                        {amount(one.effectiveness_score, one.currency ?? undefined)}
                      </td>
                      <td className="right" data-name="Posts">
                        {whole(one.sample_size)}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Shown>
    </Panel>
  );
}

/** What is not known stands last, whichever way it is sorted. */
function compare(
  one: number | string | null | undefined,
  other: number | string | null | undefined,
  down: boolean,
): number {
  if (one == null || other == null) return one == null ? (other == null ? 0 : 1) : -1;
  const by = typeof one === "string" ? one.localeCompare(String(other)) : one - Number(other);
  return down ? -by : by;
}
