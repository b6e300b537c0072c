/** What proposed weights would have gained on past draws: the estimate with its interval, the replay, what it rests on. */
import type { VoiceLook } from "../../api/queries";
import { Facts } from "../../parts/Facts";
import { Interval } from "../../parts/Interval";
import { score, whole } from "../../parts/words";
import styles from "./Personas.module.css";
import { gainOf } from "./told";

export function Proven({ proof }: { proof: NonNullable<VoiceLook["proof"]> }) {
  const { gain, low, high } = proof;
  const reach = Math.max(Math.abs(low ?? 0), Math.abs(high ?? 0), Math.abs(gain ?? 0)) || 1;
  return (
    <section className={styles.proven} aria-label="On past draws">
      <p className={styles.line}>
        <b>On past draws: {gainOf(proof)}</b>
      </p>
      {gain !== null && low !== null && high !== null && (
        <span className={styles.claim}>
          <Interval
            estimate={gain}
            low={low}
            high={high}
            min={-reach}
            max={reach}
            reference={0}
            width={150}
            label={`Followers gained for each task: ${score(gain, 2)}, ${score(low, 2)} to ${score(high, 2)}`}
          />
          <span className="quiet">{`${score(gain, 2)} followers a task, ${score(low, 2)} to ${score(high, 2)}`}</span>
        </span>
      )}
      <Facts
        rows={[
          proof.present !== null && ["In use", `${score(proof.present, 2)} followers a task`],
          proof.proposed !== null && ["Proposed", `${score(proof.proposed, 2)} followers a task`],
          proof.replay !== null && [
            "Replay",
            `${score(proof.replay, 2)} a task, ${whole(proof.replay_draws)} draws stand`,
          ],
          ["Rests on", `${whole(proof.draws)} draws, worth ${score(proof.effective, 0)} equal ones`],
          proof.overruled > 0 && ["Left out", `${whole(proof.overruled)} for which a person chose the voice`],
        ]}
      />
      <p className="quiet">Each fifth of the draws is judged by weights learnt from the other four.</p>
    </section>
  );
}
