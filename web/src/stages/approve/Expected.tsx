/** What history lets expect of the text: the middle with its interval, and what that rests on. */
import type { Schemas } from "../../api/client";
import { Interval } from "../../parts/Interval";
import { percent, score, spoken, whole } from "../../parts/words";
import styles from "./Approval.module.css";

type Told = Schemas["ExpectedOut"];

const FEW = 5;

function said(told: Told, value: number | null | undefined): string {
  if (told.outcome === "engagement_rate") return percent(value, 1);
  return told.outcome === "return_on_cost" ? score(value) : whole(value == null ? value : Math.round(value));
}

/** "2.9% expected, 80% interval 1.8% to 4.4%, n = 46"; "no estimate yet" where history says too little. */
export function foretold(told: Told): string {
  if (told.value == null) return "no estimate yet";
  const range =
    told.low == null || told.high == null
      ? ""
      : `, ${percent(told.level ?? 0.8)} interval ${said(told, told.low)} to ${said(told, told.high)}`;
  const is = told.beats_channel_mean === false ? "is typical" : "expected";
  return `${said(told, told.value)} ${is}${range}, n = ${whole(told.n)}`;
}

export function Expected({ told }: { told: Told }) {
  if (told.value == null) return <p className={styles.text}>{told.reason}</p>;
  return (
    <div className={styles.expected}>
      {told.low != null && told.high != null && (
        <Interval
          estimate={told.value}
          low={told.low}
          high={told.high}
          min={0}
          max={told.high * 1.15}
          thin={(told.n ?? 0) < FEW}
          label={`${spoken(told.outcome ?? "engagement")}: ${foretold(told)}`}
        />
      )}
      <p className={styles.text}>{foretold(told)}</p>
      <p className="quiet">
        {[
          told.coverage != null && `Such intervals held for ${percent(told.coverage)} of later posts.`,
          told.beats_channel_mean === false &&
            "This is the channel's typical post, the geometric mean and no average: no text was told apart from it so far.",
        ]
          .filter(Boolean)
          .join(" ")}
      </p>
    </div>
  );
}
