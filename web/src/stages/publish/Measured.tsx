/** What became of a post: its readings over time beside what was foretold, what is due, and a form to type one. */
import { Button, Modal } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useMay } from "../../api/me";
import { measurements } from "../../api/queries";
import { Interval } from "../../parts/Interval";
import { Panel } from "../../parts/Panel";
import { Shown } from "../../parts/Rest";
import { Status } from "../../parts/Status";
import { ago, atClock, spoken, when, whole } from "../../parts/words";
import styles from "./Measured.module.css";
import { MeasuredLine } from "./MeasuredLine";
import {
  type Age,
  brought,
  closeBy,
  drawn,
  judged,
  leftOut,
  OUTCOMES,
  old,
  pointsOf,
  type Reading,
  type Measured as Shape,
  told,
} from "./measured";
import { TypeReading } from "./TypeReading";

export function Measured({ id }: { id: string }) {
  const query = useQuery(measurements(id));
  return (
    <Panel
      title="What became of it"
      note={query.data?.published_at && `out since ${when(query.data.published_at)}`}
      pad
    >
      <div className={styles.part}>
        <Shown query={query} rows={3}>
          {(found) => <Whole of={found} />}
        </Shown>
      </div>
    </Panel>
  );
}

function Whole({ of }: { of: Shape }) {
  const may = useMay("operator");
  const [typing, setTyping] = useState(false);
  const [mended, setMended] = useState<Reading>();
  return (
    <>
      {of.note && <p className="quiet">{of.note}</p>}
      {of.readings.length > 0 ? (
        <Read of={of} mend={may ? setMended : undefined} />
      ) : (
        of.published_at && <p className="quiet">Nothing was read yet.</p>
      )}
      {of.foretold.length > 0 && <Foretold of={of} />}
      <Brought of={of} />
      <Followers of={of} />
      {of.ages.length > 0 && <Ages ages={of.ages} />}
      {may && of.published_at && !typing && (
        <div>
          <Button onClick={() => setTyping(true)}>Type a reading</Button>
        </div>
      )}
      {typing && <TypeReading id={of.publication_id} back={() => setTyping(false)} />}
      <Modal
        opened={mended !== undefined}
        onClose={() => setMended(undefined)}
        title={`Mend the reading of ${when(mended?.measured_at)}`}
        size="lg"
      >
        {mended && <TypeReading id={of.publication_id} mends={mended} back={() => setMended(undefined)} />}
      </Modal>
    </>
  );
}

