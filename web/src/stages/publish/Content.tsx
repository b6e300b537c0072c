/** What was sent where, what waits for its time; first of all what nobody is sure of. */
import { Button, Tabs } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { publication, publications, unknownOutcomes } from "../../api/queries";
import { useNow } from "../../parts/now";
import { PageHead } from "../../parts/PageHead";
import { Panel } from "../../parts/Panel";
import { Glyph } from "../../parts/Status";
import { TabStrip } from "../../parts/TabStrip";
import { openTab } from "../../parts/tabs";
import { ago, channelName, counted, short } from "../../parts/words";
import { Books } from "./Books";
import { Calendar } from "./Calendar";
import { Channels } from "./Channels";
import styles from "./Content.module.css";
import { unknownTo } from "./effect";
import { NOT_SENT, Published, SENT } from "./Published";
import { readingsDue } from "./planned";
import { Readings } from "./Readings";
import { accountOf, gist } from "./reading";
import { Series } from "./Series";
import { Settle } from "./Settle";

const TABS = ["calendar", "series", "published", "readings", "unsent", "channels"] as const;

export function Content() {
  const search = useSearch({ from: "/content" });
  const navigate = useNavigate({ from: "/content" });
  const set = (next: Record<string, string | undefined>) =>
    void navigate({ search: (before: Record<string, string | undefined>) => ({ ...before, ...next }), replace: true });
  const at = openTab(search.tab, TABS);
  const refused = useQuery(publications(["refused"], 1)).data?.total ?? 0;
  const asked = useQuery(readingsDue()).data?.total ?? 0;
  const open = (id: string) => void navigate({ to: "/content/$id", params: { id } });
  return (
    <>
      <PageHead title="Content" />
      <div className="stack">
        <Unknown />
        <Tabs
          value={at}
          onChange={(tab) => set({ tab: tab === "calendar" ? undefined : (tab ?? undefined) })}
          keepMounted={false}
        >
          <TabStrip at={at}>
            <Tabs.Tab value="calendar">Calendar</Tabs.Tab>
            <Tabs.Tab value="series">Series</Tabs.Tab>
            <Tabs.Tab value="published">Published</Tabs.Tab>
            <Tabs.Tab value="readings">{asked ? `Readings, ${asked} due` : "Readings"}</Tabs.Tab>
            <Tabs.Tab value="unsent">{refused ? `Not sent, ${counted(refused, "refusal")}` : "Not sent"}</Tabs.Tab>
            <Tabs.Tab value="channels">Channels</Tabs.Tab>
          </TabStrip>
          <Tabs.Panel value="calendar">
            <Calendar
              month={search.month}
              week={search.week}
              go={(next) => set({ month: next.month, week: next.week })}
              open={open}
              openSeries={(series) => set({ tab: "series", series })}
              openTask={(id) => void navigate({ to: "/orchestrator/approvals/$id", params: { id } })}
            />
          </Tabs.Panel>
          <Tabs.Panel value="series">
            <Series id={search.series} set={(series) => set({ series })} />
          </Tabs.Panel>
          <Tabs.Panel value="readings">
            <Readings />
          </Tabs.Panel>
          <Tabs.Panel value="published">
            <div className="stack">
              <Published states={SENT} />
              <Books />
            </div>
          </Tabs.Panel>
          <Tabs.Panel value="unsent">
            <Published states={NOT_SENT} />
          </Tabs.Panel>
          <Tabs.Panel value="channels">
            <Channels
              came={{
                account: search.account,
                problem: search.problem,
                said: search.said,
                forget: () => set({ account: undefined, problem: undefined, said: undefined }),
              }}
            />
          </Tabs.Panel>
        </Tabs>
      </div>
    </>
  );
}

const sentence = (text: string) => (/[.!?…]$/.test(text) ? text : `${text}.`);

/** Nothing here is sent again before a person has answered. */
function Unknown() {
  const found = useQuery(unknownOutcomes()).data;
  const now = useNow(30_000);
  const narrow = useMediaQuery("(max-width: 720px)") ?? false;
  const [open, setOpen] = useState(false);
  if (!found?.items.length) return null;
  const many = found.total ?? found.items.length;
  if (narrow && !open)
    // whoever came for another tab finds it on the first screen
    return (
      <Button className={styles.folded} leftSection={<Glyph look="unknown" />} onClick={() => setOpen(true)}>
        {`${counted(many, "publication")}: is it out?`}
      </Button>
    );
  return (
    <Panel
      title="Is it out?"
      note={`${counted(many, "answer is", "answers are")} missing`}
      aside={narrow && <Button onClick={() => setOpen(false)}>Fold</Button>}
    >
      <ul className={styles.open}>
        {found.items.map((one) => (
          <li key={one.publication_id}>
            <div className={styles.asks}>
              <Glyph look="unknown" />
              <div>
                <b>{`${channelName(one.channel)} by ${accountOf(one)}, handed over ${ago(one.attempted_at, now)}`}</b>
                <p className={styles.quote}>“{short(gist(one), 180)}”</p>
                <p>
                  {sentence(one.note ?? "The line broke after sending.")}{" "}
                  {one.state === "unknown"
                    ? "Nothing is sent again until you answer."
                    : "Who is unknown gets nothing more until you answer."}{" "}
                  <Link to="/content/$id" params={{ id: one.publication_id }} className={styles.link}>
                    See the evidence
                  </Link>
                </p>
              </div>
            </div>
            {(one.unknown ?? 0) > 1 ? (
              <Each id={one.publication_id} />
            ) : (
              <Settle id={one.publication_id} attempt={one.attempt} attempted={one.attempted_at} />
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** Of several addresses each may have another answer. */
function Each({ id }: { id: string }) {
  const one = useQuery(publication(id)).data;
  if (!one) return null;
  return <Settle id={id} attempt={one.attempt} attempted={one.attempted_at} asked={unknownTo(one)} />;
}
