/** The tools that plans are made of, with what was measured beside what each one declares. */
import { TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { tools } from "../../api/queries";
import { Panel } from "../../parts/Panel";
import { Empty, Shown } from "../../parts/Rest";
import { cost, counted, duration, percent, spoken, whole } from "../../parts/words";
import { Servers } from "../../stages/plan/Servers";
import styles from "../Settings.module.css";

export function Tools() {
  return (
    <div className="stack">
      <Servers />
      <Known />
    </div>
  );
}

function Known() {
  const query = useQuery(tools());
  const [wanted, setWanted] = useState("");
  return (
    <Panel
      label="Tools"
      title={
        <TextInput
          aria-label="Search tools"
          placeholder="Search tools"
          value={wanted}
          onChange={(event) => setWanted(event.currentTarget.value)}
        />
      }
      aside={query.data ? counted(query.data.total ?? query.data.items.length, "tool") : undefined}
    >
      <Shown query={query}>
        {(page) => {
          const word = wanted.trim().toLowerCase();
          const rows = page.items.filter((tool) =>
            `${tool.tool_id} ${tool.category} ${tool.description}`.toLowerCase().includes(word),
          );
          if (rows.length === 0) return <Empty title="No such tool.">Take a word away to see more.</Empty>;
          return (
            <table className="ledger">
              <thead>
                <tr>
                  <th>Tool</th>
                  <th className={styles.wide}>Kind</th>
                  <th className="right">Success</th>
                  <th className={`right ${styles.wide}`}>Runs</th>
                  <th className={`right ${styles.wide}`}>Time, said</th>
                  <th className={`right ${styles.wide}`}>measured</th>
                  <th className={`right ${styles.wide}`}>Cost said</th>
                </tr>
              </thead>
              <tbody>
                {rows.map((tool) => (
                  <tr key={tool.tool_id}>
                    <td>
                      <b>{spoken(tool.tool_id)}</b> <span className="mono quiet">{tool.tool_id}</span>
                      {tool.server && (
                        <span className="quiet">
                          {` of the server ${tool.server}${tool.health === "down" ? ", which is away" : tool.stale ? ", listed a while ago" : ""}`}
                        </span>
                      )}
                      <p className={styles.desc}>{tool.description}</p>
                    </td>
                    <td className={styles.wide}>{spoken(tool.category)}</td>
                    <td className="right">{percent(tool.success_rate)}</td>
                    <td className={`right ${styles.wide}`}>{whole(tool.runs)}</td>
                    <td className={`right ${styles.wide}`}>{duration(tool.estimated_duration)}</td>
                    <td className={`right ${styles.wide}`}>{duration(tool.seconds_p50)}</td>
                    <td className={`right ${styles.wide}`}>{cost(tool.estimated_cost)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          );
        }}
      </Shown>
    </Panel>
  );
}
