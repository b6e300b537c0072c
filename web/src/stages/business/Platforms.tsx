/** Platforms beside each other on one scale: dot and whisker, the dashed line is the mean of all. */
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Schemas } from "../../api/client";
import { businessReturns, platformBaselines } from "../../api/queries";
import { Interval } from "../../parts/Interval";
import { Shown } from "../../parts/Rest";
import { channelName, counted, percent, score, whole } from "../../parts/words";
import styles from "./Business.module.css";
import { Charted } from "./Charted";
import { amount, bounds, thin } from "./figures";

type Baseline = Schemas["Baseline"];
type Bounded = { value: number; low: number; high: number; n: number };
const FEWEST = 5;

export function Platforms() {
  const query = useQuery(platformBaselines());
  const returns = useQuery(businessReturns("channel")).data?.items ?? [];
  return (
    <Shown query={query}>
      {(found) => {
        const all = Object.entries(found).sort((one, other) => other[1].count - one[1].count);
        const views = scale(all.map(([, one]) => one.views_interval));
        const rates = scale(all.map(([, one]) => one.engagement_interval));
        const sums = all.reduce(
          (sum, [, one]) => ({
            top: sum.top + (one.total_engagement ?? 0),
            below: sum.below + (one.total_views ?? 0),
          }),
          { top: 0, below: 0 },
        );
        const usual = sums.below ? sums.top / sums.below : undefined;
        return (
          <Charted
            title="Platforms compared"
            unit="each post by its newest reading; 95% intervals"
            file="platforms"
            head={[
              "Platform",
              "Posts",
              "Views per post",
              "Engagement rate",
              "Rate from",
              "Rate to",
              "Conversion rate",
              "Revenue per view",
              "Cost",
              "Return on cost",
              "Currency",
            ]}
            rows={all.map(([name, one]) => {
              const money = returns.find((each) => each.name === name);
              return [
                name,
                one.count,
                one.avg_views_per_post ?? null,
                one.avg_engagement_rate ?? null,
                one.engagement_interval?.low ?? null,
                one.engagement_interval?.high ?? null,
                one.avg_conversion_rate ?? null,
                one.avg_revenue_per_view ?? null,
                money?.cost ?? null,
                money?.return_on_cost ?? null,
                money?.currency ?? one.currency ?? "",
              ];
            })}
            shown={(value, column) =>
              typeof value !== "number"
                ? column === 0
                  ? channelName(String(value))
                  : value || "–"
                : [3, 4, 5, 6].includes(column)
                  ? percent(value, 2)
                  : [7, 9].includes(column)
                    ? score(value)
                    : whole(Math.round(value))
            }
            empty={
              <>
                Import posts and their readings (social analytics).{" "}
                <Button component={Link} to="/business" search={{ tab: "imports", new: "file" } as never} mt="sm">
                  Bring data in
                </Button>
              </>
            }
          >
            <div className={styles.scroll}>
              <table className={`ledger stacked ${styles.named}`}>
                <thead>
                  <tr>
                    <th>Platform</th>
                    <th>Engagement rate</th>
                    <th>Views per post</th>
                    <th className="right">Conversion</th>
                    <th className="right">Return on cost</th>
                    <th className="right">This month</th>
                  </tr>
                </thead>
                <tbody>
                  {all.map(([name, one]) => {
                    const money = returns.find((each) => each.name === name);
                    return (
                      <tr key={name}>
                        <td>
                          <Link to="/business" search={{ tab: "posts", platform: name } as never}>
                            {channelName(name)}
                          </Link>
                          <div className="quiet">{counted(one.count, "post")}</div>
                        </td>
                        <td data-name="Engagement rate">
                          <Claim
                            name={`Engagement rate on ${channelName(name)}`}
                            of={one.engagement_interval}
                            estimate={one.avg_engagement_rate}
                            n={one.count}
                            on={rates}
                            usual={usual}
                            as={(value) => percent(value, 2)}
                          />
                        </td>
                        <td data-name="Views per post">
                          <Claim
                            name={`Views per post on ${channelName(name)}`}
                            of={one.views_interval}
                            estimate={one.avg_views_per_post}
                            n={one.count}
                            on={views}
                            as={(value) => whole(Math.round(value))}
                          />
                        </td>
                        <td className="right" data-name="Conversion">
                          {percent(one.avg_conversion_rate, 1)}
                        </td>
                        <td
                          className="right"
                          data-name="Return on cost"
                          title={
                            money?.cost != null ? `of ${amount(money.cost, money.currency ?? undefined)}` : undefined
                          }
                        >
                          {score(money?.return_on_cost)}
                        </td>
                        <td className="right" data-name="This month">
                          {monthly(one)}
                        </td>
                      </tr>
                    );
                  })}
                </tbody>
              </table>
            </div>
          </Charted>
        );
      }}
    </Shown>
  );
}

function monthly(one: Baseline): string {
  const now = one.this_month;
  if (!now?.count) return "no post";
  return `${percent(now.avg_engagement_rate, 2)}, n = ${whole(now.count)}`;
}

export function scale(all: (Bounded | null | undefined)[]): { min: number; max: number } {
  const known = all.filter((one) => one != null);
  return { min: Math.min(0, ...known.map((one) => one.low)), max: Math.max(...known.map((one) => one.high), 0) || 1 };
}

type ClaimProps = {
  name: string;
  of: Bounded | null | undefined;
  estimate: number | null | undefined;
  n: number;
  needed?: number;
  on: { min: number; max: number };
  usual?: number;
  as: (value: number) => string;
};

/** An estimate with its interval and n, or how much is missing until there is one. */
export function Claim({ name, of, estimate, n, needed = FEWEST, on, usual, as }: ClaimProps) {
  if (!of)
    return (
      <span className="quiet">
        {estimate != null ? `${as(estimate)}. ` : ""}
        {n < needed ? thin(n, needed) : estimate == null ? "–" : `n = ${whole(n)}`}
      </span>
    );
  return (
    <span className={styles.claim}>
      <Interval
        estimate={of.value}
        low={of.low}
        high={of.high}
        min={on.min}
        max={on.max}
        reference={usual}
        label={`${name}: ${as(of.value)}, ${bounds(of, as)}`}
      />
      <span>
        <b>{as(of.value)}</b> <span className="quiet">{bounds(of, as)}</span>
      </span>
    </span>
  );
}
