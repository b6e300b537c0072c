/** A new job, or a rule that begins jobs: dataset, place, settings; what it would take is told before it starts. */
import { Button, Select } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { askIn, client, Problem } from "../../../api/client";
import { type Dataset, readyDatasets, tuningTargets } from "../../../api/queries";
import { useDraft } from "../../../parts/draft";
import { Panel } from "../../../parts/Panel";
import { Empty, Shown, Trouble } from "../../../parts/Rest";
import { counted, score } from "../../../parts/words";
import { say } from "../acting";
import { titled } from "../Datasets";
import type { Go, Search } from "../filter";
import train from "../Train.module.css";
import { Choices } from "./Choices";
import { Estimate } from "./Estimate";
import styles from "./Jobs.module.css";
import { MakeRule } from "./MakeRule";
import { Targets, type Told } from "./Targets";
import { bodyOf, EMPTY, type JobIn, type Said, usable } from "./told";

/** What the server said to a body: estimates stand as long as nothing of the body changes. */
type Answer = { told?: Told; problem?: Problem };
const keyOf = (body: JobIn | null): string => JSON.stringify(body);

export function NewJob({ search, set }: { search: Search; set: Go }) {
  const datasets = useQuery(readyDatasets());
  return (
    <Shown query={datasets} rows={8}>
      {(found) =>
        found.items.length === 0 ? (
          <Panel>
            <Empty
              title="There is no dataset to train on."
              action={
                <Button component={Link} to="/training">
                  Choose examples
                </Button>
              }
            >
              Make one of examples first; a job teaches a model what its lines hold.
            </Empty>
          </Panel>
        ) : (
          <Form datasets={found.items} search={search} set={set} />
        )
      }
    </Shown>
  );
}

function Form({ datasets, search, set }: { datasets: Dataset[]; search: Search; set: Go }) {
  const rule = search.new === "rule";
  const queries = useQueryClient();
  const targets = useQuery(tuningTargets()).data;
  const [said, setSaid] = useDraft("new-job", EMPTY);
  const [answers, setAnswers] = useState<Record<string, Answer>>({});
  const [busy, setBusy] = useState<string | null>(null);
  const [refused, setRefused] = useState<Problem | null>(null);
  const put = (next: Partial<Said>) => setSaid((before) => ({ ...before, ...next }));
  const chosen = datasets.find((one) => one.id === said.dataset);
  const target = targets?.find((one) => one.target === said.target);
  const body = bodyOf(said);
  const answer = answers[keyOf(body)];
  const problem = answer?.problem ?? refused;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the address names a dataset once
  useEffect(() => {
    const named = search.dataset ?? "";
    if (datasets.some((one) => one.id === named)) put({ dataset: named, method: "sft" });
    else if (!datasets.some((one) => one.id === said.dataset)) put({ dataset: "" });
  }, [search.dataset]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the first that is open is offered, once targets are known
  useEffect(() => {
    const open = targets?.filter(usable) ?? [];
    if (targets && !open.some((one) => one.target === said.target)) put({ target: open[0]?.target ?? "" });
  }, [targets]);

  const estimate = async (asked: JobIn | null) => {
    if (!asked) return;
    setBusy(asked.target);
    setRefused(null);
    let found: Answer;
    try {
      found = { told: await askIn(client.POST("/api/orchestrator/training/fine-tune/estimate", { body: asked })) };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      found = { problem: error };
    }
    setAnswers((before) => ({ ...before, [keyOf(asked)]: found }));
    setBusy(null);
  };
  const compare = async () => {
    for (const one of targets?.filter(usable) ?? []) await estimate(bodyOf(said, one.target));
  };
  const start = async () => {
    if (!body) return;
    setBusy("start");
    setRefused(null);
    try {
      const made = await askIn(client.POST("/api/orchestrator/training/fine-tune", { body }));
      void queries.invalidateQueries({ queryKey: ["jobs"] });
      if (made.repeated) say("The same dataset and settings are a job already: this one.");
      setSaid(EMPTY);
      set({ new: undefined, dataset: undefined, id: made.job_id });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      setRefused(error);
      setBusy(null);
    }
  };
  return (
    <div className="stack">
      <div className="row">
        <h2 className={train.title}>{rule ? "Begin jobs by a rule" : "New job"}</h2>
        <span className="space" />
        <Button onClick={() => set({ new: undefined, dataset: undefined })}>All jobs</Button>
      </div>
      <div className={styles.columns}>
        <div className="stack">
          <Panel title="Dataset" pad>
            <Select
              label={rule ? "Made as" : "Version"}
              description={rule ? "Each time its next version is made, of the examples that fit then." : undefined}
              placeholder="Choose a dataset"
              searchable
              allowDeselect={false}
              nothingFoundMessage="No version is called so."
              data={datasets
                .filter((one) => !rule || one.source === "examples")
                .map((one) => ({ value: one.id, label: `${titled(one)}, ${one.role}` }))}
              value={said.dataset || null}
              onChange={(value) => put({ dataset: value ?? "", method: "sft" })}
              error={problem?.of("dataset_id")}
            />
            {chosen && (
              <p className="quiet">
                {`For the ${chosen.role}: ${counted(chosen.splits.train ?? chosen.example_count, "line")} to train, ${chosen.splits.validation ?? 0} held back, ${chosen.splits.test ?? 0} to test; quality ${score(chosen.avg_quality)}. `}
                <Link to="/training/datasets" search={{ id: chosen.id } as never}>
                  Look into it
                </Link>
              </p>
            )}
          </Panel>
          <Panel title="Where" note="today" pad>
            <Targets
              asked={!rule}
              value={said.target}
              set={(value) => put({ target: value, method: "sft" })}
              told={(name) => answers[keyOf(bodyOf(said, name))]?.told}
            />
            {problem?.of("target") && <p className="quiet">{problem.of("target")}</p>}
          </Panel>
          <Panel title="How" pad>
            <Choices said={said} put={put} target={target} dataset={chosen} problem={problem} />
          </Panel>
        </div>
        <div className={`${styles.side} ${styles.sticky}`}>
          {rule ? (
            <MakeRule dataset={chosen} body={body} done={() => set({ new: undefined, dataset: undefined })} />
          ) : (
            <Estimate
              body={body}
              local={said.target === "local"}
              told={answer?.told}
              busy={busy}
              estimate={() => void estimate(body)}
              compare={(targets?.filter(usable).length ?? 0) > 1 ? () => void compare() : undefined}
              start={() => void start()}
              open={(id) => set({ new: undefined, dataset: undefined, id })}
            />
          )}
          {problem && !rule && (
            <Panel>
              <Trouble error={problem} what={refused ? "It was not started" : "It could not be estimated"} />
            </Panel>
          )}
        </div>
      </div>
    </div>
  );
}
