/** Two runs side by side: what each made, and what changed by words. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { task as taskQuery } from "../../api/queries";
import { Diff } from "../../parts/Diff";
import { Panel } from "../../parts/Panel";
import { Shown } from "../../parts/Rest";
import { cost, duration, score, when } from "../../parts/words";
import type { Detail } from "./Task";
import styles from "./Task.module.css";

const textOf = (task: Detail) => task.deliverables.map((made) => made.content).join("\n\n");

export function Compare({ task, other }: { task: Detail; other: string }) {
  const query = useQuery(taskQuery(other));
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
                      {score(each.quality_score, 3)}, {cost(each.cost)}, {duration(each.seconds)}
                    </p>
                    <p className={styles.text}>{textOf(each) || "No result yet."}</p>
                  </div>
                ))}
              </div>
              <div className={styles.result}>
                <h3>What changed</h3>
                <Diff before={textOf(earlier)} after={textOf(task)} />
              </div>
            </>
          )}
        </Shown>
      </Panel>
    </div>
  );
}
