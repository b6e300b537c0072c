/** Databases, Google Analytics properties and watched folders, read again and again; admins set them up. */
import { Button, Modal } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ask, client, type Schemas } from "../../api/client";
import { useMay } from "../../api/me";
import { useProblem } from "../../api/problem";
import { importSources } from "../../api/queries";
import { useNow } from "../../parts/now";
import { Panel } from "../../parts/Panel";
import { Empty, Shown, Trouble } from "../../parts/Rest";
import { Status } from "../../parts/Status";
import { ago, counted, spoken } from "../../parts/words";
import styles from "./Imports.module.css";
import { SourceNew } from "./SourceNew";

type Source = Schemas["SourceOut"];
export const TYPES: Record<string, string> = { postgres: "PostgreSQL", ga4: "Google Analytics 4", folder: "Folder" };

export function Sources() {
  const operator = useMay("operator");
  const admin = useMay("admin");
  const query = useQuery({ ...importSources(), enabled: operator });
  const queries = useQueryClient();
  const now = useNow(30_000);
  const [adding, setAdding] = useState(false);
  const [ending, setEnding] = useState<Source>();
  const [problem, setProblem] = useProblem<unknown>();
  if (!operator) return null;
  const act = async (call: () => Promise<unknown>) => {
    setProblem(undefined);
    setEnding(undefined);
    try {
      await call();
    } catch (error) {
      setProblem(error);
    }
    await Promise.all(["imports", "import-sources"].map((key) => queries.invalidateQueries({ queryKey: [key] })));
  };
  const read = (one: Source) =>
    act(async () => {
      const begun = await ask(
        client.POST("/api/import-sources/{source_id}/read", { params: { path: { source_id: one.id } } }),
      );
      notifications.show({
        message: begun.items.length ? `${counted(begun.items.length, "import")} begun.` : "Nothing new there.",
      });
    });
  return (
    <Panel
      title="Read again and again"
      note="databases, Google Analytics, watched folders"
      aside={admin && <Button onClick={() => setAdding(true)}>Add a source</Button>}
    >
      {problem !== undefined && <Trouble error={problem} what="That did not work. The source stands as it was." />}
      <Shown query={query}>
        {(page) =>
          page.items.length === 0 ? (
            <Empty title="No source is set up.">
              {admin
                ? "Add a database, a Google Analytics property or a folder, and new rows come in by themselves."
                : "An admin sets up databases, Google Analytics properties and folders."}
            </Empty>
          ) : (
            <table className="ledger stacked">
              <thead>
                <tr>
                  <th>Source</th>
                  <th>Holds</th>
                  <th>State</th>
                  <th>Next</th>
                  <th className="right">Acts</th>
                </tr>
              </thead>
              <tbody>
                {page.items.map((one) => (
                  <tr key={one.id}>
                    <td>
                      <b className={styles.break}>{one.name}</b>
                      <div className={`quiet ${styles.break}`}>{`${TYPES[one.type] ?? one.type}: ${where(one)}`}</div>
                    </td>
                    <td>{spoken(one.kind)}</td>
                    <td>
                      <Status
                        status={one.problem ? "failed" : one.last_import_id ? "done" : "waiting"}
                        word={one.problem ? "Failed" : one.last_import_id ? "Read" : "Not read yet"}
                      />
                      {one.problem && (
                        <div className="quiet">{String((one.problem as Record<string, unknown>).detail ?? "")}</div>
                      )}
                    </td>
                    <td className="quiet">
                      {one.every_minutes ? (one.next_at ? ago(one.next_at, now) : "–") : "when asked"}
                    </td>
                    <td className="right">
                      <Button onClick={() => void read(one)} aria-label={`Read ${one.name} now`}>
                        Read now
                      </Button>{" "}
                      {admin && (
                        <Button c="var(--failed)" onClick={() => setEnding(one)} aria-label={`Remove ${one.name}`}>
                          Remove
                        </Button>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </Shown>
      <SourceNew opened={adding} close={() => setAdding(false)} />
      <Modal
        opened={ending !== undefined}
        onClose={() => setEnding(undefined)}
        title={`Remove the source “${ending?.name}”?`}
      >
        <div className="stack">
          <p>It and its secret are forgotten, and nothing is read from it any more. What came from it stays.</p>
          <div className="row">
            <Button
              color="red"
              onClick={() =>
                ending &&
                void act(() =>
                  ask(client.DELETE("/api/import-sources/{source_id}", { params: { path: { source_id: ending.id } } })),
                )
              }
            >
              Remove the source
            </Button>
            <Button onClick={() => setEnding(undefined)}>Keep it</Button>
          </div>
        </div>
      </Modal>
    </Panel>
  );
}

function where(one: Source): string {
  const of = one.config as Record<string, unknown>;
  if (one.type === "postgres") return `${of.host}, ${of.database}, ${of.table ?? "a query"}`;
  if (one.type === "ga4") return `property ${of.property_id}`;
  return `${of.path}, ${of.pattern}`;
}
