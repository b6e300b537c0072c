/** A reading as a person read it at the channel: counters since the post went out. */
import { Button, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ask, client, Problem } from "../../api/client";
import { useProblem } from "../../api/problem";
import { spoken } from "../../parts/words";
import styles from "./Content.module.css";
import grid from "./Measured.module.css";
import { asTyped, COUNTERS, type Counter, type Reading, typedIn } from "./measured";
import { localTime, Said } from "./Settle";

type Given = { id: string; back: () => void; mends?: Reading };

/** `mends`: one that was typed before, which the new one takes the place of. */
export function TypeReading({ id, back, mends }: Given) {
  const queries = useQueryClient();
  const [text, setText] = useState<Partial<Record<Counter, string>>>(mends ? asTyped(mends) : {});
  const [at, setAt] = useState(localTime(mends?.measured_at));
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<Counter>();
  const [problem, setProblem] = useProblem<Problem | null>(null);
  const trying = async (work: () => Promise<string>) => {
    setBusy(true);
    setProblem(null);
    try {
      notifications.show({ message: await work(), role: "status" });
      back();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      setProblem(error);
    } finally {
      setBusy(false);
      void queries.invalidateQueries({ queryKey: ["measurements"] });
    }
  };
  const send = async (event: FormEvent) => {
    event.preventDefault();
    const found = typedIn(text);
    setWrong(found.wrong);
    if (found.wrong) return;
    await trying(async () => {
      // What is left out stays as it was: a figure whose field was emptied is taken away.
      const emptied = COUNTERS.filter((name) => mends && mends[name] !== null && !(name in found.counts));
      const body = {
        ...Object.fromEntries(emptied.map((name) => [name, null])),
        ...found.counts,
        ...(at ? { measured_at: new Date(at).toISOString() } : {}),
        ...(mends ? { replaces: mends.reading_id } : {}),
      };
      const path = { publication_id: id };
      const made = await ask(client.POST("/api/publications/{publication_id}/readings", { params: { path }, body }));
      return ["The reading is kept.", ...made.notes].join(" ");
    });
  };
  const takeAway = (one: Reading) =>
    trying(async () => {
      const path = { publication_id: id, reading_id: one.reading_id };
      await ask(client.DELETE("/api/publications/{publication_id}/readings/{reading_id}", { params: { path } }));
      return "The reading is taken away.";
    });
  const known = [...COUNTERS, "measured_at"];
  return (
    <form className={styles.answer} onSubmit={(event) => void send(event)}>
      <div className={grid.counters}>
        {COUNTERS.map((name) => (
          <TextInput
            key={name}
            label={spoken(name)}
            inputMode="numeric"
            value={text[name] ?? ""}
            onChange={(event) => setText({ ...text, [name]: event.currentTarget.value })}
            error={wrong === name ? "A whole number." : problem?.of(name)}
            data-autofocus={name === "impressions" || undefined}
          />
        ))}
      </div>
      <TextInput
        label="When you read it"
        description={`Your time. Empty: ${mends ? "as it was" : "now"}. Leave out what the channel does not tell.`}
        type="datetime-local"
        value={at}
        onChange={(event) => setAt(event.currentTarget.value)}
        error={problem?.of("measured_at")}
      />
      <Said problem={problem} known={known} />
      <div className="row">
        <Button type="submit" variant="filled" loading={busy}>
          {mends ? "Mend it" : "Keep the reading"}
        </Button>
        {mends && (
          <Button onClick={() => void takeAway(mends)} loading={busy}>
            Take it away
          </Button>
        )}
        <Button onClick={back}>Back</Button>
      </div>
    </form>
  );
}
