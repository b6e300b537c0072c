/** The stored rows of spend and revenue that a campaign's or a channel's figures are the sums of. */
import { Drawer } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Schemas } from "../../api/client";
import { businessReturnRows } from "../../api/queries";
import { More } from "../../parts/More";
import { Empty, Loading, Trouble } from "../../parts/Rest";
import { channelName, day, spoken } from "../../parts/words";
import { Download, Rows } from "./Charted";
import { amount, type Cell } from "./figures";

type Return = Schemas["Return"];
type Row = Schemas["MoneyRow"];
const HEAD = ["From", "To", "Figure", "Amount", "Channel", "Campaign", "Source", "Import", "Currency"];
const cells = (row: Row): Cell[] => [
  row.period_start,
  row.period_end,
  row.metric_type,
  row.value,
  row.channel,
  row.campaign,
  row.source,
  row.import_id,
  row.currency,
];

export function Spent({ by, of, close }: { by: "campaign" | "channel"; of?: Return; close: () => void }) {
  const named = of && (by === "channel" ? channelName(of.name) : of.name);
  return (
    <Drawer opened={of !== undefined} onClose={close} position="right" size="xl" title={named && `${named}: the rows`}>
      {of && <Behind by={by} of={of} />}
    </Drawer>
  );
}

function Behind({ by, of }: { by: "campaign" | "channel"; of: Return }) {
  const query = useInfiniteQuery(businessReturnRows(by, of.name));
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  if (query.isPending) return <Loading rows={5} />;
  if (query.error && rows.length === 0) return <Trouble error={query.error} retry={() => void query.refetch()} />;
  return (
    <div className="stack">
      {of.posts > 0 && (
        <p>
          <Link
            to="/business"
            search={{ tab: "posts", [by === "channel" ? "platform" : "campaign"]: of.name } as never}
          >{`Its posts, ${of.posts}`}</Link>
        </p>
      )}
      {rows.length === 0 ? (
        <Empty title="No row of spend or revenue names it.">Its cost and revenue are those of its posts.</Empty>
      ) : (
        <>
          <div className="row">
            <span className="quiet">Spend and revenue as they are stored, newest first</span>
            <span className="space" />
            <Download name={`money-${of.name}`} label={of.name} head={HEAD} rows={rows.map(cells)} />
          </div>
          <Rows
            head={HEAD}
            rows={rows.map(cells)}
            label={`Spend and revenue of ${of.name}`}
            shown={(value, column, row) =>
              column < 2 ? (
                day(String(value))
              ) : column === 2 ? (
                spoken(String(value))
              ) : column === 3 ? (
                amount(value as number, row[8] ? String(row[8]) : undefined)
              ) : column === 7 && value ? (
                <Link to="/business" search={{ tab: "imports", import: String(value) } as never}>
                  the import
                </Link>
              ) : (
                value || "–"
              )
            }
          />
          <More query={query} />
        </>
      )}
    </div>
  );
}
