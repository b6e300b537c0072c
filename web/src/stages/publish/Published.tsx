/** Publications as a table: the text, where it stands, when; those that did not go out with the reason. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { publicationPages } from "../../api/queries";
import { More } from "../../parts/More";
import { useNow } from "../../parts/now";
import { Panel } from "../../parts/Panel";
import { Empty, Loading, Trouble } from "../../parts/Rest";
import { Status } from "../../parts/Status";
import { ago, channelName, counted, short, when } from "../../parts/words";
import styles from "./Content.module.css";
import { Copy, Where } from "./Publication";
import { gist, reached, standing, standsAt, timeOf } from "./reading";

export const SENT = ["published"];
export const NOT_SENT = ["refused", "cancelled"];

export function Published({ states }: { states: string[] }) {
  const query = useInfiniteQuery(publicationPages(states));
  const now = useNow(30_000);
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  const sent = states === SENT;
  return (
    <Panel
      title={sent ? "Published" : "Not sent"}
      aside={query.data ? counted(query.data.pages[0]?.total ?? rows.length, "publication") : undefined}
    >
      {query.isPending ? (
        <Loading rows={6} />
      ) : query.error && rows.length === 0 ? (
        <Trouble error={query.error} retry={() => void query.refetch()} />
      ) : rows.length === 0 ? (
        <Empty title={sent ? "Nothing published." : "Nothing was refused or stopped."}>
          {sent ? "What you approve is published once, and appears here." : "What does not go out is told here."}
        </Empty>
      ) : (
        <>
          <table className="ledger stacked">
            <thead>
              <tr>
                <th>Text</th>
                <th>Channel</th>
                <th style={{ width: "24%" }}>{sent ? "Stands at" : "Why"}</th>
                <th className="right">When</th>
                {sent && (
                  <th className="right">
                    <span style={{ position: "absolute", clipPath: "inset(50%)" }}>Copy</span>
                  </th>
                )}
              </tr>
            </thead>
            <tbody>
              {rows.map((one) => (
                <tr key={one.publication_id}>
                  <td>
                    <Link to="/content/$id" params={{ id: one.publication_id }} className={styles.link}>
                      {short(gist(one), 110)}
                    </Link>
                  </td>
                  <td>
                    {sent ? channelName(one.channel) : <Status status={one.state} word={channelName(one.channel)} />}
                  </td>
                  <td className={sent ? styles.stands : styles.reason} title={standsAt(one) ?? undefined}>
                    {!sent ? (
                      (one.note ?? "Stopped before it was sent.")
                    ) : one.posted && !one.posted.url ? (
                      "Posted by hand"
                    ) : standing(one) ? (
                      standing(one)
                    ) : one.channel === "email" ? (
                      `Sent to ${counted(reached(one), "address", "addresses")}`
                    ) : (
                      <Where url={standsAt(one)} brief />
                    )}
                  </td>
                  <td className="right quiet" title={when(timeOf(one))}>
                    {ago(timeOf(one), now)}
                  </td>
                  {sent && (
                    <td className={`right ${styles.copy}`}>
                      <Copy value={one.text} />
                    </td>
                  )}
                </tr>
              ))}
            </tbody>
          </table>
          <More query={query} />
        </>
      )}
    </Panel>
  );
}
