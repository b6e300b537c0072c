/** Whether models that judge texts agree with people, and whether that changed. */
import { useQuery } from "@tanstack/react-query";
import type { Schemas } from "../../api/client";
import { judges } from "../../api/queries";
import { Interval } from "../../parts/Interval";
import { Panel } from "../../parts/Panel";
import { Empty, Shown } from "../../parts/Rest";
import { counted, score, whole } from "../../parts/words";
import styles from "./Learning.module.css";

type Judge = Schemas["JudgeOut"];
type Share = Schemas["Interval"] | null;

export function Judges() {
  return (
    <Shown query={useQuery(judges())} rows={3}>
      {(found) =>
        found.judges.length === 0 ? (
          <Panel title="Do judges agree with people?">
            <Empty title={found.sentence}>
              {found.mode === "off"
                ? "An admin turns it on under Settings, Rules."
                : "Name a model under Settings; each text is then judged by it beside the rules, and what people decide is held against it here."}
            </Empty>
          </Panel>
        ) : (
          found.judges.map((one) => (
            <OneJudge key={one.model} of={one} needed={found.needed} days={found.recent_days} />
          ))
        )
      }
    </Shown>
  );
}

function OneJudge({ of, needed, days }: { of: Judge; needed: number; days: number }) {
  return (
    <Panel
      title={`Does ${of.model} agree with people?`}
      note={`${counted(of.n, "decision")} in a year; the dashed line is a half, of ranks it is chance`}
    >
      <p className={styles.say}>{of.sentence}</p>
      <table className={`ledger stacked ${styles.named}`}>
        <thead>
          <tr>
            <th>Month</th>
            <th>Agreed</th>
            <th>The rules</th>
            <th>Ranks</th>
            <th>Ranks of the rules</th>
            <th className="right">Decisions</th>
          </tr>
        </thead>
        <tbody>
          {[...of.months].reverse().map((one) => (
            <tr key={one.month}>
              <td className={styles.since}>{one.month.slice(0, 7)}</td>
              <Told name="Agreed" of={one.agreement} />
              <Told name="The rules" of={one.rules_agreement} />
              <Told name="Ranks" of={one.ranks} />
              <Told name="Ranks of the rules" of={one.rules_ranks} />
              <td className="right" data-name="Decisions">
                {whole(one.n)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {of.change == null && (
        <p className="quiet" style={{ padding: "0 16px 12px", margin: 0 }}>
          {`A change is looked for once the last ${days} days and the time before have ${needed} decisions each.`}
        </p>
      )}
    </Panel>
  );
}

function Told({ name, of }: { name: string; of: Share }) {
  if (of == null)
    return (
      <td data-name={name}>
        <span className="quiet">Not enough data</span>
      </td>
    );
  return (
    <td data-name={name}>
      <span className="row">
        <Interval
          estimate={of.value}
          low={of.low}
          high={of.high}
          min={0}
          max={1}
          reference={0.5}
          label={`${name}: ${score(of.value)}, ${score(of.low)} to ${score(of.high)}`}
        />
        <b>{score(of.value)}</b>
        <span className="quiet">{`${score(of.low)} to ${score(of.high)}`}</span>
      </span>
    </td>
  );
}
