/** What each arm of an experiment came to, beside control. */
import type { Experiment } from "../../api/queries";
import { Interval } from "../../parts/Interval";
import { score, whole } from "../../parts/words";
import styles from "./Personas.module.css";
import { armName, drawsOf } from "./told";

type Arm = Experiment["results"]["arms"][number];

export function ArmsTable({ one, names }: { one: Experiment; names: Record<string, string> }) {
  const reach = Math.max(
    0.01,
    ...one.results.arms.flatMap((arm) => [Math.abs(arm.difference_low ?? 0), Math.abs(arm.difference_high ?? 0)]),
  );
  return (
    <table className={`ledger stacked ${styles.voices}`} aria-label={`Arms of ${one.name}`}>
      <thead>
        <tr>
          <th>Arm</th>
          <th>Draws</th>
          <th className="right">Tasks</th>
          <th className="right">Scored</th>
          <th className="right">Followers a task</th>
          <th>Beside control</th>
        </tr>
      </thead>
      <tbody>
        {one.results.arms.map((arm) => {
          const rule = one.arms[arm.arm];
          return (
            <tr key={arm.arm}>
              <td className={styles.name}>{armName(arm.arm)}</td>
              <td data-name="Draws">{rule && drawsOf(rule, names)}</td>
              <td className="right" data-name="Tasks">
                {`${whole(arm.tasks)} of ${score(arm.expected, 0)}`}
              </td>
              <td className="right" data-name="Scored">
                {whole(arm.scored)}
                {arm.waiting > 0 && <span className="quiet">{` +${whole(arm.waiting)} wait`}</span>}
              </td>
              <td className="right" data-name="Followers a task">
                {arm.mean === null ? "–" : score(arm.mean, 2)}
                {arm.low !== null && arm.high !== null && (
                  <span className="quiet">{` ${score(arm.low, 1)} to ${score(arm.high, 1)}`}</span>
                )}
              </td>
              <td data-name="Beside control">
                <Beside arm={arm} reach={reach} />
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Beside({ arm, reach }: { arm: Arm; reach: number }) {
  if (arm.arm === "control" || arm.difference === null) return <span className="quiet">–</span>;
  if (arm.difference_low === null || arm.difference_high === null)
    return <span className="quiet">{`${score(arm.difference, 2)}, not enough data`}</span>;
  const told = `${score(arm.difference_low, 2)} to ${score(arm.difference_high, 2)}`;
  return (
    <span className={styles.claim}>
      <b>{score(arm.difference, 2)}</b>
      <Interval
        estimate={arm.difference}
        low={arm.difference_low}
        high={arm.difference_high}
        min={-reach}
        max={reach}
        reference={0}
        width={110}
        label={`${armName(arm.arm)} beside control: ${score(arm.difference, 2)}, ${told}`}
      />
      <span className="quiet">{told}</span>
    </span>
  );
}
