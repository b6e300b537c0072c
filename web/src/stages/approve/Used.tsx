/** What the text rests on: figures, persona, similar posts, sources, and what the research said. */

import { Json } from "../../parts/Json";
import { Panel } from "../../parts/Panel";
import { percent, short, spoken, whole } from "../../parts/words";
import type { Waiting } from "./Approval";
import styles from "./Approval.module.css";

type Fact = {
  name?: string;
  noun?: string;
  value?: number | string;
  unit?: string;
  period?: { label?: string } | string;
  source?: string;
};

export function Used({ found }: { found: Waiting }) {
  const facts = found.facts as Fact[];
  const similar = found.similar_content as {
    title?: string;
    content?: string;
    engagement_rate?: number | null;
    channel?: string;
  }[];
  const materials = Object.entries(found.supporting_materials).filter(
    ([, value]) => value && Object.keys(value as object).length > 0,
  );
  return (
    <Panel title="What was used" pad>
      <dl className={styles.pairs}>
        <dt>Figures</dt>
        <dd>{facts.length || "none"}</dd>
        {found.persona && (
          <>
            <dt>Persona</dt>
            <dd>{found.persona}</dd>
          </>
        )}
        <dt>Refinements</dt>
        <dd>{found.refinements}</dd>
      </dl>
      {similar.length > 0 && (
        <>
          <h3 className={styles.sub}>Similar past posts</h3>
          <ul className={styles.plain}>
            {similar.slice(0, 5).map((post) => (
              <li key={post.title ?? post.content}>
                <span>{short(post.title || post.content || "", 60)}</span>
                <span>{percent(post.engagement_rate, 1)}</span>
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
