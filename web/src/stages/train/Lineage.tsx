/** Where a version comes from and what was made with it, from left to right. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Schemas } from "../../api/client";
import { Panel } from "../../parts/Panel";
import { counted, score, spoken, visible, when, whole } from "../../parts/words";
import { titled } from "./Datasets";
import { type Go, searchOf } from "./filter";
import { shortName, targetName } from "./jobs/told";
import styles from "./Train.module.css";

export function Lineage({ found, set }: { found: Schemas["LineageOut"]; set: Go }) {
  const of = found.dataset;
  return (
    <Panel title="Lineage" pad>
      <div className={styles.lineage}>
        <Stage name="Examples">
          <Node>
            {of.source === "upload" ? (
              `${counted(of.example_count, "line")} uploaded`
            ) : (
              <Link to="/training" search={searchOf(of.filters) as never}>
                {`${counted(of.example_count, "line")} of the filter`}
              </Link>
            )}
          </Node>
        </Stage>
        <Stage name="Versions of its name">
          {found.versions.map((one) => (
            <Node key={one.id} on={one.id === of.id}>
              <button type="button" className={styles.open} onClick={() => set({ id: one.id })}>
                {titled(one)}
              </button>
              <span className="quiet">
                {`${one.state === "ready" ? `${whole(one.example_count)} lines, ${score(one.avg_quality)}` : spoken(one.state)}, ${when(one.created_at)}`}
              </span>
              {one.is_current && <span className={styles.tag}>current</span>}
              {one.state === "ready" && one.id !== of.id && of.state === "ready" && (
                <button
                  type="button"
                  className={styles.link}
                  onClick={() => set({ compare: `${one.id},${of.id}`, id: undefined })}
                >
                  Compare
                </button>
              )}
            </Node>
          ))}
        </Stage>
        <Stage name="Jobs">
          <Jobs rows={found.jobs} />
        </Stage>
        <Stage name="Models">
          <Models rows={found.models} />
        </Stage>
      </div>
    </Panel>
  );
}

type Row = Record<string, unknown>;

function Jobs({ rows }: { rows: Row[] }) {
  if (rows.length === 0) return <span className="quiet">None was started with it.</span>;
  return rows.map((row) => (
    <Node key={String(row.job_id)}>
      <Link to="/training/fine-tuning" search={{ id: String(row.job_id) } as never}>
        {`${targetName(String(row.target))}, ${shortName(String(row.base_model))}`}
      </Link>
      <span className="quiet">{spoken(String(row.status ?? ""))}</span>
    </Node>
  ));
}

function Models({ rows }: { rows: Row[] }) {
  if (rows.length === 0) return <span className="quiet">None was made with it.</span>;
  return rows.map((row) => (
    <Node key={String(row.model_id)}>
      <Link to="/training/models" search={{ id: String(row.model_id) } as never}>
        {visible(String(row.model))}
      </Link>
      <span className="quiet">{spoken(String(row.state ?? ""))}</span>
    </Node>
  ));
}

export function Stage({ name, children }: { name: string; children: ReactNode }) {
  return (
    <section className={styles.stage} aria-label={name}>
      <h3 className="sub">{name}</h3>
      {children}
    </section>
  );
}

export function Node({ on = false, children }: { on?: boolean; children: ReactNode }) {
  return (
    <div className={styles.node} data-on={on || undefined}>
      {children}
    </div>
  );
}
