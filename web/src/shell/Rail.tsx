import { Link } from "@tanstack/react-router";
import { Key } from "../parts/Key";
import { useBadges } from "./badges";
import { openHelp } from "./HelpKeys";
import { Mark } from "./Mark";
import { PLACES, placeOf } from "./places";
import styles from "./Shell.module.css";

export function Rail({ path }: { path: string }) {
  const badges = useBadges();
  const here = placeOf(path)?.to;
  return (
    <nav className={styles.rail} aria-label="Journey">
      <Link to="/" className={styles.brand}>
        <Mark /> Cofounder
      </Link>
      <div className={styles.stations}>
        {PLACES.filter((place) => !place.foot).map((place) => (
          <Link
            key={place.to}
            to={place.to}
            className={styles.station}
            data-here={here === place.to || undefined}
            aria-current={here === place.to ? "page" : undefined}
          >
            {place.name}
            {badges[place.to] && (
              <b className={`${styles.count} ${badges[place.to]?.you ? styles.you : ""}`}>{badges[place.to]?.count}</b>
            )}
          </Link>
        ))}
      </div>
      <div className={styles.foot}>
        {PLACES.filter((place) => place.foot).map((place) => (
          <Link key={place.to} to={place.to} data-here={here === place.to || undefined}>
            {place.name}
          </Link>
        ))}
        <button type="button" onClick={openHelp}>
          Keys <Key>?</Key>
        </button>
      </div>
    </nav>
  );
}
