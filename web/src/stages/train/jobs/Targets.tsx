/** Where a model can be tuned today: open, closing or closed and why, where the lines go, what it would cost. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Schemas } from "../../../api/client";
import { type TuningTarget, tuningTargets } from "../../../api/queries";
import { Shown } from "../../../parts/Rest";
import { Glyph } from "../../../parts/Status";
import { day, duration, money } from "../../../parts/words";
import styles from "./Jobs.module.css";
import { standOf, targetName, usable } from "./told";

export type Told = Schemas["EstimateOut"];
type Props = {
  value: string;
  set: (target: string) => void;
  told: (target: string) => Told | undefined;
  asked: boolean;
};

export function Targets({ value, set, told, asked }: Props) {
  return (
    <Shown query={useQuery(tuningTargets())} rows={5}>
      {(found) => (
        <fieldset className={styles.targets}>
          <legend className="unseen">Where to tune</legend>
          {found.map((target) => (
            <Card
              key={target.target}
              of={target}
              on={value === target.target}
              set={set}
              told={told(target.target)}
              asked={asked}
            />
          ))}
        </fieldset>
      )}
    </Shown>
  );
}

type CardProps = {
  of: TuningTarget;
  on: boolean;
  set: (target: string) => void;
  told: Told | undefined;
  asked: boolean;
};

function Card({ of, on, set, told, asked }: CardProps) {
  const { look, word } = standOf(of);
  const shut = !usable(of);
  return (
    <label className={styles.target} data-on={on || undefined} data-shut={shut || undefined}>
      <span className={styles.targetHead}>
        <input
          type="radio"
          name="target"
          value={of.target}
          checked={on}
          disabled={shut}
          onChange={() => set(of.target)}
          aria-label={`${targetName(of.target)}, ${word.toLowerCase()}`}
        />
        {targetName(of.target)}
        <span className="space" />
        <span className={styles.stand} data-look={look}>
          <Glyph look={look} />
          {of.standing === "closing" && of.until ? `Closing on ${day(of.until)}` : word}
        </span>
      </span>
      <p>{of.reason}</p>
      <p className="quiet">{of.privacy}</p>
      {!shut && (told || asked) && (
        <p className={styles.cost}>
          {told ? (
            <>
              <b>{told.training_usd == null ? "Price not told beforehand" : `${money(told.training_usd)} to train`}</b>
              <span>{`${money(told.serving_usd_month)} a month to keep`}</span>
              {told.seconds != null && <span>{`~${duration(told.seconds)}`}</span>}
            </>
          ) : (
            <span className="quiet">Cost and time: estimate to see them.</span>
          )}
        </p>
      )}
      {of.standing === "not_set_up" && of.target !== "local" && (
        <Link to="/settings" search={{ tab: "connections" } as never}>
          Set it up
        </Link>
      )}
      {!of.checked && !shut && <p className="quiet">As known with this release; the provider was not asked.</p>}
    </label>
  );
}
