/** What the product must know before it goes on, answered in place. */
import { Button, Radio, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ask, client, Problem } from "../../api/client";
import { useMay } from "../../api/me";
import { useProblem } from "../../api/problem";
import { useDraft } from "../../parts/draft";
import { Panel } from "../../parts/Panel";
import type { Detail } from "./Task";

const NONE: Record<string, string> = {};

type Question = { field: string; question: string; why?: string; options?: string[] };

export function Questions({ task }: { task: Detail }) {
  const [answers, setAnswers] = useDraft(`answers:${task.task_id}`, NONE);
  const [problem, setProblem] = useProblem<Problem>();
  const [busy, setBusy] = useState(false);
  const queries = useQueryClient();
  const operator = useMay("operator");
  const questions = task.status_now.questions as unknown as Question[];
  if (task.status !== "needs_clarification" || questions.length === 0) return null;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      await ask(
        client.POST("/api/orchestrator/clarify/{task_id}", {
          params: { path: { task_id: task.task_id } },
          body: { answers },
        }),
      );
      setAnswers(NONE);
      await queries.invalidateQueries({ queryKey: ["task", task.task_id] });
    } catch (error) {
      if (error instanceof Problem) setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  const set = (field: string, value: string) => setAnswers((all) => ({ ...all, [field]: value }));
  return (
    <Panel title="Before it goes on" pad>
      <form className="stack" onSubmit={(event) => void submit(event)}>
        {questions.map((each) =>
          each.options?.length ? (
            <div key={each.field}>
              <Radio.Group
                label={each.question}
                description={each.why}
                value={answers[each.field] ?? ""}
                onChange={(value) => set(each.field, value)}
              >
                <div className="row" style={{ marginTop: 8, gap: "10px 20px" }}>
                  {each.options.map((option) => (
                    <Radio key={option} value={option} label={option} disabled={!operator} />
                  ))}
                </div>
              </Radio.Group>
              <TextInput
                mt={10}
                maw={420}
                aria-label={`${each.question} In your own words`}
                placeholder="Or in your own words"
                disabled={!operator}
                value={each.options.includes(answers[each.field] ?? "") ? "" : (answers[each.field] ?? "")}
                onChange={(event) => set(each.field, event.currentTarget.value)}
              />
            </div>
          ) : (
            <TextInput
              key={each.field}
              label={each.question}
              description={each.why}
              disabled={!operator}
              value={answers[each.field] ?? ""}
              onChange={(event) => set(each.field, event.currentTarget.value)}
            />
          ),
        )}
        {problem && (
          <p role="alert" style={{ color: "var(--failed)", margin: 0 }}>
            {problem.message} {problem.hint}
          </p>
        )}
        {operator ? (
          <div className="row">
            <Button
              type="submit"
              variant="filled"
              loading={busy}
              disabled={!Object.values(answers).some((each) => each.trim())}
            >
              Answer
            </Button>
            <span className="quiet">The task goes on at once.</span>
          </div>
        ) : (
          <p className="quiet">An operator can answer this.</p>
        )}
      </form>
    </Panel>
  );
}
