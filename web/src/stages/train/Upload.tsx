/** A version of lines that somebody brings: JSON lines, one conversation each. Each refused line is named. */
import { Button, Checkbox, FileInput, Modal, Select, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { askIn, client, Problem, type Schemas } from "../../api/client";
import { versionBefore } from "../../api/queries";
import { Trouble } from "../../parts/Rest";
import { counted, visible, whole } from "../../parts/words";
import { FORMATS, ROLES } from "./formats";
import styles from "./Train.module.css";

export function Upload({ opened, close }: { opened: boolean; close: () => void }) {
  return (
    <Modal opened={opened} onClose={close} title="Upload a dataset" size="lg">
      {opened && <Form />}
    </Modal>
  );
}

const KINDS = ["jsonl", "openai", "gemini", "bedrock", "chatml"];

function Form() {
  const queries = useQueryClient();
  const navigate = useNavigate({ from: "/training/datasets" });
  const [file, setFile] = useState<File | null>(null);
  const [name, setName] = useState("");
  const [role, setRole] = useState("writer");
  const [format, setFormat] = useState("jsonl");
  const [target, setTarget] = useState<string | null>(null);
  const [skip, setSkip] = useState(false);
  const [again, setAgain] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [made, setMade] = useState<Schemas["UploadOut"] | null>(null);
  const taken = problem?.code === "dataset_name_taken";
  const before = useQuery({ ...versionBefore(name), enabled: again && name.trim() !== "" }).data;
  const fixed = again && before != null;
  const look = (id: string) => void navigate({ search: { id } as never });
  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (!file || busy) return;
    setBusy(true);
    setProblem(null);
    try {
      const answer = await askIn(
        client.POST("/api/orchestrator/training/datasets/upload", {
          params: {
            query: {
              name: name.trim(),
              role: fixed ? undefined : role,
              format,
              target: target ?? undefined,
              skip_refused: skip,
              new_version: again,
            } as never,
          },
          body: file as never,
          bodySerializer: (body: unknown) => body as BodyInit,
          headers: { "Content-Type": "application/octet-stream" },
        }),
      );
      void queries.invalidateQueries({ queryKey: ["datasets"] });
      if (answer.refused_count === 0) look(answer.dataset.id);
      else setMade(answer);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      setProblem(error);
    }
    setBusy(false);
  };
  if (made)
    return (
      <div className="stack" role="status">
        <p style={{ margin: 0 }}>
          {`${counted(made.dataset.example_count, "line")} taken, ${whole(made.refused_count)} refused:`}
        </p>
        <ul className={styles.changes}>
          {made.refused.map((one) => (
            <li key={one.line}>{`Line ${whole(one.line)}: ${visible(one.reason)}`}</li>
          ))}
        </ul>
        <Button variant="filled" onClick={() => look(made.dataset.id)}>
          Look at it
        </Button>
      </div>
    );
  return (
    <form className="stack" onSubmit={(event) => void send(event)}>
      <FileInput
        label="File"
        description="JSON lines, one conversation a line"
        placeholder="Choose a file"
        value={file}
        onChange={setFile}
        clearable
        clearButtonProps={{ "aria-label": "Take the file away" }}
      />
      <div className={styles.pair}>
        <TextInput
          label="Name"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={problem?.of("name") ?? (taken ? problem?.message : undefined)}
          required
        />
        <Select
          label="For"
          description={fixed ? "As the version before; another role has another name" : undefined}
          allowDeselect={false}
          data={ROLES}
          value={fixed ? before.role : role}
          disabled={fixed}
          onChange={(value) => value && setRole(value)}
        />
        <Select
          label="Format"
          allowDeselect={false}
          data={FORMATS.filter((one) => KINDS.includes(one.value))}
          value={format}
          onChange={(value) => value && setFormat(value)}
        />
        <Select
          label="Check the limits of"
          placeholder="None"
          clearable
          data={["openai", "gemini", "claude", "together", "local"].map((value) => ({
            value,
            label: TARGETS[value] ?? value,
          }))}
          value={target}
          onChange={setTarget}
        />
      </div>
      {(taken || again) && (
        <Checkbox
          label="Make the next version of that name"
          checked={again}
          onChange={(event) => setAgain(event.currentTarget.checked)}
        />
      )}
      <Checkbox
        label="Leave refused lines out and take the others"
        checked={skip}
        onChange={(event) => setSkip(event.currentTarget.checked)}
      />
      {problem && !taken && (
        <>
          <Trouble error={problem} what="It was not taken" />
          {problem.errors.length > 0 && (
            <ul className={styles.changes}>
              {problem.errors.slice(0, 20).map((one) => (
                <li key={`${one.field} ${one.message}`}>{`${one.field}: ${visible(one.message)}`}</li>
              ))}
            </ul>
          )}
        </>
      )}
      <div className="row">
        <span className="space" />
        <Button type="submit" variant="filled" disabled={!file || !name.trim()} loading={busy}>
          Upload
        </Button>
      </div>
    </form>
  );
}

const TARGETS: Record<string, string> = {
  openai: "OpenAI",
  gemini: "Gemini",
  claude: "Claude",
  together: "Together",
  local: "A model of your own",
};
