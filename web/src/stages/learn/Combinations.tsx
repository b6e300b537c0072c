/** Which agents worked together on what, and whether one combination is clearly better. */
import { useQuery } from "@tanstack/react-query";
import type { Schemas } from "../../api/client";
import { combinations } from "../../api/queries";
import { Panel } from "../../parts/Panel";
import { Empty, Shown } from "../../parts/Rest";
import { counted, duration, money, percent, score, spoken, whole } from "../../parts/words";
import { Download } from "../business/Charted";
import { Claim, scale } from "../business/Platforms";
import styles from "./Learning.module.css";
import { LeftOut } from "./LeftOut";

type Domain = Schemas["Domain"];
const FEWEST = 5;

export function Combinations() {
  return (
    <Shown query={useQuery(combinations())} rows={8}>
      {({ domains, notes }) =>
        domains.length === 0 ? (
          <Panel title="Agents that work together">
            <Empty title="Not enough data, 0 finished runs of your own.">
              Ask for something under Tasks. A combination of agents is compared from 10 judged runs on.
            </Empty>
          </Panel>
        ) : (
          <div className="stack">
            {domains.map((one) => (
              <OfDomain key={one.domain} of={one} />
            ))}
            <LeftOut notes={notes} />
          </div>
        )
      }
    </Shown>
  );
}

const named = (agents: string[]) => agents.map(spoken).join(" + ");
const same = (one: string[], other: string[] | null | undefined) => other != null && one.join() === other.join();

function OfDomain({ of }: { of: Domain }) {
  const rate = { min: 0, max: 1 };
  const quality = { ...scale(of.combinations.map((one) => one.quality)), min: 0.5, max: 1 };
  return (
    <Panel
      title={of.domain === "none" ? "Work of no one domain" : spoken(of.domain)}
      note={counted(of.runs, "run")}
      aside={
        <Download
          name={`agents-${of.domain}`}
          label={spoken(of.domain)}
          head={[
            "Agents",
            "Runs",
            "Quality",
            "From",
            "To",
            "n",
            "Success of own runs",
            "Approval",
            "Cost",
            "Seconds",
            "Refinements",
          ]}
          rows={of.combinations.map((one) => [
            one.agents.join(" + "),
            one.runs,
            one.quality?.value,
            one.quality?.low,
            one.quality?.high,
            one.quality?.n,
            one.success?.value,
            one.approval?.value,
            one.avg_cost,
            one.avg_seconds,
            one.avg_refinements,
          ])}
        />
      }
    >
      <p className={styles.say}>{of.sentence}</p>
      {of.status === "not enough data" && (
        <p className="quiet" style={{ padding: "0 16px 10px" }}>
          {`A combination is compared from ${whole(of.needed)} judged runs on, and two are needed. Let the product run; nothing has to be set.`}
        </p>
      )}
      <div className={styles.scroll}>
        <table className={`ledger stacked ${styles.named}`}>
          <thead>
            <tr>
              <th>Agents</th>
              <th>Quality</th>
              <th>Own runs that ended well</th>
              <th>Approved</th>
              <th className="right">Refinements</th>
              <th className="right">Cost</th>
              <th className="right">Time</th>
              <th className="right">Runs</th>
            </tr>
          </thead>
          <tbody>
            {of.combinations.map((one) => (
              <tr key={one.agents.join()}>
                <td>
                  {named(one.agents)}
                  {same(one.agents, of.best) && <b className="quiet"> clearly best</b>}
                </td>
                {(["quality", "success", "approval"] as const).map((name) => (
                  <td key={name} data-name={NAMES[name]}>
                    <Claim
                      name={`${NAMES[name]} of ${named(one.agents)}`}
                      of={one[name]}
                      estimate={null}
                      n={one[name]?.n ?? Math.min(name === "success" ? one.own : one.runs, FEWEST - 1)}
                      on={name === "quality" ? quality : rate}
                      as={(value) => (name === "quality" ? score(value, 3) : percent(value))}
                    />
                  </td>
                ))}
                <td className="right" data-name="Refinements">
                  {score(one.avg_refinements, 1)}
                </td>
                <td className="right" data-name="Cost">
                  {money(one.avg_cost)}
                </td>
                <td className="right" data-name="Time">
                  {duration(one.avg_seconds)}
                </td>
                <td className="right" data-name="Runs">
                  {whole(one.runs)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
const NAMES = { quality: "Quality", success: "Own runs that ended well", approval: "Approved" };
