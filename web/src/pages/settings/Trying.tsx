/** Goes to the models or to the mail server as they are set, and shows what came of it. Nothing is sent to anybody. */
import { Button } from "@mantine/core";
import { useState } from "react";
import { ask, client, Problem, type Schemas } from "../../api/client";
import { useProblem } from "../../api/problem";
import { cost, duration, visible } from "../../parts/words";
import styles from "../Settings.module.css";
import { Findings } from "./Findings";

export type Part = Schemas["TryIn"]["part"];
type Tried = Schemas["ConnectionTried"];

const NAMES: Record<Part, string> = { models: "the models", mail: "the mail server" };
const WHAT: Record<Part, string> = {
  models: "Each is asked one word.",
  mail: "It is asked whether it would take a mail. Nothing is sent.",
};

const finding = (one: Tried) => ({
  name: one.name === "offline" ? "Built-in" : one.name,
  state: one.works ? ("ok" as const) : ("failed" as const),
  detail: `${visible(one.detail)}${one.seconds ? ` ${duration(one.seconds)}` : ""}${one.cost_usd ? `, ${cost(one.cost_usd)}` : ""}`,
  mend: one.mend,
  source: null,
  change: "",
});

/** `unsaved`: what is typed is not what would be tried. */
export function Trying({ part, unsaved }: { part: Part; unsaved: boolean }) {
  const [busy, setBusy] = useState(false);
  const [tried, setTried] = useState<Tried[] | null>(null);
  const [problem, setProblem] = useProblem<string | null>(null);
  const attempt = async () => {
    setBusy(true);
    setProblem(null);
    setTried(null);
    try {
      setTried((await ask(client.POST("/api/connections/try", { body: { part } }))).items);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      setProblem(`${error.message} ${error.hint ?? ""}`);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className={`stack ${styles.across}`} style={{ gap: 8 }}>
      <div className="row">
        <Button loading={busy} disabled={unsaved} onClick={() => void attempt()}>
          Try {NAMES[part]}
        </Button>
        <span className="quiet">{unsaved ? "Save first: what is saved is tried." : WHAT[part]}</span>
      </div>
      <div role="status" aria-label={`What came of trying ${NAMES[part]}`}>
        {problem && <p style={{ margin: 0, color: "var(--failed)", fontSize: 13 }}>{problem}</p>}
        {tried && !unsaved && <Findings items={tried.map(finding)} />}
      </div>
    </div>
  );
}
