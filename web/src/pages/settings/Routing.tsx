/** Which model is asked first and why, how well each did, and what choosing saved. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Schemas } from "../../api/client";
import { modelRouting, modelSavings } from "../../api/queries";
import { Interval } from "../../parts/Interval";
import { Panel } from "../../parts/Panel";
import { Place } from "../../parts/Place";
import { Shown } from "../../parts/Rest";
import { counted, money, percent, score, whole } from "../../parts/words";
import styles from "../Settings.module.css";

const said = (word: string) => word.charAt(0) + word.slice(1).toLowerCase();
const JOBS: Record<string, string> = { understand: "Understand a request", chat: "Answer in chat" };
const job = (type: string) => JOBS[type] ?? `Write: ${type.replace("write:", "")}`;

export function Routing() {
  const routing = useQuery(modelRouting());
  return (
    <Shown query={routing}>
      {(found) => (
        <>
          <Place id="routing" />
          <Panel
            title="Which is asked first"
            note={
              found.mode === "auto"
                ? "By complexity, then by what was measured"
                : "In the order in which they are named"
            }
          >
            <Begins of={found} />
          </Panel>
          <Panel title="How well each did" note="Mean outcome of its runs, 0 to 1, with a 90 % interval">
            {found.measured.length === 0 ? (
              <p className="quiet" style={{ padding: "0 16px 12px" }}>
                {`Nothing is measured yet. Outcomes come with scores and decisions; from ${whole(found.enough)} of one kind on they move the choice.`}
              </p>
            ) : (
              <Measured of={found.measured} enough={found.enough} />
            )}
          </Panel>
          <Savings />
          <p className="quiet" style={{ margin: 0 }}>
            What models may cost in a day, in a month and in one task is set under{" "}
            <Link to="/settings" hash="budgets">
              Rules
            </Link>
            .
          </p>
        </>
      )}
    </Shown>
  );
}

function Begins({ of }: { of: Schemas["RoutingOut"] }) {
  return (
    <table className={`ledger stacked ${styles.named}`}>
      <thead>
        <tr>
          <th>Model</th>
          <th>Tier</th>
          <th>A job begins here when it is</th>
          <th className="right">In, $ per million</th>
          <th className="right">Out</th>
        </tr>
      </thead>
      <tbody>
        {of.models.map((one) => (
          <tr key={one.model}>
            <td>
              {one.model === "offline" ? "Built-in" : one.model}
              {one.why_not && <div className="quiet">{one.why_not}</div>}
            </td>
            <td data-name="Tier">{said(one.tier)}</td>
            <td data-name="Begins with">{one.begins.map(said).join(", ") || "–"}</td>
            <td className="right" data-name="In, $ per million">
              {one.input_usd === null ? "unknown" : one.input_usd.toFixed(2)}
            </td>
            <td className="right" data-name="Out, $ per million">
              {one.output_usd === null ? "unknown" : one.output_usd.toFixed(2)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Measured({ of, enough }: { of: Schemas["MeasuredOut"][]; enough: number }) {
  return (
    <table className={`ledger stacked ${styles.named}`}>
      <thead>
        <tr>
          <th>Job</th>
          <th>Complexity</th>
          <th>Model</th>
          <th>Outcome</th>
          <th className="right">Approved</th>
          <th className="right">Cost</th>
          <th className="right">Runs</th>
        </tr>
      </thead>
      <tbody>
        {of.map((one) => (
          <tr key={`${one.task_type} ${one.complexity} ${one.model}`}>
            <td>{job(one.task_type)}</td>
            <td data-name="Complexity">{said(one.complexity)}</td>
            <td data-name="Model">{one.model === "offline" ? "Built-in" : one.model}</td>
            <td data-name="Outcome">
              <span className="row">
                <Interval
                  estimate={one.mean}
                  low={one.low}
                  high={one.high}
                  min={0}
                  max={1}
                  thin={one.n < enough}
                  label={`${score(one.mean)} (${score(one.low)} to ${score(one.high)})`}
                />
                {score(one.mean)}
              </span>
            </td>
            <td className="right" data-name="Approved">
              {one.decided ? `${whole(one.approved)} of ${whole(one.decided)}` : "–"}
            </td>
            <td className="right" data-name="Cost">
              {money(one.cost_usd)}
            </td>
            <td className="right" data-name="Runs">
              {whole(one.n)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Savings() {
  const query = useQuery(modelSavings());
  return (
    <Shown query={query}>
      {(found) => (
        <Panel
          title="What choosing saved"
          note={`${counted(found.calls, "call")} in 30 days, ${money(found.cost_usd)} paid`}
        >
          <div className="stack" style={{ padding: "0 16px 12px", gap: 6 }}>
            {found.saved_usd !== null && found.always_strongest_usd !== null && found.always_strongest_usd > 0 && (
              <p>
                {`Paid ${money(found.cost_usd)}; always ${found.strongest} would have been ${money(found.always_strongest_usd)}: ${money(Math.abs(found.saved_usd))} ${found.saved_usd >= 0 ? "saved" : "lost"}`}
                {found.saved_share !== null && ` (${percent(found.saved_share)})`}.
              </p>
            )}
            {found.quality_difference !== null && found.low !== null && found.high !== null && (
              <p>{`Quality against the strongest: ${score(found.quality_difference, 3)} (${score(found.low, 3)} to ${score(found.high, 3)}, 90 %).`}</p>
            )}
            <p className="quiet">{found.verdict}</p>
            {found.shadow_usd + found.benchmarks_usd > 0 && (
              <p className="quiet">
                {`Left apart: ${money(found.shadow_usd)} of candidates in shadow, ${money(found.benchmarks_usd)} of benchmarks. They compare models, and nothing that they say is used.`}
              </p>
            )}
          </div>
        </Panel>
      )}
    </Shown>
  );
}
