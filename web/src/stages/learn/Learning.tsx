/** What was learned: patterns that stood their tests, what goes together, and how well the work goes. */
import { Tabs } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { PageHead } from "../../parts/PageHead";
import { TabStrip } from "../../parts/TabStrip";
import { openTab } from "../../parts/tabs";
import { Combinations } from "./Combinations";
import { Correlations } from "./Correlations";
import { OverTime } from "./OverTime";
import { Patterns } from "./Patterns";
import { Performance } from "./Performance";
import { Quality } from "./Quality";
import { Searched, SearchNow } from "./Searching";
import { Training } from "./Training";
import { WhenToPublish } from "./WhenToPublish";

export type Search = Record<string, string | undefined>;
export type Go = (next: Search) => void;

const TABS = [
  ["patterns", "Patterns"],
  ["together", "Correlations"],
  ["time", "Over time"],
  ["agents", "Agents"],
  ["when", "Best times"],
  ["quality", "Quality"],
  ["training", "Training"],
  ["performance", "Performance"],
] as const;
const NAMES = ["patterns", ...TABS.map(([value]) => value)] as const;

export function Learning() {
  const search: Search = useSearch({ from: "/learning" });
  const navigate = useNavigate({ from: "/learning" });
  const set: Go = (next) => void navigate({ search: (before: Search) => ({ ...before, ...next }), replace: true });
  const tab = openTab(search.tab, NAMES);
  return (
    <>
      <PageHead title="Learning">{tab === "patterns" && <SearchNow />}</PageHead>
      <Tabs
        value={tab}
        onChange={(next) => void navigate({ search: { tab: next === "patterns" ? undefined : (next ?? undefined) } })}
        keepMounted={false}
      >
        <TabStrip at={tab}>
          {TABS.map(([value, name]) => (
            <Tabs.Tab key={value} value={value}>
              {name}
            </Tabs.Tab>
          ))}
        </TabStrip>
        <Tabs.Panel value="patterns">
          <Searched />
          <Patterns search={search} set={set} />
        </Tabs.Panel>
        <Tabs.Panel value="together">
          <Correlations />
        </Tabs.Panel>
        <Tabs.Panel value="time">
          <OverTime />
        </Tabs.Panel>
        <Tabs.Panel value="agents">
          <Combinations />
        </Tabs.Panel>
        <Tabs.Panel value="when">
          <WhenToPublish search={search} set={set} />
        </Tabs.Panel>
        <Tabs.Panel value="quality">
          <Quality search={search} set={set} />
        </Tabs.Panel>
        <Tabs.Panel value="training">
          <Training />
        </Tabs.Panel>
        <Tabs.Panel value="performance">
          <Performance search={search} set={set} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
