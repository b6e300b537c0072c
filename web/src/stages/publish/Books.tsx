/** What the site saw, as books: through each publication, through other posts, through none of them. The parts make the whole. */
import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { siteBooks } from "../../api/queries";
import { Panel } from "../../parts/Panel";
import { channelName, NONE, score, short, spoken, whole } from "../../parts/words";
import { amount } from "../business/figures";
import styles from "./Content.module.css";

type Report = Schemas["Book"];
type Figures = Schemas["Figures"];
const FIRST = 20;

const named = (one: Report) => one.split_by.map((part) => spoken(part)).join(", ") || "The site as a whole";
const money = (one: Figures) =>
  Object.entries(one.revenue)
    .map(([currency, value]) => (currency ? amount(value, currency) : score(value)))
    .join(", ") || NONE;

export function Books() {
  const [chosen, choose] = useState(0);
  const reports = useQuery(siteBooks()).data?.reports.filter((one) => one.publications.rows > 0) ?? [];
  const report = reports[chosen] ?? reports[0];
  if (!report) return null;
  return (
    <Panel
      title="What the site saw"
      note={`${report.first_day} to ${report.last_day}, the last day imported; no cause is claimed`}
      aside={
        reports.length > 1 && (
          <Select
            aria-label="Report, by what its rows are split"
            size="xs"
            allowDeselect={false}
            data={reports.map((one, at) => ({ value: String(at), label: named(one) }))}
            value={String(reports.indexOf(report))}
            onChange={(at) => at && choose(Number(at))}
          />
        )
      }
    >
      <div style={{ overflowX: "auto" }}>
        <table className="ledger">
          <thead>
            <tr>
              <th>Came through</th>
              <th className="right">Visits</th>
              <th className="right">Conversions</th>
              <th className="right">Revenue</th>
            </tr>
          </thead>
          <tbody>
            {report.items.slice(0, FIRST).map((one) => (
              <Line key={one.publication_id} of={one}>
                <Link to="/content/$id" params={{ id: one.publication_id }} className={styles.link}>
                  {short(one.title ?? "A text without a title", 60)}
                </Link>{" "}
                <span className="quiet">{channelName(one.channel)}</span>
              </Line>
            ))}
            <Line of={report.publications}>Publications together</Line>
            <Line of={report.other_posts}>Other posts</Line>
            <Line of={report.not_attributed}>Not attributed</Line>
            <Line of={report}>
              <b>All of it</b>
            </Line>
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

function Line({ of, children }: { of: Figures; children: React.ReactNode }) {
  return (
    <tr>
      <td>{children}</td>
      <td className="right">{whole(of.sessions)}</td>
      <td className="right">{whole(of.conversions)}</td>
      <td className="right">{money(of)}</td>
    </tr>
  );
}
