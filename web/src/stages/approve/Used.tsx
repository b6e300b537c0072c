/** What the text rests on: figures, persona, similar posts, sources, and what the research said. */
import { Link } from "@tanstack/react-router";
import { Facts } from "../../parts/Facts";
import { Json } from "../../parts/Json";
import { Panel } from "../../parts/Panel";
import { NONE, percent, short, spoken, whole } from "../../parts/words";
import type { Waiting } from "./Approval";
import styles from "./Approval.module.css";
import { placed, type Similar } from "./similar";

type Fact = {
  name?: string;
  noun?: string;
  value?: number | string;
  unit?: string;
  period?: { label?: string } | string;
  source?: string;
};

const nameOf = (post: Similar) => short(post.title || post.task_name, 60);

/** The engagement that was measured: of each channel where there are several, "–" where nobody measured. */
function rateOf(post: Similar): string {
  const measured = post.post_metrics.filter((each) => each.engagement_rate != null);
  return measured.map((each) => percent(each.engagement_rate, 1)).join(", ") || NONE;
}

export function Used({ found }: { found: Waiting }) {
  const facts = found.facts as Fact[];
  const similar = found.similar_content as unknown as Similar[];
  const materials = Object.entries(found.supporting_materials).filter(
    ([, value]) => value && Object.keys(value as object).length > 0,
  );
  return (
    <Panel title="What was used" pad>
      <Facts
        right
        rows={[
          ["Figures", facts.length || "none"],
          ["Persona", found.persona],
          ["Refinements", found.refinements],
        ]}
      />
      {found.kind === "content" && (
        <>
          <h3 className="sub" style={{ marginTop: 12 }}>
            Similar past posts
          </h3>
          {similar.length === 0 && <p className="quiet">None on this topic yet.</p>}
          <ul className={styles.plain}>
            {similar.slice(0, 5).map((post) => (
              <li key={`${post.task_id ?? ""}${post.task_name}${post.created_at}`} title={post.reasons?.join(" ")}>
                <span>
                  {post.task_id ? (
                    <Link to="/orchestrator/tasks/$id" params={{ id: post.task_id }}>
                      {nameOf(post)}
                    </Link>
                  ) : (
                    nameOf(post)
                  )}
                  <span className="quiet">{` ${placed(post)}`}</span>
                </span>
                <span>{rateOf(post)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      {facts.length > 0 && (
        <details className={styles.more}>
          <summary>Every figure</summary>
          <ul className={styles.plain}>
            {facts.map((fact) => (
              <li key={`${fact.name}:${JSON.stringify(fact.period)}`}>
                <span>
                  {spoken(fact.noun ?? fact.name ?? "")}
                  <span className="quiet"> {typeof fact.period === "string" ? fact.period : fact.period?.label}</span>
                </span>
                <span>{told(fact)}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
      {materials.map(([name, value]) => (
        <details key={name} className={styles.more}>
          <summary>{spoken(name)}</summary>
          <Json value={value} />
        </details>
      ))}
    </Panel>
  );
}

function told(fact: Fact): string {
  if (typeof fact.value !== "number") return String(fact.value ?? "–");
  if (fact.unit === "rate") return percent(fact.value, 1);
  return `${fact.unit === "usd" ? "$" : ""}${whole(Math.round(fact.value * 100) / 100)}`;
}
