/** Two runs side by side: what each made, and what changed by words. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { task as taskQuery } from "../../api/queries";
import { Diff } from "../../parts/Diff";
import { Panel } from "../../parts/Panel";
import { Shown } from "../../parts/Rest";
import { cost, duration, score, when } from "../../parts/words";
import { workOf } from "./Spent";
import type { Detail } from "./Task";
import styles from "./Task.module.css";
import { type Made, useTexts } from "./texts";

/** All that a run made as one text, each part under its name where there are several. */
const joined = (texts: Made[]) =>
  texts.map((made) => (texts.length > 1 ? `${made.name}\n\n${made.text}` : made.text)).join("\n\n");

export function Compare({ task, other }: { task: Detail; other: string }) {
  const query = useQuery(taskQuery(other));
  const before = joined(useTexts(query.data));
  const after = joined(useTexts(task));
  return (
    <div style={{ marginBottom: 16 }}>
      <Panel
        title="Compared with the earlier run"
        aside={
          <Link to="/orchestrator/tasks/$id" params={{ id: task.task_id }} search={{}}>
            Close
          </Link>
        }
      >
        <Shown query={query}>
          {(earlier) => (
            <>
              <div className={styles.compare}>
                {[earlier, task].map((each, place) => (
                  <div key={each.task_id}>
                    <p className="quiet">
                      {place === 0 ? "Earlier" : "This run"}, {when(each.created_at)}: quality{" "}
                      {score(each.quality_score, 3)}, {cost(each.cost)}, {duration(workOf(each))} at work
                    </p>
                    <p className={styles.text}>{(place === 0 ? before : after) || "No result yet."}</p>
                  </div>
                ))}
              </div>
              <div className={styles.result}>
                <h3>What changed</h3>
                {before === after ? (
                  <p className="quiet">{before ? "Nothing: both say the same." : "Neither has a text yet."}</p>
                ) : (
                  <Diff before={before} after={after} />
                )}
              </div>
            </>
          )}
        </Shown>
      </Panel>
    </div>
  );
}
