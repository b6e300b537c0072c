import { Menu, useMantineColorScheme } from "@mantine/core";
import { spotlight } from "@mantine/spotlight";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useLive } from "../api/live";
import { company } from "../api/queries";
import { type Me, post, tellDoor } from "../api/session";
import { forgetDrafts } from "../parts/draft";
import { Key } from "../parts/Key";
import { useNow } from "../parts/now";
import { ago } from "../parts/words";
import { useAway } from "./Away";
import { Mark } from "./Mark";
import styles from "./Shell.module.css";

export function Top({ me }: { me: Me }) {
  const name = useQuery(company());
  return (
    <header className={styles.top}>
      <Link to="/" className={`${styles.brand} ${styles.narrow}`} aria-label="Home">
        <Mark />
      </Link>
      <span className={`quiet ${styles.wide}`}>{name.data}</span>
      <span className="space" />
      <Live />
      <button type="button" className={styles.find} onClick={spotlight.open}>
        <span className={styles.wide}>Go to, ask or run</span>
        <span className={styles.narrow}>Go to</span>
        <span className="space" />
        <Key>Ctrl K</Key>
      </button>
      <Person me={me} />
    </header>
  );
}

function Live() {
  const { up, since } = useLive();
  const away = useAway() !== null;
  const now = useNow(up ? null : 1000);
  return (
    <span className={styles.live} data-down={!up || undefined}>
      {up ? "Live" : away ? `Last update ${ago(new Date(since), now)}` : "Connecting"}
    </span>
  );
}

function Person({ me }: { me: Me }) {
  const queries = useQueryClient();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const leave = async () => {
    await post("/api/auth/sign-out");
    tellDoor();
    forgetDrafts();
    queries.clear();
    queries.setQueryData(["me"], null);
  };
  return (
    <Menu position="bottom-end" shadow="md" width={220}>
      <Menu.Target>
        <button
          type="button"
          className={styles.who}
          aria-label={`${me.name}, ${me.role}`}
          data-initials={me.name.slice(0, 2).toUpperCase()}
        />
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {me.name}, {me.role}
        </Menu.Label>
        {(["auto", "light", "dark"] as const).map((scheme) => (
          <Menu.Item
            key={scheme}
            onClick={() => setColorScheme(scheme)}
            aria-current={scheme === colorScheme || undefined}
          >
            {{ auto: "As the system", light: "Light", dark: "Dark" }[scheme]}
            {scheme === colorScheme ? " ✓" : ""}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={() => void leave()}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
