/** The strip of a page's tabs. On a phone it is wider than the page, so it moves to the open tab. */
import { Tabs } from "@mantine/core";
import { type ReactNode, useEffect, useRef } from "react";

export function TabStrip({ at, children }: { at: string | undefined; children: ReactNode }) {
  const strip = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another open tab is what it moves for
  useEffect(() => {
    strip.current
      ?.querySelector('[role="tab"][aria-selected="true"]')
      ?.scrollIntoView({ inline: "center", block: "nearest" });
  }, [at]);
  return (
    <Tabs.List ref={strip} mb="lg">
      {children}
    </Tabs.List>
  );
}
