/** One post: its text, what came of it, and the readings and days that these figures are made of. */
import { Drawer } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Schemas } from "../../api/client";
import { businessPost } from "../../api/queries";
import { Facts } from "../../parts/Facts";
import { Shown } from "../../parts/Rest";
import {
  capital,
  channelName,
  counted,
  day,
  NONE,
  percent,
  score,
  short,
  spoken,
  when,
  whole,
} from "../../parts/words";
import styles from "./Business.module.css";
import { Charted, Download, Rows } from "./Charted";
import { amount, brief, visited } from "./figures";
import { Line } from "./Line";

export function Post({ id, close }: { id?: string; close: () => void }) {
  const query = useQuery({ ...businessPost(id ?? ""), enabled: id !== undefined });
  const figures = query.data?.figures;
  return (
    <Drawer
      opened={id !== undefined}
      onClose={close}
      position="right"
      size="xl"
      title={figures ? `${channelName(figures.platform)}: ${short(figures.title ?? figures.opening, 60)}` : "Post"}
    >
      {id && (
        <Shown query={query} rows={8}>
          {(found) => <Body found={found} />}
        </Shown>
      )}
    </Drawer>
  );
}

function Body({ found }: { found: Schemas["PostOut"] }) {
  const of = found.figures;
  const money = of.currency ?? undefined;
  const readings = [...found.readings].reverse();
  const head = [
    "Measured",
    "Views",
    "Reach",
    "Clicks",
    "Likes",
    "Shares",
    "Comments",
    "Conversions",
    "Revenue",
    "Currency",
    "Source",
    "Marked",
  ];
  const cells = found.readings.map((one) => [
    one.measured_at,
    one.views,
    one.reach,
    one.clicks,
    one.likes,
    one.shares,
    one.comments,
    one.conversions,
    one.revenue,
    one.currency,
    one.source,
    one.flags.join(", "),
  ]);
  const days = [
    "Day",
    "Page",
    "Campaign",
    "Source",
    "Sessions",
    "Users",
    "Page views",
    "Conversions",
    "Revenue",
    "Marked",
  ];
  const visits = found.visits.map((one) => [
    one.day,
    one.page_id,
    one.campaign,
    one.source,
    one.sessions,
    one.users,
    one.page_views,
    one.conversions,
    one.revenue,
    one.flags.join(", "),
  ]);
  const came = [found.import_id, ...found.readings.map((one) => one.import_id)].find((one) => one != null);
  return (
    <div className="stack">
      <blockquote className={styles.quote}>{found.content}</blockquote>
      <Facts
        rows={[
          [
            "Published",
            of.published_at_known
              ? when(of.published_at)
              : `Date unknown. ${day(of.published_at)}, a week before its first reading, stands for it.`,
          ],
          ["Topic", (of.topic ?? of.category) ? capital(of.topic ?? of.category ?? "") : null],
          ["Views", whole(of.views)],
          [
            "Engagement",
            of.engaged == null
              ? NONE
              : `${whole(of.engaged)} clicks, shares and comments: ${percent(of.engagement_rate, 2)} of views`,
          ],
          [
            "Visits",
            of.visits == null
              ? null
              : `${visited(of)}${of.conversions == null ? "" : `, ${whole(of.conversions)} conversions (${of.conversion_rate == null ? "no rate of these visits" : percent(of.conversion_rate, 1)})`}`,
          ],
          [
            "Revenue",
            of.revenue == null ? null : `${amount(of.revenue, money)}, ${score(of.revenue_per_view, 4)} a view`,
          ],
          [
            "Cost",
            of.cost == null
              ? null
              : `${amount(of.cost, money)}${of.return_on_cost == null ? "" : `, return on cost ${score(of.return_on_cost)}`}`,
          ],
          ["Quality", of.quality_score == null ? null : score(of.quality_score)],
          [
            "Address",
            found.url ? (
              <span key="url" className={styles.break}>
                {found.url}
              </span>
            ) : null,
          ],
          [
            "Task",
            of.task_id ? (
              <Link key="task" to="/orchestrator/tasks/$id" params={{ id: of.task_id }}>
                The task it was made by
              </Link>
            ) : null,
          ],
          [
            "Came with",
            came ? (
              <Link key="import" to="/business" search={{ tab: "imports", import: came } as never}>
                The import of its rows
              </Link>
            ) : null,
          ],
        ]}
      />
      <Charted
        title="Views over time"
        unit="count, as read"
        file={`readings-${of.id}`}
        head={head}
        rows={cells}
        shown={(value, column) =>
          column === 0
            ? when(String(value))
            : column === 10
              ? spoken(String(value))
              : typeof value === "number"
                ? whole(value)
                : value || NONE
        }
        empty="No reading is matched to this post. Import social analytics, or confirm a match."
      >
        <Line
          label="Views"
          as={(value) => whole(value)}
          axis={(value) => brief(value, "count")}
          dots={readings
            .filter((one) => one.views != null)
            .map((one) => ({ at: Date.parse(one.measured_at), name: when(one.measured_at), value: one.views ?? 0 }))}
        />
        <p className={styles.under}>
          <span>{`${counted(found.readings.length, "reading")}; the newest counts, they are never added up`}</span>
        </p>
      </Charted>
      <section aria-label="Visits" className="stack">
        <div className="row">
          <h3 className="sub">Visits matched to it</h3>
          <span className="space" />
          {visits.length > 0 && <Download name={`visits-${of.id}`} label="Visits" head={days} rows={visits} />}
        </div>
        {visits.length > 0 ? (
          <Rows
            head={days}
            rows={visits}
            label="Visits"
            shown={(value) => (typeof value === "number" ? whole(value) : value || NONE)}
          />
        ) : (
          <p className="quiet">No day of the site is matched to this post by its page or campaign.</p>
        )}
      </section>
    </div>
  );
}
