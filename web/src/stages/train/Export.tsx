/** All that the filter lets through as a file. */
import { Button, Menu } from "@mantine/core";
import { useState } from "react";
import { Problem, saveFile } from "../../api/client";
import type { TrainingFilter } from "../../api/queries";
import { counted, whole } from "../../parts/words";
import { say } from "./acting";
import { FORMATS } from "./formats";

export function Export({ filter, count }: { filter: TrainingFilter; count: number }) {
  const [busy, setBusy] = useState(false);
  const save = async (path: string, body: unknown, planner = true) => {
    setBusy(true);
    try {
      const held = await saveFile(`/api/orchestrator/training/${path}`, body);
      if (held && held.used < held.fit) {
        const lack = planner ? "have no plan or are withdrawn" : "are withdrawn";
        say(`${whole(held.used)} of ${counted(held.fit, "example")} are in the file: the others ${lack}.`);
      }
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      say([error.message, error.hint].filter(Boolean).join(" "));
    }
    setBusy(false);
  };
  return (
    <Menu shadow="md" position="bottom-end">
      <Menu.Target>
        <Button disabled={count === 0} loading={busy}>{`Export ${whole(count)}`}</Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>As a row's preview shows it</Menu.Label>
        <Menu.Item onClick={() => void save("export", { filters: filter, format: "jsonl" })}>JSON lines</Menu.Item>
        <Menu.Item onClick={() => void save("export", { filters: filter, format: "csv" }, false)}>CSV</Menu.Item>
        <Menu.Label>For a provider</Menu.Label>
        {FORMATS.map(({ value, label, pairs }) => (
          <Menu.Item
            key={value}
            onClick={() =>
              void save("datasets/export", { filters: filter, format: value, role: pairs ? "writer" : "planner" })
            }
          >
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
