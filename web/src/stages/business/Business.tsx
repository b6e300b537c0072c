/** What the company already knows: its figures over time, what worked where, and where each figure comes from. */
import { Button, Tabs } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMay } from "../../api/me";
import { matches } from "../../api/queries";
import { Key, useKeys } from "../../parts/Key";
import { PageHead } from "../../parts/PageHead";
import { openTab } from "../../parts/tabs";
import { whole } from "../../parts/words";
import styles from "./Business.module.css";
import { Imports } from "./Imports";
import { Matches } from "./Matches";
import { Outlook } from "./Outlook";
import { Overview } from "./Overview";
import { Posts } from "./Posts";
import { Topics } from "./Topics";

export type Search = Record<string, string | undefined>;
export type Go = (next: Search) => void;

const TABS = ["overview", "topics", "posts", "outlook", "imports", "matches"] as const;

export function Business() {
  const search = useSearch({ from: "/business" });
  const navigate = useNavigate({ from: "/business" });
  const operator = useMay("operator");
  const doubtful = useInfiniteQuery(matches("doubtful")).data?.pages[0]?.total ?? 0;
  const set: Go = (next) =>
    void navigate({ search: (before: Search) => ({ ...before, ...next }), replace: next.tab === undefined });
  const tab = openTab(search.tab, TABS);
  const bring = () => void navigate({ search: { tab: "imports", new: "file" } });
  useKeys(operator ? [["i", bring]] : []);
  return (
    <>
      <PageHead title="Business">
        {operator && !(tab === "imports" && (search.new || search.import)) && (
          <Button variant="filled" onClick={bring} rightSection={<Key>I</Key>}>
            Import
          </Button>
        )}
      </PageHead>
      <Tabs
        value={tab}
        onChange={(next) => void navigate({ search: { tab: next === "overview" ? undefined : (next ?? undefined) } })}
        keepMounted={false}
      >
        <Tabs.List mb="lg" className={styles.tabs}>
          <Tabs.Tab value="overview">Overview</Tabs.Tab>
          <Tabs.Tab value="topics">Topics</Tabs.Tab>
          <Tabs.Tab value="posts">Posts</Tabs.Tab>
          <Tabs.Tab value="outlook">Outlook</Tabs.Tab>
          <Tabs.Tab value="imports">Imports</Tabs.Tab>
          <Tabs.Tab
            value="matches"
            rightSection={doubtful > 0 && <span className={styles.badge}>{whole(doubtful)}</span>}
          >
            Matches
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="overview">
          <Overview search={search} set={set} />
        </Tabs.Panel>
        <Tabs.Panel value="topics">
          <Topics search={search} set={set} />
        </Tabs.Panel>
        <Tabs.Panel value="posts">
          <Posts search={search} set={set} />
        </Tabs.Panel>
        <Tabs.Panel value="outlook">
          <Outlook />
        </Tabs.Panel>
        <Tabs.Panel value="imports">
          <Imports search={search} set={set} />
        </Tabs.Panel>
        <Tabs.Panel value="matches">
          <Matches search={search} set={set} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
