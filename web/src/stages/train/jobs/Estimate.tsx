/** What a job would take and whether it would pay; only then it can be started. */
import { Button } from "@mantine/core";
import { Facts } from "../../../parts/Facts";
import { Panel } from "../../../parts/Panel";
import { Glyph } from "../../../parts/Status";
import { duration, NONE, whole } from "../../../parts/words";
import styles from "./Jobs.module.css";
import type { Told } from "./Targets";
import { type JobIn, price } from "./told";

type Props = {
  body: JobIn | null;
  local: boolean;
  told: Told | undefined;
  busy: string | null;
  estimate: () => void;
  compare: (() => void) | undefined;
  start: () => void;
  open: (id: string) => void;
};

export function Estimate({ body, local, told, busy, estimate, compare, start, open }: Props) {
  const asking = busy !== null && busy !== "start";
  return (
    <Panel title="What it would take" pad>
      <div className="stack" style={{ gap: 12 }} aria-busy={asking}>
        {told ? (
          <>
            <p className={styles.said}>{told.advice}</p>
            <Facts
              right
              rows={[
                ["Training", price(told.training_usd)],
                ["Keeping it, a month", price(told.serving_usd_month)],
                ["Time", told.seconds == null ? NONE : `~${duration(told.seconds)}`],
                ["Lines to train", whole(told.train_lines)],
                ["Lines held back", whole(told.validation_lines)],
                ["Tokens, estimated", whole(told.train_tokens)],
              ]}
            />
            <p className="quiet">{[told.basis, told.note].filter(Boolean).join(" ")}</p>
            {told.leakage.clean === false && (
              <div className={styles.need}>
                <b>
                  <Glyph look="you" /> Training sees what is held out
                </b>
                <span>What it will score on the held-out lines says little. The dataset's page names them.</span>
              </div>
            )}
            {told.warnings.map((one) => (
              <div key={one} className={styles.need}>
                <b>
                  <Glyph look="you" /> Nothing to test it on
                </b>
                <span>{one}</span>
              </div>
            ))}
            {told.needs_approval && (
              <div className={styles.need}>
                <b>
                  <Glyph look="you" /> It will wait for an approver
                </b>
                <span>{told.why_approval}</span>
              </div>
            )}
            {told.repeats && <p className={styles.note}>This dataset with these settings is a job already.</p>}
          </>
        ) : (
          <p style={{ margin: 0 }} role="status">
            {asking
              ? local
                ? "A few steps are tried on this machine. It takes up to a minute or two."
                : "The provider is asked."
              : body
                ? "Price, time and whether it would pay are told before anything starts."
                : "Choose a dataset and where to tune."}
          </p>
        )}
        <div className="row">
          {told?.repeats ? (
            <Button variant="filled" onClick={() => open(told.repeats as string)}>
              Open that job
            </Button>
          ) : told ? (
            <Button variant="filled" loading={busy === "start"} disabled={asking} onClick={start}>
              {told.needs_approval ? "Ask for approval" : "Start the job"}
            </Button>
          ) : (
            <Button variant="filled" loading={asking} disabled={!body || busy === "start"} onClick={estimate}>
              Estimate
            </Button>
          )}
          {compare && body && (
            <Button onClick={compare} disabled={busy !== null}>
              Estimate all that are open
            </Button>
          )}
        </div>
        {busy === "start" && (
          <p className="quiet" role="status">
            Key, base model and lines are checked once more before it starts.
          </p>
        )}
      </div>
    </Panel>
  );
}
