/** Requests that are asked again and again: what comes next of each, and what became of those before. */
import { Button, Modal } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useMay } from "../../api/me";
import { Panel } from "../../parts/Panel";
import { Empty, Shown } from "../../parts/Rest";
import { Status } from "../../parts/Status";
import { capital, channelName, counted, short, when } from "../../parts/words";
import styles from "./Content.module.css";
import { oneSeries, type Series as Shape, type Slot, series, useSeriesActs } from "./planned";
import { SeriesForm } from "./SeriesForm";
import { Said } from "./Settle";

const LOOKS: Record<Shape["state"], string> = { active: "scheduled", paused: "paused", ended: "done" };

export function Series({ id, set }: { id?: string; set: (id: string | undefined) => void }) {
  const operator = useMay("operator");
  const [making, setMaking] = useState(false);
  const query = useQuery(series());
  return (
    <Panel
      title="Series"
      note="Asked again and again; each text waits for approval and goes out at its slot."
      aside={operator && <Button onClick={() => setMaking(true)}>New series</Button>}
    >
      <Shown query={query} rows={4}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty title="No series yet.">
              Have something asked every Monday, every day, or on the first of each month.
            </Empty>
          ) : (
            <Rows rows={rows} open={set} />
          )
        }
      </Shown>
      {making && <SeriesForm close={() => setMaking(false)} />}
      <Modal opened={id !== undefined} onClose={() => set(undefined)} title="Series" size="lg">
        {id && <Loaded id={id} />}
      </Modal>
    </Panel>
  );
}

function Rows({ rows, open }: { rows: Shape[]; open: (id: string) => void }) {
  return (
    <table className="ledger stacked">
      <thead>
        <tr>
          <th>Series</th>
          <th>When</th>
          <th>State</th>
          <th className="right">Made</th>
          <th className="right">Next</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((one) => (
          <tr key={one.id}>
            <td>
              <button type="button" className={styles.link} onClick={() => open(one.id)}>
                {one.name}
              </button>
              <div className="quiet">{short(one.request, 70)}</div>
            </td>
            <td>
              {one.words}
              <div className="quiet">{one.channels.map(channelName).join(", ")}</div>
            </td>
            <td>
              <Status status={LOOKS[one.state]} word={capital(one.state)} />
            </td>
            <td className="right">{one.made}</td>
            <td className="right quiet">{one.coming[0] ? when(one.coming[0].slot_at) : "–"}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Loaded({ id }: { id: string }) {
  return <Shown query={useQuery(oneSeries(id))}>{(found) => <Whole of={found} />}</Shown>;
}

function Whole({ of }: { of: Shape & { occurrences: Slot[]; etag: string | null } }) {
  const operator = useMay("operator") && of.state !== "ended";
  const [asking, setAsking] = useState<"change" | "end" | null>(null);
  const acts = useSeriesActs();
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <div className="stack">
      <div className="row">
        <Status status={LOOKS[of.state]} word={capital(of.state)} tinted />
        <b>{of.name}</b>
      </div>
      <p className={styles.quote} style={{ margin: 0 }}>
        “{of.request}”
      </p>
      <p className="quiet" style={{ margin: 0 }}>
        {`${of.words}, on ${of.channels.map(channelName).join(", ")}. `}
        {of.count !== null && `${of.made} of ${counted(of.count, "text")} made. `}
        {of.late === "expire" && "What is not approved by its slot expires."}
      </p>
      {of.coming.length > 0 && (
        <section aria-label="To come">
          <h3 className={styles.small}>{`To come, in your time zone, ${zone}`}</h3>
          <ul className={styles.slots}>
            {of.coming.map((one) => (
              <li key={one.day} className={styles.slot}>
                <span>
                  {when(one.slot_at)}
                  {one.note && <div className="quiet">{one.note}</div>}
                </span>
                {operator && (
                  <Button
                    size="compact-sm"
                    loading={acts.busy === `skip ${one.day}`}
                    onClick={() => void acts.skip(of.id, one.day)}
                    aria-label={`Leave out ${when(one.slot_at)}`}
                  >
                    Leave out
                  </Button>
                )}
              </li>
            ))}
          </ul>
        </section>
      )}
      {of.occurrences.length > 0 && <Became of={of} operator={operator} acts={acts} />}
      <Said problem={acts.problem} known={[]} />
      {operator && (
        <div className="row">
          <Button onClick={() => setAsking("change")}>Change</Button>
          {of.state === "active" ? (
            <Button loading={acts.busy === "pause"} onClick={() => void acts.pause(of.id)}>
              Pause
            </Button>
          ) : (
            <Button loading={acts.busy === "resume"} onClick={() => void acts.resume(of.id)}>
              Resume
            </Button>
          )}
          <Button c="var(--failed)" onClick={() => setAsking("end")}>
            End
          </Button>
        </div>
      )}
      {asking === "change" && <SeriesForm of={of} close={() => setAsking(null)} />}
      <Modal opened={asking === "end"} onClose={() => setAsking(null)} title={`End ${of.name}?`}>
        <div className="stack">
          <p style={{ margin: 0 }}>Nothing more is made, and it cannot begin again. What it made stays.</p>
          <div className="row">
            <span className="space" />
            <Button onClick={() => setAsking(null)}>Keep it</Button>
            <Button
              variant="filled"
              color="red"
              loading={acts.busy === "end"}
              onClick={() => void acts.end(of.id).then(() => setAsking(null))}
            >
              End the series
            </Button>
          </div>
        </div>
      </Modal>
    </div>
  );
}

const BECAME: Record<string, [string, string]> = {
  skipped: ["skipped", "Left out"],
  missed: ["failed", "Missed"],
  refused: ["refused", "Not made"],
};

type BecameProps = { of: Shape & { occurrences: Slot[] }; operator: boolean; acts: ReturnType<typeof useSeriesActs> };

function Became({ of, operator, acts }: BecameProps) {
  return (
    <section aria-label="What became of those before">
      <h3 className={styles.small}>What became of its slots</h3>
      <ul className={styles.slots}>
        {of.occurrences.map((one) => {
          const [status, word] = BECAME[one.state] ?? [one.task_status ?? "done", undefined];
          const back = operator && one.state === "skipped" && Date.parse(one.slot_at) > Date.now();
          return (
            <li key={one.day} className={styles.slot}>
              <span>
                {when(one.slot_at)}
                {one.note && <div className="quiet">{one.note}</div>}
              </span>
              {one.task_id ? (
                <Link to="/orchestrator/tasks/$id" params={{ id: one.task_id }}>
                  <Status status={status} word={word} />
                </Link>
              ) : (
                <Status status={status} word={word} />
              )}
              {back && (
                <Button size="compact-sm" onClick={() => void acts.unskip(of.id, one.day)}>
                  Take back in
                </Button>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
