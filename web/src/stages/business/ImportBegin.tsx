/** The first step: what it holds, and the file or the source that it is in. Nothing goes in yet. */
import { Button, FileInput, Radio, Select } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type DragEvent, type FormEvent, useState } from "react";
import { ask, client } from "../../api/client";
import { useMay } from "../../api/me";
import { useProblem } from "../../api/problem";
import { importKinds, importSources } from "../../api/queries";
import { Panel } from "../../parts/Panel";
import { Shown, Trouble } from "../../parts/Rest";
import { spoken } from "../../parts/words";
import type { Go } from "./Business";
import styles from "./Imports.module.css";
import { Way } from "./Way";

export function ImportBegin({ of, set }: { of: string; set: Go }) {
  const query = useQuery(importKinds());
  const operator = useMay("operator");
  const sources =
    useQuery({ ...importSources(), enabled: operator }).data?.items.filter((one) => one.type !== "folder") ?? [];
  const queries = useQueryClient();
  const navigate = useNavigate({ from: "/business" });
  const [kind, setKind] = useState("posts");
  const [file, setFile] = useState<File | null>(null);
  const [source, setSource] = useState<string | null>(null);
  const [over, setOver] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useProblem<unknown>();
  const fromSource = of === "source" && sources.length > 0;
  const ready = fromSource ? source !== null : file !== null;
  const begin = async (event: FormEvent) => {
    event.preventDefault();
    if (!ready || busy) return;
    setBusy(true);
    setProblem(undefined);
    try {
      const made =
        fromSource && source
          ? await ask(client.POST("/api/imports", { body: { kind: kind as never, source_id: source } as never }))
          : await ask(
              client.POST("/api/import-files", {
                params: { query: { kind: kind as never, name: file?.name.slice(0, 200) ?? "file" } },
                body: file as never,
                bodySerializer: (body: unknown) => body as BodyInit,
                headers: { "Content-Type": "application/octet-stream" },
              }),
            );
      void queries.invalidateQueries({ queryKey: ["imports"] });
      void navigate({ search: { tab: "imports", import: made.id } });
    } catch (error) {
      setProblem(error);
    }
    setBusy(false);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const given = event.dataTransfer.files[0];
    if (given) setFile(given);
  };
  if (!operator) return <Trouble error={new Error("Who may run work brings data in.")} what="Not yours to do" />;
  return (
    <div className="stack">
      <Way at={0} />
      <Panel title="What do you bring in?" pad>
        <Shown query={query}>
          {(kinds) => (
            <form className="stack" onSubmit={begin}>
              <Radio.Group label="It holds" value={kind} onChange={setKind}>
                <div className={styles.kinds}>
                  {kinds.map((one) => (
                    <Radio key={one.name} value={one.name} label={spoken(one.name)} description={one.about} />
                  ))}
                </div>
              </Radio.Group>
              {sources.length > 0 && (
                <Radio.Group
                  label="From"
                  value={fromSource ? "source" : "file"}
                  onChange={(value) => set({ tab: "imports", new: value })}
                >
                  <div className="row">
                    <Radio value="file" label="A file" />
                    <Radio value="source" label="A source that is set up" />
                  </div>
                </Radio.Group>
              )}
              {fromSource ? (
                <Select
                  label="Source"
                  placeholder="Choose one"
                  value={source}
                  data={sources.map((one) => ({ value: one.id, label: `${one.name} (${spoken(one.type)})` }))}
                  onChange={(value) => {
                    setSource(value);
                    const its = sources.find((one) => one.id === value);
                    if (its) setKind(its.kind);
                  }}
                  maw={420}
                />
              ) : (
                // biome-ignore lint/a11y/noStaticElementInteractions: dropping is one more way; the field beside it takes a keyboard
                <div
                  className={styles.drop}
                  data-over={over || undefined}
                  onDragOver={(event) => {
                    event.preventDefault();
                    setOver(true);
                  }}
                  onDragLeave={() => setOver(false)}
                  onDrop={drop}
                >
                  <FileInput
                    label="File"
                    description="CSV, TSV, JSON lines, Parquet or Excel, also packed with gzip. Found out by its contents, never by its name."
                    placeholder="Choose a file, or drop it here"
                    value={file}
                    onChange={setFile}
                    clearable
                    clearButtonProps={{ "aria-label": "Take the file away" }}
                  />
                </div>
              )}
              {problem !== undefined && <Trouble error={problem} what="It could not be read" />}
              <div className="row">
                <Button type="submit" variant="filled" disabled={!ready} loading={busy}>
                  Look at it
                </Button>
                <Button onClick={() => void navigate({ search: { tab: "imports" } })}>Back to imports</Button>
                <span className="quiet">Nothing goes in before you say so.</span>
              </div>
            </form>
          )}
        </Shown>
      </Panel>
    </div>
  );
}
