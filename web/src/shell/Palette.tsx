/** Ctrl+K: places, recent tasks, and what was typed as a new request. */
import { Spotlight } from "@mantine/spotlight";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useMay } from "../api/me";
import { recent } from "../api/queries";
import { wordOf } from "../parts/Status";
import { short } from "../parts/words";
import { PLACES } from "./places";

export function Palette() {
  const [typed, setTyped] = useState("");
  const navigate = useNavigate();
  const tasks = useQuery(recent());
  const operator = useMay("operator");
  const has = (text: string) => text.toLowerCase().includes(typed.trim().toLowerCase());
  const places = PLACES.filter((place) => has(place.name));
  const found = (tasks.data?.items ?? []).filter((task) => has(task.request)).slice(0, 6);
  return (
    <Spotlight.Root
      title="Go to, ask or run"
      query={typed}
      onQueryChange={setTyped}
      shortcut={["mod + K"]}
      clearQueryOnClose
    >
      <Spotlight.Search placeholder="Go to, ask or run" aria-label="Go to, ask or run" />
      <Spotlight.ActionsList>
        {operator && typed.trim().length > 3 && (
          <Spotlight.ActionsGroup label="Ask">
            <Spotlight.Action
              label={`New task: ${short(typed, 60)}`}
              onClick={() => void navigate({ to: "/orchestrator", search: { new: typed } })}
            />
          </Spotlight.ActionsGroup>
        )}
        {places.length > 0 && (
          <Spotlight.ActionsGroup label="Go to">
            {places.map((place) => (
              <Spotlight.Action key={place.to} label={place.name} onClick={() => void navigate({ to: place.to })} />
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
                onClick={() => void navigate({ to: "/orchestrator/tasks/$id", params: { id: task.task_id } })}
              />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {places.length + found.length === 0 && !operator && <Spotlight.Empty>Nothing found</Spotlight.Empty>}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}
