/** Ctrl+K: places and their parts, every task that fits the words, and what was typed as a new request, after all that bears its name. */

import { useDebouncedValue } from "@mantine/hooks";
import { Spotlight } from "@mantine/spotlight";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useMay } from "../api/me";
import { recent, type TaskRow, tasks } from "../api/queries";
import { wordOf } from "../parts/Status";
import { short } from "../parts/words";
import { PLACES } from "./places";

const MOST = 6;
const PARTS = [
  { name: "Content: calendar", to: "/content", tab: undefined },
  { name: "Content: published", to: "/content", tab: "published" },
  { name: "Content: series", to: "/content", tab: "series" },
  { name: "Content: readings due", to: "/content", tab: "readings" },
  { name: "Content: channels", to: "/content", tab: "channels" },
  { name: "Business: topics", to: "/business", tab: "topics" },
  { name: "Business: posts", to: "/business", tab: "posts" },
  { name: "Business: outlook", to: "/business", tab: "outlook" },
  { name: "Business: imports", to: "/business", tab: "imports" },
  { name: "Training: datasets", to: "/training/datasets", tab: undefined },
  { name: "Training: fine-tuning", to: "/training/fine-tuning", tab: undefined },
  { name: "Training: models", to: "/training/models", tab: undefined },
  { name: "Settings: channels and models", to: "/settings", tab: "connections" },
  { name: "Settings: tools and MCP servers", to: "/settings", tab: "tools" },
  { name: "Settings: people", to: "/settings", tab: "people" },
  { name: "Settings: API keys", to: "/settings", tab: "keys" },
  { name: "Settings: audit log", to: "/settings", tab: "audit" },
  { name: "Settings: your password", to: "/settings", tab: "you" },
] as const;

const addressOf = (task: TaskRow) =>
  task.status === "pending_approval" ? "/orchestrator/approvals/$id" : "/orchestrator/tasks/$id";

export function Palette() {
  const [typed, setTyped] = useState("");
  const navigate = useNavigate();
  const [sought] = useDebouncedValue(typed.trim(), 200);
  const latest = useQuery(recent()).data?.items ?? [];
  const every = useQuery({
    ...tasks({ search: sought.slice(0, 200), limit: MOST }),
    enabled: sought.length > 1,
    placeholderData: keepPreviousData,
  });
  const operator = useMay("operator");
  const has = (text: string) => text.toLowerCase().includes(typed.trim().toLowerCase());
  const places = PLACES.filter((place) => has(place.name));
  const parts = typed.trim() ? PARTS.filter((part) => has(part.name)) : [];
  const near = latest.filter((task) => has(task.request));
  const far = sought.length > 1 ? (every.data?.items ?? []).filter((task) => has(task.request)) : [];
  const found = [...near, ...far.filter((task) => !near.some((each) => each.task_id === task.task_id))].slice(0, MOST);
  return (
    <Spotlight.Root
      title="Go to, ask or run"
      query={typed}
      onQueryChange={setTyped}
      shortcut={["mod + K"]}
      tagsToIgnore={[]} // also from the field of the chat, where the keyboard stands
      clearQueryOnClose
    >
      <Spotlight.Search placeholder="Go to, ask or run" aria-label="Go to, ask or run" />
      <Spotlight.ActionsList>
        {places.length + parts.length > 0 && (
          <Spotlight.ActionsGroup label="Go to">
            {places.map((place) => (
              <Spotlight.Action key={place.to} label={place.name} onClick={() => void navigate({ to: place.to })} />
            ))}
            {parts.map((part) => (
              <Spotlight.Action
                key={part.name}
                label={part.name}
                onClick={() => void navigate({ to: part.to, search: (part.tab ? { tab: part.tab } : {}) as never })}
              />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {found.length > 0 && (
          <Spotlight.ActionsGroup label="Tasks">
            {found.map((task) => (
              <Spotlight.Action
                key={task.task_id}
                label={short(task.request, 70)}
                description={wordOf(task.status)}
                onClick={() => void navigate({ to: addressOf(task), params: { id: task.task_id } })}
              />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {typed.trim().length > 3 && (
          <Spotlight.ActionsGroup label="Ask">
            {operator && (
              <Spotlight.Action
                label={`New task: ${short(typed, 60)}`}
                onClick={() => void navigate({ to: "/orchestrator", search: { new: typed } })}
              />
            )}
            <Spotlight.Action
              label={`In chat: ${short(typed, 60)}`}
              onClick={() =>
                void navigate({ to: "/chat/{-$id}", params: { id: undefined }, search: { say: typed } as never })
              }
            />
          </Spotlight.ActionsGroup>
        )}
        {places.length + parts.length + found.length === 0 && typed.trim().length <= 3 && (
          <Spotlight.Empty>Nothing found</Spotlight.Empty>
        )}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}
