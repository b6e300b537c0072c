/** What a job left at its target: deleting it, after saying what goes and what stays, and what became of that. */
import { Button, Modal } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { askIn, client } from "../../../api/client";
import { useMay } from "../../../api/me";
import { jobRemains, type TuningJob } from "../../../api/queries";
import { Panel } from "../../../parts/Panel";
import { Shown, Trouble } from "../../../parts/Rest";
import { Status } from "../../../parts/Status";
import { visible, when } from "../../../parts/words";
import { say } from "../acting";
import { useAct } from "./acting";
import styles from "./Jobs.module.css";
import { atTarget, leaves, removalOf, removedWord } from "./told";

export function Remains({ of }: { of: TuningJob }) {
  const admin = useMay("admin");
  const [asking, setAsking] = useState(false);
  const told = removalOf(of);
  if (!leaves(of)) return null;
  const gone = told?.state === "removed" && told.what === "all";
  return (
    <Panel title="What is left of it" pad>
      <div className="stack" style={{ gap: 8 }} role="status">
        {told && <Status status={told.state} word={removedWord(told)} />}
        {told?.problem && told.state === "failed" && (
          <div role="alert">
            <p style={{ margin: 0 }}>{visible(told.problem.detail)}</p>
            <p className="quiet">
              {`${told.problem.hint} It may still cost. ${told.what === "endpoint" ? "Retiring its model again tries again." : "Deleting again tries again."}`}
            </p>
          </div>
        )}
        {told?.note && told.state !== "failed" && <p className={styles.note}>{visible(told.note)}</p>}
        {gone && told.done_at ? (
          <p className="quiet">{`Since ${when(told.done_at)}. What is known of the job stays here.`}</p>
        ) : (
          told?.state !== "removing" && (
            <p className="quiet">{`Its files${of.result ? ", its model and what serves it" : ""} stay ${atTarget(of.target)} until they are deleted.`}</p>
          )
        )}
        {!gone && told?.state !== "removing" && admin && (
          <div>
            <Button c="var(--failed)" onClick={() => setAsking(true)}>
              Delete what is left
            </Button>
          </div>
        )}
        {!admin && !gone && <p className="quiet">An admin can delete it.</p>}
      </div>
      {asking && <Asking of={of} close={() => setAsking(false)} />}
    </Panel>
  );
}

function Asking({ of, close }: { of: TuningJob; close: () => void }) {
  const { busy, problem, act } = useAct("jobs", "models");
  const params = { path: { job_id: of.job_id } };
  const send = async () => {
    const call = () => askIn(client.DELETE("/api/orchestrator/training/jobs/{job_id}/remains", { params }));
    if (!(await act("remains", call))) return;
    say(`What is left of ${of.model_name} is being deleted.`);
    close();
  };
  return (
    <Modal opened onClose={close} title={`Delete what is left of ${of.model_name} ${atTarget(of.target)}?`}>
      <Shown query={useQuery(jobRemains(of.job_id))} rows={4}>
        {(found) => (
          <div className="stack">
            {found.first ? (
              <p style={{ margin: 0 }}>{visible(found.first)}</p>
            ) : (
              <>
                <p style={{ margin: 0 }}>These go, and cannot be brought back:</p>
                <ul className={styles.goes}>
                  {found.goes.map((one) => (
                    <li key={one}>{one}</li>
                  ))}
                </ul>
                <p style={{ margin: 0 }}>{found.stays}</p>
              </>
            )}
            {problem && <Trouble error={problem} what="It was not deleted" />}
            <div className="row">
              <span className="space" />
              <Button onClick={close}>{found.first ? "Close" : "Keep it"}</Button>
              {!found.first && (
                <Button variant="filled" color="red" loading={busy !== null} onClick={() => void send()}>
                  Delete what is left
                </Button>
              )}
            </div>
          </div>
        )}
      </Shown>
    </Modal>
  );
}
