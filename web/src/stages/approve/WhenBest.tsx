/** When posts did better on each channel of a text, with n; or that history says too little. */
import type { Schemas } from "../../api/client";
import { channelName, counted, whenZoned } from "../../parts/words";
import { thin } from "../business/figures";
import styles from "./Approval.module.css";

type Told = Schemas["SuggestedTime"];

/** Of these channels those with a time that is to come, soonest first. */
export const offered = (of: Record<string, Told> | undefined, now: number): [string, string][] =>
  Object.entries(of ?? {})
    .flatMap(([name, one]): [string, string][] => (one.at && Date.parse(one.at) > now ? [[name, one.at]] : []))
    .sort((one, other) => Date.parse(one[1]) - Date.parse(other[1]));

/** "the hour from 14:00, 1.3 times the usual (1.1 to 1.5)": what is clearly better; else why there is no time. */
export function reason(one: Told): string {
  if (one.status === "not enough data") return `${thin(one.n, one.needed ?? 30)} posts read at 72 hours or later.`;
  const better = [one.weekday, one.hour].filter((each) => each != null);
  if (better.length === 0) return `No hour and no weekday was clearly better, n = ${one.n}.`;
  const said = better.map(
    (each) =>
      `${each === one.hour ? "the hour from " : ""}${each.name} had ${each.ratio.toFixed(2)} times the usual engagement (${each.low.toFixed(2)} to ${each.high.toFixed(2)}, ${counted(each.n, "post")})`,
  );
  return `${said.join("; ")} (${one.time_zone}, n = ${one.n}).`;
}

export function WhenBest({ of }: { of: Record<string, Told> | undefined }) {
  const all = Object.entries(of ?? {});
  if (all.length === 0) return <p className={styles.text}>Not enough data: nothing was read of earlier times.</p>;
  return (
    <ul className={styles.plain}>
      {all.map(([name, one]) => (
        <li key={name}>
          <span>
            <b>{channelName(name)}</b> {one.at && <span>{`next ${whenZoned(one.at)}. `}</span>}
            <span className="quiet">{reason(one)}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}
