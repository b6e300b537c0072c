/** The head of the training pages: its tabs are addresses of their own. */
import { Tabs } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useEffect } from "react";
import { PageHead } from "../../parts/PageHead";
import { TabStrip } from "../../parts/TabStrip";

const PLACES = {
  data: "/training",
  datasets: "/training/datasets",
  tuning: "/training/fine-tuning",
  models: "/training/models",
} as const;
type Tab = keyof typeof PLACES;

export function Head({
  tab,
  title,
  acts,
  children,
}: {
  tab: Tab;
  title: string;
  acts?: ReactNode;
  children: ReactNode;
}) {
  const navigate = useNavigate();
  useEffect(() => {
    document.title = `${title} · Training · Cofounder`;
  }, [title]);
  return (
    <>
      <PageHead title="Training">{acts}</PageHead>
      <Tabs value={tab} onChange={(next) => void navigate({ to: PLACES[next as Tab] })} keepMounted={false}>
        <TabStrip at={tab}>
          <Tabs.Tab value="data">Data</Tabs.Tab>
          <Tabs.Tab value="datasets">Datasets</Tabs.Tab>
          <Tabs.Tab value="tuning">Fine-tuning</Tabs.Tab>
          <Tabs.Tab value="models">Models</Tabs.Tab>
        </TabStrip>
        {(Object.keys(PLACES) as Tab[]).map((one) => (
          <Tabs.Panel key={one} value={one}>
            {one === tab ? children : null}
          </Tabs.Panel>
        ))}
      </Tabs>
    </>
  );
}
