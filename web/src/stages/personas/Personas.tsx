/** The voices that texts are written in: what each brings, who they are, and what is tried with them. */
import { Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { personas, personaWaiting } from "../../api/queries";
import { PageHead } from "../../parts/PageHead";
import { Glyph } from "../../parts/Status";
import { TabStrip } from "../../parts/TabStrip";
import { openTab } from "../../parts/tabs";
import { Experiments } from "./Experiments";
import { Performing, PerformingHead } from "./Performing";
import styles from "./Personas.module.css";
import { Voices, VoicesHead } from "./Voices";
import { WhatIf } from "./WhatIf";

const TABS = [
  ["performing", "Performance"],
  ["voices", "Voices"],
  ["experiments", "Experiments"],
  ["what-if", "What if"],
] as const;

export type Search = Record<string, string | undefined>;
export type Go = (next: Search) => void;

export function Personas() {
  const search: Search = useSearch({ from: "/personas" });
  const navigate = useNavigate({ from: "/personas" });
  const set: Go = (next) => void navigate({ search: (before: Search) => ({ ...before, ...next }), replace: true });
  const tab = openTab(search.tab, ["performing", ...TABS.map(([value]) => value)]);
  const waiting = useQuery(personaWaiting()).data;
  const sample = useQuery(personas()).data?.is_sample;
  return (
    <>
      <PageHead title="Personas">
        {tab === "performing" && <PerformingHead search={search} set={set} />}
        {tab === "voices" && <VoicesHead />}
      </PageHead>
      <Tabs
        value={tab}
        onChange={(next) => void navigate({ search: { tab: next === "performing" ? undefined : (next ?? undefined) } })}
        keepMounted={false}
      >
        <TabStrip at={tab}>
          {TABS.map(([value, name]) => (
            <Tabs.Tab key={value} value={value} rightSection={asks(value, waiting) ? <Glyph look="you" /> : undefined}>
              {name}
              {asks(value, waiting) && <span className="unseen"> waits for a decision</span>}
            </Tabs.Tab>
          ))}
        </TabStrip>
        {sample && (tab === "performing" || tab === "what-if") && (
          <p className={`${styles.say} ${styles.sampled}`}>
            This is the sample company's data, because there is none of your own yet.
          </p>
        )}
        <Tabs.Panel value="performing">
          <Performing search={search} />
        </Tabs.Panel>
        <Tabs.Panel value="voices">
          <Voices />
        </Tabs.Panel>
        <Tabs.Panel value="experiments">
          <Experiments />
        </Tabs.Panel>
        <Tabs.Panel value="what-if">
          <Asking />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

function Asking() {
  const known = useQuery(personas()).data;
  const names = Object.fromEntries((known?.items ?? []).map((one) => [one.id, one.name]));
  return <WhatIf policies={known?.policies ?? []} names={names} />;
}

const asks = (tab: string, waiting?: { proposal: string | null; experiment: string | null }) =>
  (tab === "performing" && !!waiting?.proposal) || (tab === "experiments" && !!waiting?.experiment);
