/** Ask in plain language. What is typed is kept until the server has the task. */
import { Button, Textarea } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { ask, client, Problem } from "../../api/client";
import { useProblem } from "../../api/problem";
import { newName, useDraft } from "../../parts/draft";
import { Key } from "../../parts/Key";
import styles from "./NewTask.module.css";
import { NewTaskWishes } from "./NewTaskWishes";
import { bodyOf, NO_WISHES, saidOf } from "./wishes";

const WISHED = ["channels", "tone", "language", "persona", "figures", "not_before"];

export function NewTask({ first = "", autoFocus = false }: { first?: string; autoFocus?: boolean }) {
  const [request, setRequest] = useDraft("request", "", first || undefined);
  const [wishes, setWishes] = useDraft("wishes", NO_WISHES);
  const said = saidOf(wishes);
  const [open, setOpen] = useState(said > 0);
  const [birth, setBirth] = useState(newName); // a second press of the button is the same task
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useProblem<Problem | null>(null);
  const navigate = useNavigate();

  const submit = async (event?: FormEvent) => {
    event?.preventDefault();
    if (!request.trim() || busy) return;
    setBusy(true);
    setProblem(null);
    try {
      const born = await ask(
        client.POST("/api/orchestrator/process", {
          body: bodyOf(request, wishes),
          headers: { "Idempotency-Key": birth },
        }),
      );
      setRequest("");
      setWishes(NO_WISHES);
      await navigate({ to: "/orchestrator/tasks/$id", params: { id: born.task_id } });
    } catch (error) {
      if (error instanceof Problem) setProblem(error);
      if (error instanceof Problem && error.status > 0) setBirth(newName());
    } finally {
      setBusy(false);
    }
  };
  const wrongWith = (field: string) =>
    problem?.errors
      .filter((each) => each.field.split(".").includes(field))
      .map((each) => each.message)
      .join(" ") || undefined;
  const placed = open && WISHED.some(wrongWith);
  return (
    <form className={styles.form} onSubmit={(event) => void submit(event)}>
      <Textarea
        className={styles.ask}
        aria-label="What should be made?"
        placeholder="Create a LinkedIn post about our Q4 growth metrics"
        autosize
        minRows={2}
        maxRows={10}
        variant="unstyled"
        autoFocus={autoFocus}
        value={request}
        error={problem && !placed ? `${problem.message} ${problem.hint ?? ""}` : undefined}
        onChange={(event) => setRequest(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void submit();
        }}
      />
      {open && (
        <NewTaskWishes
          wishes={wishes}
          wish={(next) => setWishes((before) => ({ ...before, ...next }))}
          errorOf={wrongWith}
        />
      )}
      <div className={styles.foot}>
        <Button
          variant="subtle"
          size="compact-sm"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >{`${open ? "Fewer wishes" : "More wishes"}${said && !open ? `, ${said} said` : ""}`}</Button>
        <span className="quiet">Nothing is published before you approve the exact text.</span>
        <span className="space" />
        <Button type="submit" loading={busy} disabled={!request.trim()} rightSection={<Key>Ctrl Enter</Key>}>
          Ask
        </Button>
      </div>
    </form>
  );
}