function Read({ of, mend }: { of: Shape; mend?: (one: Reading) => void }) {
  const outcome = drawn(of);
  const points = pointsOf(outcome, of.readings);
  const interval = of.foretold.find((one) => one.outcome === outcome);
  const counters = told(of.readings);
  return (
    <>
      {points.length > 1 && (
        <MeasuredLine
          outcome={outcome}
          title={OUTCOMES[outcome] ?? "Times seen"}
          points={points}
          low={interval?.low ?? null}
          high={interval?.high ?? null}
          without={leftOut(outcome, of.readings)}
        />
      )}
      <div style={{ overflowX: "auto" }}>
        <table className={`ledger stacked ${styles.named}`}>
          <thead>
            <tr>
              <th>Age</th>
              {counters.map((name) => (
                <th key={name} className="right">
                  {spoken(name)}
                </th>
              ))}
              <th>Read</th>
              <th>By</th>
              {mend && (
                <th>
                  <span className="unseen">Mend</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {of.readings.map((one) => (
              <tr key={`${one.measured_at} ${one.source}`}>
                <td className={styles.whole}>{old(one.age_seconds)}</td>
                {counters.map((name) => (
                  <td key={name} className="right" data-name={spoken(name)}>
                    {whole(one[name])}
                  </td>
                ))}
                <td className={styles.whole} data-name="Read" title={when(one.measured_at)}>
                  {closeBy(one, of.readings) ? atClock(one.measured_at) : ago(one.measured_at)}
                </td>
                <td data-name="By">{one.source}</td>
                {mend && (
                  <td className={`right ${styles.act}`}>
                    {one.source === "typed" && (
                      <Button onClick={() => mend(one)} aria-label={`Mend the reading of ${when(one.measured_at)}`}>
                        Mend
                      </Button>
                    )}
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Doubts of={of} />
    </>
  );
}

/** Names a doubted reading: its time, and by whom it is; several of one minute by their second. */
const doubtOf = (one: Reading, all: readonly Reading[]) =>
  `${when(one.measured_at)}${closeBy(one, all) ? `, ${atClock(one.measured_at)}` : ""}, ${one.source}`;

/** What is odd about its readings: it is kept, and whoever reads the figures knows. */
function Doubts({ of }: { of: Shape }) {
  const odd = of.readings.filter((one) => one.notes.length > 0);
  if (odd.length === 0) return null;
  return (
    <ul className={styles.doubts} aria-label="What is odd about its readings">
      {odd.map((one) => (
        <li key={`${one.measured_at} ${one.source}`}>
          <span>{doubtOf(one, of.readings)}</span>
          {one.notes.map((note) => (
            <p key={note} className={styles.why}>
              {note}
            </p>
          ))}
        </li>
      ))}
    </ul>
  );
}

function Foretold({ of }: { of: Shape }) {
  return (
    <div className={styles.foretold}>
      {of.foretold.map((one) => {
        if (one.low === null || one.high === null || one.value === null) return null;
        const [least, most] = [Math.min(one.low, one.came ?? one.low), Math.max(one.high, one.came ?? one.high)];
        const room = (most - least) * 0.1 || 1;
        return [
          <span key={`${one.outcome} name`}>{OUTCOMES[one.outcome] ?? spoken(one.outcome)}</span>,
          <Interval
            key={`${one.outcome} interval`}
            estimate={one.value}
            low={one.low}
            high={one.high}
            min={least - room}
            max={most + room}
            measured={one.came ?? undefined}
            label={`${OUTCOMES[one.outcome] ?? spoken(one.outcome)}: ${judged(one)}`}
          />,
          <span key={`${one.outcome} words`} className={styles.why}>
            {judged(one)}
          </span>,
        ];
      })}
    </div>
  );
}

/** What web analytics tell of visitors who came through its links. */
function Brought({ of }: { of: Shape }) {
  const words = brought(of);
  if (!words) return null;
  return (
    <p className={styles.why} title={of.content ? `utm_content=${of.content}` : undefined}>
      {words}
    </p>
  );
}

function Followers({ of }: { of: Shape }) {
  const [before, after] = [of.followers_before, of.followers_after];
  if (!before || !after) return null;
  return (
    <p className={styles.why}>
      Followers of the channel: {whole(before.count)} before, {whole(after.count)} {ago(after.counted_at)}.
    </p>
  );
}

const LOOKS: Record<Age["state"], [string, string]> = {
  due: ["scheduled", "To come"],
  done: ["completed", "Read"],
  missed: ["cancelled", "Missed"],
  gone: ["refused", "Gone"],
  not_offered: ["cancelled", "Not told"],
};

function Ages({ ages }: { ages: readonly Age[] }) {
  return (
    <ul className={styles.ages} aria-label="Ages at which it is read">
      {ages.map((one) => {
        const over = new Date(one.due_at).getTime() <= Date.now();
        const asked = one.state === "due" && one.by_hand && over;
        const [status, word] = asked ? ["pending_approval", "Asks you"] : LOOKS[one.state];
        const waits = one.state === "due" && over && !one.by_hand;
        return (
          <li key={one.age_seconds}>
            <span>{one.age}</span>
            <Status status={status} word={waits ? "Due" : word} />
            <span className={styles.why} title={when(one.read_at ?? one.due_at)}>
              {one.said ?? (one.state === "done" ? ago(one.read_at) : one.state === "due" ? ago(one.due_at) : "")}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
