/** What may change while the product runs, and who and what may use it. The tab stands in the address. */
import { Tabs } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type ReactNode, useContext, useEffect } from "react";
import { MeContext } from "../api/me";
import { may, type Role } from "../api/session";
import { PageHead } from "../parts/PageHead";
import { TabStrip } from "../parts/TabStrip";
import { Audit } from "./settings/Audit";
import { Connections } from "./settings/Connections";
import { Keys } from "./settings/Keys";
import { People } from "./settings/People";
import { Rules } from "./settings/Rules";
import { Tools } from "./settings/Tools";
import { tabOf } from "./settings/tabs";
import { You } from "./settings/You";

type Tab = { value: string; name: string; role: Role; show: () => ReactNode };

const TABS: Tab[] = [
  { value: "rules", name: "Rules", role: "viewer", show: () => <Rules /> },
  { value: "connections", name: "Channels and models", role: "viewer", show: () => <Connections /> },
  { value: "tools", name: "Tools and MCP servers", role: "viewer", show: () => <Tools /> },
  { value: "people", name: "People", role: "admin", show: () => <People /> },
  { value: "keys", name: "API keys", role: "admin", show: () => <Keys /> },
  { value: "audit", name: "Audit log", role: "admin", show: () => <Audit /> },
  { value: "you", name: "You", role: "viewer", show: () => <You /> },
];

export function Settings() {
  const search = useSearch({ from: "/settings" });
  const navigate = useNavigate({ from: "/settings" });
  const me = useContext(MeContext);
  const tabs = TABS.filter((tab) => may(me, tab.role));
  const asked = tabOf(search.tab);
  const at = tabs.some((tab) => tab.value === asked) ? asked : "rules";
  const named = tabs.find((tab) => tab.value === at)?.name;
  useEffect(() => {
    document.title = `${named} · Settings · Cofounder`;
  }, [named]);
  return (
    <>
      <PageHead title="Settings" />
      <Tabs
        value={at}
        keepMounted={false}
        onChange={(tab) => void navigate({ search: tab === "rules" || tab === null ? {} : { tab }, replace: true })}
      >
        <TabStrip at={at}>
          {tabs.map((tab) => (
            <Tabs.Tab key={tab.value} value={tab.value}>
              {tab.name}
            </Tabs.Tab>
          ))}
        </TabStrip>
        {tabs.map((tab) => (
          <Tabs.Panel key={tab.value} value={tab.value}>
            {tab.show()}
          </Tabs.Panel>
        ))}
      </Tabs>
    </>
  );
}
