/** One version: may it take over, how it compares, how it agrees on real tasks, where it comes from. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import type { Schemas } from "../../../api/client";
import { datasetLineage, modelRoles, type TunedModel, tunedModel, tuningJob } from "../../../api/queries";
import { Facts } from "../../../parts/Facts";
import { Interval } from "../../../parts/Interval";
import { Panel } from "../../../parts/Panel";
import { Empty, Loading, Shown } from "../../../parts/Rest";
import { byWhom, counted, percent, spoken, visible, when, whole } from "../../../parts/words";
import { titled } from "../Datasets";
import type { Go } from "../filter";
import { Remains } from "../jobs/Remains";
import { shortName, targetName } from "../jobs/told";
import { Node, Stage } from "../Lineage";
import { Acts } from "./Acts";
import { Changes } from "./Changes";
import { Compared } from "./Compared";
import { Gate } from "./Gate";
import { brief } from "./Models";
import styles from "./Models.module.css";
import { agreedWord, deciding, dollars, mayTakeOver, notAsked } from "./told";

export function Model({ id, set }: { id: string; set: Go }) {
  const query = useQuery(tunedModel(id));
  const roles = useQuery(modelRoles());
  return (
    <Shown query={query} rows={8}>
      {(found) => {
        const of = found.model;
        const role = roles.data?.roles.find((one) => one.role === of.role);
        if (!role) return <Loading rows={8} />;
        const bench = deciding(of, found.benchmarks);
        return (
          <div className="stack">
            <Titled label={of.label} />
            <Acts of={of} role={role} passed={mayTakeOver(of)} set={set} />
            <Gate of={of} role={role} benches={found.benchmarks} bench={bench} />
            <Compared benches={found.benchmarks} first={bench} />
            <Agreement rows={found.comparisons} of={of} shadow={of.shadow ? (role.shadow ?? null) : null} />
            <Comes of={of} changes={found.history} />
            <About of={of} />
            {of.state === "retired" && of.job_id && <Left job={of.job_id} />}
            <Panel title="What changed">
              <Changes rows={found.history} />
            </Panel>
          </div>
        );
      }}
    </Shown>
  );
}

function Left({ job }: { job: string }) {
  const found = useQuery(tuningJob(job)).data;
  return found ? <Remains of={found} /> : null;
}

function Titled({ label }: { label: string }) {
  useEffect(() => {
    document.title = `${label} · Training · Cofounder`;
  }, [label]);
  return null;
}

type Comparison = Schemas["ModelComparisonOut"];

type Shadow = Schemas["ShadowOut"] | null;

function Agreement({ rows, of, shadow }: { rows: Comparison[]; of: TunedModel; shadow: Shadow }) {
  return (
    <Panel title="On real tasks" note="beside what was used; 95% intervals" pad>
      {shadow && <Spent of={shadow} />}
      {rows.length === 0 ? (
        <p style={{ margin: 0 }} className="quiet">
          {of.shadow
            ? shadow && (shadow.not_asked > 0 || shadow.warning)
              ? "It has answered nothing yet."
              : "It runs in shadow. No task has come by yet."
            : "Nothing yet. In shadow it would answer real tasks beside what is used, and change nothing of them."}
        </p>
      ) : (
        <div className="stack">
          {rows.map((one) => (
            <Agreed key={one.kind} of={one} />
          ))}
        </div>
      )}
    </Panel>
  );
}

/** What its limit of today is used for, and what kept it from being asked. */
function Spent({ of }: { of: Schemas["ShadowOut"] }) {
  const why = of.warning ?? (of.not_asked > 0 ? notAsked(of) : null);
  return (
    <p style={{ margin: "0 0 12px" }}>
      {`In shadow: ${dollars(of.spent_usd)} of ${dollars(of.daily_usd)} today.`}
      {why && ` ${why}`}
    </p>
  );
}

