/** One pattern: its figures, what every search said of it, and an approver's word. */
import { Drawer } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { Schemas } from "../../api/client";
import { useMay } from "../../api/me";
import { pattern } from "../../api/queries";
import { Facts } from "../../parts/Facts";
import { Shown } from "../../parts/Rest";
import { byWhom, capital, chance, channelName, day, percent, score, when, whole } from "../../parts/words";
import { Rows } from "../business/Charted";
import { Line } from "../business/Line";
import { Effect } from "./Estimate";
import { inOwnTerms, METRICS, nothing, plainly, toldEffect } from "./effects";
import styles from "./Learning.module.css";
import { Acts, Note } from "./Saying";

type Detail = Schemas["PatternDetail"];

export function OnePattern({ id, close }: { id?: string; close: () => void }) {
  const query = useQuery({ ...pattern(id ?? ""), enabled: id !== undefined });
  return (
    <Drawer opened={id !== undefined} onClose={close} position="right" size="lg" title="Pattern">
      {id && (
        <Shown query={query} rows={8}>
          {(found) => <Body key={found.id} of={found} />}
        </Shown>
      )}
    </Drawer>
  );
}

const STATES: Record<Detail["state"], string> = {
  active: "Stands",
  watching: "Watching, never used",
  retired: "Retired",
  rejected: "Rejected",
};

function Body({ of }: { of: Detail }) {
  const approver = useMay("approver");
  return (
    <div className="stack">
      <p className={styles.claim} style={{ margin: 0 }}>
        {of.sentence}
      </p>
      <Effect of={of} />
      {approver && <Acts of={of} small={false} />}
      <Facts
        rows={[
          ["State", of.why ? `${STATES[of.state]}. ${of.why}` : STATES[of.state]],
          ["Refuted", of.refuted_by],
          ["Metric", METRICS[of.metric]],
          ["Compared on", of.channels.map(channelName).join(", ")],
          ["n", `${whole(of.n)}, of which ${whole(of.support)} meet the conditions`],
          ["Group", capital(plainly(of))],
          ["Mean", `${score(of.mean_with)} with, ${score(of.mean_without)} without`],
          ["Above median", `${percent(of.confidence)} of them; ${score(of.lift)} times the share of all`],
          ["p and q", `${chance(of.p)} and ${chance(of.q)}, over ${whole(of.tested)} tested candidates`],
          ["First seen", when(of.first_seen)],
          of.stood_since ? ["Stands since", when(of.stood_since)] : null,
          ["Confirmed", of.last_confirmed ? `${whole(of.confirmations)}×, last ${day(of.last_confirmed)}` : "not yet"],
          of.retired_at ? ["Retired", when(of.retired_at)] : null,
          of.rejected_at ? ["Rejected", `${when(of.rejected_at)} by ${byWhom(of.rejected_by ?? "")}`] : null,
        ]}
      />
      {approver ? (
        <Note of={of} />
      ) : (
        of.note && (
          <p className={styles.note}>
            {of.note} <span className="quiet">{byWhom(of.noted_by ?? "")}</span>
          </p>
        )
      )}
      <Estimates of={of} />
    </div>
  );
}

function Estimates({ of }: { of: Detail }) {
  const own = (value: number | null | undefined) => (value == null ? null : inOwnTerms(of, value));
  const dots = of.estimates
    .filter((one) => one.kind === "all" && one.effect != null)
    .map((one) => ({
      at: Date.parse(one.as_of),
      name: day(one.as_of),
      value: own(one.effect) ?? nothing(of.metric),
      low: own(one.low) ?? undefined,
      high: own(one.high) ?? undefined,
    }));
  const told = (value: number) => toldEffect(of.metric, value);
  return (
    <section aria-label="Over time">
      <h3 className="sub">What each search said</h3>
      {dots.length > 1 && <Line dots={dots} as={told} axis={told} label="Effect over time" />}
      <Rows
        label="What each search said"
        head={["As of", "On", "State", "n", "Effect", "From", "To", "q", "Note"]}
        rows={[...of.estimates]
          .reverse()
          .map((one) => [
            one.as_of,
            one.kind,
            one.state,
            one.support,
            own(one.effect),
            own(one.low),
            own(one.high),
            one.q,
            one.note,
          ])}
        shown={(value, column) =>
          value == null
            ? "–"
            : column === 0
              ? day(String(value))
              : column === 1
                ? KINDS[String(value)]
                : typeof value !== "number"
                  ? value
                  : column === 3
                    ? whole(value)
                    : column === 7
                      ? chance(value)
                      : told(value)
        }
      />
    </section>
  );
}
const KINDS: Record<string, string> = { all: "all posts", new: "new ones alone", person: "a person's word" };
