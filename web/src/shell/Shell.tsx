/** Rail, head, content; on a phone the rail gives way to a bar at the bottom. */
import { useQueryClient } from "@tanstack/react-query";
import { Outlet, useRouterState } from "@tanstack/react-router";
import { useEffect } from "react";
import { listen } from "../api/live";
import { MeContext } from "../api/me";
import type { Me } from "../api/session";
import { Away } from "./Away";
import { HelpKeys } from "./HelpKeys";
import { Palette } from "./Palette";
import { Progress } from "./Progress";
import { placeOf } from "./places";
import { Rail } from "./Rail";
import styles from "./Shell.module.css";
import { TabBar } from "./TabBar";
import { Top } from "./Top";

export function Shell({ me }: { me: Me }) {
  const queries = useQueryClient();
  const path = useRouterState({ select: (state) => state.location.pathname });
  useEffect(() => listen(queries), [queries]);
  useEffect(() => {
    const place = placeOf(path);
    if (place?.to === "/settings") return; // names its tab itself
    if (place && place.to === path) document.title = path === "/" ? "Cofounder" : `${place.name} · Cofounder`;
  }, [path]);
  return (
    <MeContext value={me}>
      <a className={styles.skip} href="#content">
        Skip to the content
      </a>
      <div className={styles.app}>
        <Rail path={path} />
        <div className={styles.page}>
          <Top me={me} />
          <Progress />
          <Away />
          <main id="content" className={styles.main} tabIndex={-1}>
            <Outlet />
          </main>
        </div>
      </div>
      <TabBar path={path} />
      <Palette />
      <HelpKeys />
    </MeContext>
  );
}