function Agreed({ of }: { of: Comparison }) {
  const facts = [
    `${counted(of.answers, "answer")}, ${whole(of.usable)} of use`,
    of.seconds != null && `${brief(of.seconds)} each`,
    `${dollars(of.cost_usd)} in all`,
  ];
  return (
    <div className={styles.agreed}>
      <h3 className="sub">{of.kind === "shadow" ? "In shadow" : "As the active one, beside the built-in parser"}</h3>
      {of.agreed.map((part) => (
        <div key={part.part}>
          <span>{agreedWord(part.part)}</span>
          <Interval
            estimate={part.share}
            low={part.low}
            high={part.high}
            min={0}
            max={1}
            thin={part.n < 5}
            label={`${agreedWord(part.part)}: ${percent(part.share)}, ${percent(part.low)} to ${percent(part.high)}, n = ${part.n}`}
          />
          <span>{`${percent(part.share)}, ${percent(part.low)} to ${percent(part.high)}, n = ${whole(part.n)}`}</span>
        </div>
      ))}
      <p className="quiet">{facts.filter(Boolean).join("; ")}.</p>
    </div>
  );
}

function Comes({ of, changes }: { of: TunedModel; changes: Schemas["PromotionOut"][] }) {
  const dataset = useQuery({ ...datasetLineage(of.dataset_id ?? ""), enabled: of.dataset_id != null }).data?.dataset;
  const taken = changes.filter((one) => one.model_id === of.id && ["promote", "force"].includes(one.kind));
  return (
    <Panel title="Lineage" pad>
      <div className={styles.lineage}>
        <Stage name="Dataset">
          {of.dataset_id ? (
            <Node>
              <Link to="/training/datasets" search={{ id: of.dataset_id } as never}>
                {dataset ? titled(dataset) : "The version"}
              </Link>
              {dataset && <span className="quiet">{`${whole(dataset.example_count)} lines`}</span>}
              <span className="quiet mono">{of.dataset_hash?.slice(0, 12)}</span>
            </Node>
          ) : (
            <span className="quiet">Not known.</span>
          )}
        </Stage>
        <Stage name="Job">
          {of.job_id ? (
            <Node>
              <Link to="/training/fine-tuning" search={{ id: of.job_id } as never}>
                {`${targetName(of.target)}, ${shortName(of.base_model)}`}
              </Link>
            </Node>
          ) : (
            <span className="quiet">It was registered by hand.</span>
          )}
        </Stage>
        <Stage name="Model">
          <Node on>
            {of.label}
            <span className="quiet">{`${spoken(of.state)}, ${when(of.created_at)}`}</span>
          </Node>
        </Stage>
        <Stage name="In use">
          {taken.length === 0 ? (
            <span className="quiet">It was not used yet.</span>
          ) : (
            taken.map((one) => (
              <Node key={one.id} on={of.aliases.includes("active") && one === taken[0]}>
                {`As the ${one.role}, ${one.kind === "force" ? "without the gate" : "through the gate"}`}
                <span className="quiet">{when(one.at)}</span>
              </Node>
            ))
          )}
        </Stage>
      </div>
    </Panel>
  );
}

function About({ of }: { of: TunedModel }) {
  const { provider, name, base_url } = of.address as Record<string, string | null | undefined>;
  if (!provider) return <Empty title="It answers nowhere." />;
  return (
    <Panel title="What it is" pad>
      <Facts
        rows={[
          ["Role", spoken(of.role)],
          ["Tuned", targetName(of.target)],
          [
            "Base model",
            <span key="base" className={`mono ${styles.wide}`}>
              {visible(of.base_model)}
            </span>,
          ],
          [
            of.state === "retired" ? "Answered at" : "Answers at",
            <span key="at" className={`mono ${styles.wide}`}>
              {[provider, name, base_url].filter(Boolean).join(" ")}
            </span>,
          ],
          ["Code", `Cofounder ${of.code_version}`],
          ["Registered", `${when(of.created_at)} by ${byWhom(of.created_by)}`],
          ["Retired", of.retired_at && when(of.retired_at)],
        ]}
      />
    </Panel>
  );
}
