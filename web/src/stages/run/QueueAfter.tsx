/** Which commands a new one comes after: found by their action or agent, told apart by the end of their ids. */
import { MultiSelect } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type CommandRow, commandPages } from "../../api/queries";
import { wordOf } from "../../parts/Status";
import { spoken } from "../../parts/words";

export type Before = { value: string; label: string };

const named = (row: CommandRow): Before => ({
  value: row.command_id,
  label: `…${row.command_id.slice(-8)} ${spoken(row.action)}, ${wordOf(row.status).toLowerCase()}`, // a narrow field cuts its end
});

type Props = { chosen: Before[]; choose: (next: Before[]) => void; error?: string };

export function QueueAfter({ chosen, choose, error }: Props) {
  const [typed, setTyped] = useState("");
  const [search] = useDebouncedValue(typed.trim(), 250);
  const query = useInfiniteQuery(commandPages({ search: search || undefined, sort: "newest", archived: false }));
  const found = (query.data?.pages[0]?.items ?? []).map(named);
  const kept = chosen.filter((one) => !found.some((each) => each.value === one.value));
  const options = [...kept, ...found];
  return (
    <MultiSelect
      label="After"
      description="It is handed out once these are completed."
      placeholder={chosen.length ? undefined : "Nothing: at once"}
      searchable
      clearable
      searchValue={typed}
      onSearchChange={setTyped}
      filter={({ options: all }) => all}
      nothingFoundMessage="No such command."
      data={options}
      value={chosen.map((one) => one.value)}
      onChange={(ids) => choose(options.filter((one) => ids.includes(one.value)))}
      error={error}
    />
  );
}
