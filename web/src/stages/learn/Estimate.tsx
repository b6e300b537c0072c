/** A pattern's effect with its interval, in the metric's own terms. */
import type { Pattern } from "../../api/queries";
import { Interval } from "../../parts/Interval";
import { inOwnTerms, nothing, toldEffect } from "./effects";

/** The least and the most of each metric, so that whiskers of one metric share a scale. */
export function scalesOf(rows: Pattern[]): Record<string, { min: number; max: number }> {
  const found: Record<string, { min: number; max: number }> = {};
  for (const one of rows) {
    const ends = [one.effect, one.low ?? one.effect, one.high ?? one.effect].map((each) => inOwnTerms(one, each));
    const held = found[one.metric] ?? { min: nothing(one.metric), max: nothing(one.metric) };
    found[one.metric] = { min: Math.min(held.min, ...ends), max: Math.max(held.max, ...ends) };
  }
  return found;
}

export function Effect({ of, scale }: { of: Pattern; scale?: { min: number; max: number } }) {
  const told = (effect: number) => toldEffect(of.metric, inOwnTerms(of, effect));
  const range = scale ?? scalesOf([of])[of.metric] ?? { min: 0, max: 1 };
  if (of.low == null || of.high == null)
    return (
      <span>
        <b>{told(of.effect)}</b> <span className="quiet">no interval</span>
      </span>
    );
  const ends = `${told(of.low)} to ${told(of.high)}`;
  return (
    <span className="row" style={{ gap: "2px 10px" }}>
      <Interval
        estimate={inOwnTerms(of, of.effect)}
        low={inOwnTerms(of, of.low)}
        high={inOwnTerms(of, of.high)}
        min={range.min}
        max={range.max}
        reference={nothing(of.metric)}
        thin={of.state !== "active"}
        label={`Effect on ${of.metric}: ${told(of.effect)}, ${ends} at ${Math.round(of.level * 100)}%`}
      />
      <span>
        <b>{told(of.effect)}</b> <span className="quiet">{ends}</span>
      </span>
    </span>
  );
}
