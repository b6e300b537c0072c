/** The score and its dimensions, each with its evidence. */
import { Tooltip } from "@mantine/core";
import type { Schemas } from "../../api/client";
import { Panel } from "../../parts/Panel";
import { score, spoken } from "../../parts/words";
import styles from "./Scores.module.css";

type Dimensions = Record<string, Schemas["DimensionOut"]>;
type Props = {
  overall: number | null | undefined;
  passed: boolean | null | undefined;
  threshold: number;
  dimensions: Dimensions;
  note?: string;
};

export function Scores({ overall, passed, threshold, dimensions, note }: Props) {
  return (
    <Panel label="Scores" pad>
      <div className={styles.head}>
        <span className="big">{score(overall, 3)}</span>
        {overall != null && (
          <b className={passed ? styles.passes : styles.fails}>
            {passed ? `passes ${score(threshold)}` : `below ${score(threshold)}`}
          </b>
        )}
        <span className="space" />
        <span className="quiet">{note}</span>
      </div>
      <ul className={styles.list}>
        {Object.entries(dimensions).map(([name, each]) => (
          <li key={name} className={each.score < threshold ? styles.low : undefined}>
            <span>{name === "engagement_potential" ? "Engagement" : spoken(name)}</span>
            <span className={styles.meter} aria-hidden="true">
              <i style={{ width: `${each.score * 100}%` }} />
            </span>
            <b>{score(each.score)}</b>
            <Tooltip
              label={(each.evidence ?? []).join(" ")}
              multiline
              w={320}
              disabled={!each.evidence?.length}
              withArrow
              events={{ hover: true, focus: true, touch: true }}
            >
              {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the whole evidence opens by focus too */}
              <span className={styles.why} tabIndex={0}>
                {each.issues?.length ? String(each.issues[0]?.message ?? "") : (each.evidence?.[0] ?? "")}
              </span>
            </Tooltip>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
