/** A new source. Its secret is kept encrypted and never shown again; what was typed stays when it is refused. */
import { Button, Modal, NumberInput, PasswordInput, Select, Textarea, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ask, client, Problem, type Schemas } from "../../api/client";
import { useProblem } from "../../api/problem";
import { importKinds } from "../../api/queries";
import { useDraft } from "../../parts/draft";
import { Trouble } from "../../parts/Rest";
import { spoken } from "../../parts/words";
import { TYPES } from "./Sources";

const EMPTY = {
  name: "",
  type: "folder",
  kind: "posts",
  every: 60 as number | "",
  path: "",
  pattern: "*",
  host: "",
  port: 5432,
  database: "",
  user: "",
  tls: "prefer",
  table: "",
  query: "",
  cursor: "",
  property: "",
  metrics: "sessions, totalUsers, screenPageViews",
  dimensions: "date",
};
type Values = typeof EMPTY;
const list = (text: string) => text.split(",").flatMap((one) => one.trim() || []);

function bodyOf(of: Values, secret: string): Schemas["NewSource"] {
  const its =
    of.type === "folder"
      ? { folder: { path: of.path, pattern: of.pattern || "*" } }
      : of.type === "ga4"
        ? { ga4: { property_id: of.property, metrics: list(of.metrics), dimensions: list(of.dimensions) } }
        : {
            postgres: {
              host: of.host,
              port: of.port,
              database: of.database,
              user: of.user,
              tls: of.tls,
              ...(of.query ? { query: of.query } : { table: of.table }),
              ...(of.cursor ? { cursor: of.cursor } : {}),
            },
          };
  return {
    name: of.name,
    type: of.type,
    kind: of.kind,
    ...its,
    ...(secret ? { secret } : {}),
    ...(of.every ? { every_minutes: of.every } : {}),
  } as Schemas["NewSource"];
}

export function SourceNew({ opened, close }: { opened: boolean; close: () => void }) {
  const [of, setOf] = useDraft<Values>("source", EMPTY);
  const [secret, setSecret] = useState(""); // never kept
  const [problem, setProblem] = useProblem<unknown>();
  const [busy, setBusy] = useState(false);
  const kinds = useQuery({ ...importKinds(), enabled: opened }).data ?? [];
  const queries = useQueryClient();
  const put = (more: Partial<Values>) => setOf({ ...of, ...more });
  const text = (name: keyof Values) => ({
    value: String(of[name]),
    error: problem instanceof Problem ? problem.of(name) : undefined,
    onChange: (event: { currentTarget: { value: string } }) => put({ [name]: event.currentTarget.value }),
  });
  const add = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      await ask(client.POST("/api/import-sources", { body: bodyOf(of, secret) }));
      setOf(EMPTY);
      setSecret("");
      close();
      await queries.invalidateQueries({ queryKey: ["import-sources"] });
    } catch (error) {
      setProblem(error);
    }
    setBusy(false);
  };
  return (
    <Modal opened={opened} onClose={close} title="Add a source" size="lg">
      <form className="stack" onSubmit={add}>
        <div className="row" style={{ alignItems: "start" }}>
          <Select
            label="Type"
            allowDeselect={false}
            value={of.type}
            data={Object.entries(TYPES).map(([value, label]) => ({ value, label }))}
            onChange={(value) => put({ type: value ?? "folder" })}
          />
          <Select
            label="It holds"
            allowDeselect={false}
            value={of.kind}
            data={kinds.map((one) => ({ value: one.name, label: spoken(one.name) }))}
            onChange={(value) => put({ kind: value ?? "posts" })}
          />
          <NumberInput
            label="Every so many minutes"
            description="Empty: when asked"
            min={1}
            max={525_600}
            value={of.every}
            onChange={(value) => put({ every: value === "" ? "" : Number(value) })}
          />
        </div>
        <TextInput label="Name" required {...text("name")} />
        {of.type === "folder" && (
          <>
            <TextInput label="Folder" description="On the machine of the worker" required {...text("path")} />
            <TextInput label="Files that fit" description="As *.csv" {...text("pattern")} />
          </>
        )}
        {of.type === "postgres" && (
          <>
            <div className="row" style={{ alignItems: "start" }}>
              <TextInput label="Host" required {...text("host")} />
              <NumberInput
                label="Port"
                min={1}
                max={65535}
                value={of.port}
                onChange={(value) => put({ port: Number(value) || 5432 })}
              />
              <TextInput label="Database" required {...text("database")} />
            </div>
            <TextInput label="User" description="Best one that may only read" required {...text("user")} />
            <PasswordInput
              label="Password"
              autoComplete="off"
              value={secret}
              onChange={(event) => setSecret(event.currentTarget.value)}
            />
            <Select
              label="Encryption on the way"
              allowDeselect={false}
              value={of.tls}
              data={["prefer", "require", "verify-full", "disable"]}
              onChange={(value) => put({ tls: value ?? "prefer" })}
            />
            <TextInput label="Table" disabled={of.query !== ""} {...text("table")} />
            <Textarea label="Or a query" autosize minRows={2} {...text("query")} />
            <TextInput label="Column by which only newer rows are read" {...text("cursor")} />
          </>
        )}
        {of.type === "ga4" && (
          <>
            <TextInput label="Property id" description="Digits only" required {...text("property")} />
            <TextInput label="Dimensions" {...text("dimensions")} />
            <TextInput label="Metrics" {...text("metrics")} />
            <Textarea
              label="Key file of the service account, as text"
              autosize
              minRows={3}
              maxRows={6}
              autoComplete="off"
              value={secret}
              onChange={(event) => setSecret(event.currentTarget.value)}
            />
          </>
        )}
        {problem !== undefined && <Trouble error={problem} what="It was not added. What you typed is kept." />}
        <div className="row">
          <Button type="submit" variant="filled" loading={busy}>
            Add the source
          </Button>
          <Button onClick={close}>Not now</Button>
        </div>
      </form>
    </Modal>
  );
}
