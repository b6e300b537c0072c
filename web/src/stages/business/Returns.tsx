/** What was spent on a campaign or a channel beside what came of it. */
import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Schemas } from "../../api/client";
import { businessReturns } from "../../api/queries";
import { channelName, score, whole } from "../../parts/words";
import type { Go, Search } from "./Business";
import styles from "./Business.module.css";
import { Charted, Rows } from "./Charted";
import { amount } from "./figures";
import { Spent } from "./Spent";

type By = "campaign" | "channel";
type Return = Schemas["Return"];
const FIRST = 8;
const HEAD = [
  "Name",
  "Cost",
  "Revenue",
  "Return on cost",
  "Posts",
  "Engagement",
  "Engagement per unit of money",
  "Views",
  "Conversions",
  "Currency",
];
const SHORT = [0, 1, 2, 3, 4];

const cells = (one: Return) => [
  one.name,
  one.cost,
  one.revenue,
  one.return_on_cost,
  one.posts,
  one.engagement,
  one.engagement_per_dollar,
  one.views,
  one.conversions,
  one.currency ?? "",
];

export function Returns({ search, set }: { search: Search; set: Go }) {
  const campaigns = useQuery(businessReturns("campaign"));
  const channels = useQuery(businessReturns("channel"));
  const told = search.by as By | undefined;
  const spent = (found?: { items: Return[] }) => found?.items.some((one) => one.cost != null || one.revenue != null);
  const by: By = told ?? (!spent(campaigns.data) && spent(channels.data) ? "channel" : "campaign");
  const query = by === "channel" ? channels : campaigns;
  const items = query.data?.items ?? [];
  const shown = (value: unknown, column: number, row: unknown[]) => {
    if (column === 0)
      return (
        <Link to="/business" search={{ by, money: String(value) } as never} title="The rows behind it">
          {by === "channel" ? channelName(String(value)) : String(value)}
        </Link>
      );
    if (typeof value !== "number") return String(value ?? "") || "–";
    const money = row.at(-1);
    if (column === 1 || column === 2) return amount(value, money ? String(money) : undefined);
    return column === 3 || column === 6 ? score(value) : whole(value);
  };
  const one = items.find((each) => each.name === search.money);
  return (
    <>
      <Spent by={by} of={one} close={() => set({ money: undefined })} />
      <Charted
        title="What money brought"
        unit={
          <>
            all time; no cause is claimed
            <Select
              aria-label="Money by"
              size="xs"
              w={140}
              value={by}
              data={[
                { value: "campaign", label: "By campaign" },
                { value: "channel", label: "By channel" },
              ]}
              allowDeselect={false}
              onChange={(value) => set({ by: value as By })}
            />
          </>
        }
        head={HEAD}
        rows={items.map(cells)}
        shown={shown as never}
        file={`returns-by-${by}`}
        empty={
          query.isPending
            ? "One moment."
            : query.isError
              ? "It could not be read; it is tried again by itself."
              : `Not enough data, no ${by} with a cost, a revenue or a measured post. Import financial metrics or posts that name one.`
        }
      >
        <Rows
          stacked
          label={`What money brought by ${by}`}
          head={SHORT.map((place) => HEAD[place] ?? "")}
          rows={items.slice(0, FIRST).map((one) => [...SHORT.map((place) => cells(one)[place] ?? null)])}
          shown={(value, column, row) => {
            const one = items.find((each) => each.name === row[0]);
            return shown(value, column, [...row, one?.currency]);
          }}
        />
        {items.length > FIRST && (
          <p
            className={styles.under}
          >{`The ${FIRST} on which most was spent, of ${whole(items.length)}; the table has all.`}</p>
        )}
      </Charted>
    </>
  );
}
