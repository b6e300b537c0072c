/** Which models were asked for a task, why, what each call took and cost. Nothing where only the built-in one worked. */
import { useQuery } from "@tanstack/react-query";
import { callsOf } from "../../api/queries";
import { Panel } from "../../parts/Panel";
import { cost, counted, duration, spoken } from "../../parts/words";
import styles from "./Calls.module.css";

type Call = { scope: string; number: number };

/** "step:draft_linkedin:1" -> "Draft linkedin", "plan.intent:0" -> "Read the request"; what has another form as it is. */
export function named({ scope, number }: Call): string {
  const [kind, name] = scope.split(":");
  if (kind === "plan.intent") return "Read the request";
  const what = kind === "step" && name ? spoken(name) : spoken(scope.replaceAll(":", " ").replaceAll(".", " "));
  return number > 1 ? `${what}, call ${number}` : what;
}

/** The built-in model counts no tokens. */
const told = (put: number, got: number) =>
  put + got > 0 ? `${put.toLocaleString("en")} tokens in, ${got.toLocaleString("en")} out, ` : "";

type Cost = { cost_usd: number; cost_is: string };

/** What a call came to, and whether anybody counted it. */
export function costOf({ cost_usd, cost_is }: Cost): string {
  if (cost_is === "not_known") return "cost not known";
  const before = cost_is === "estimated" ? "about " : cost_is === "most" ? "up to " : "";
  return `${cost_usd > 0 ? before : ""}${cost(cost_usd)}`;
}

export function Calls({ id }: { id: string }) {
  const found = useQuery(callsOf(id)).data;
  if (!found?.length) return null;
  return (
    <Panel title="Models asked" note={counted(found.length, "call")} pad>
      <ol className={styles.calls}>
        {found.map((one) => (
          <li key={`${one.scope} ${one.number} ${one.model} ${one.started_at}`} data-state={one.state}>
            <div className={styles.head}>
              <b>{named(one)}</b>
              <span className="mono">{one.model}</span>
            </div>
            <div className="quiet">
              {one.state === "answered"
                ? `${told(one.tokens_in, one.tokens_out)}${duration(one.seconds)}, ${costOf(one)}`
                : one.state === "intended"
                  ? "No answer yet"
                  : `${spoken(one.state)}${one.error ? `: ${one.error}` : ""}${one.cost_usd > 0 ? ` (${costOf(one)})` : ""}`}
            </div>
            {one.state === "answered" && one.routed?.why && <div className="quiet">{one.routed.why}</div>}
          </li>
        ))}
      </ol>
    </Panel>
  );
}
