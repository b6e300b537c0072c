/** The phone's bar: the places most used, the rest behind More. */
import { Menu } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useBadges } from "./badges";
import { PLACES, placeOf } from "./places";
import styles from "./Shell.module.css";

const FIRST = ["/", "/orchestrator", "/orchestrator/approvals", "/chat"];

export function TabBar({ path }: { path: string }) {
  const badges = useBadges();
  const here = placeOf(path)?.to;
  const rest = PLACES.filter((place) => !FIRST.includes(place.to));
  return (
    <nav className={styles.tabs} aria-label="Places">
      {PLACES.filter((place) => FIRST.includes(place.to)).map((place) => (
        <Link key={place.to} to={place.to} data-here={here === place.to || undefined}>
          {place.name}
          {badges[place.to]?.you && <b>{badges[place.to]?.count}</b>}
        </Link>
      ))}
      <Menu position="top-end" shadow="md">
        <Menu.Target>
          <button type="button" data-here={rest.some((place) => place.to === here) || undefined}>
            More
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          {rest.map((place) => (
            <Menu.Item key={place.to} component={Link} to={place.to}>
              {place.name}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </nav>
  );
}
