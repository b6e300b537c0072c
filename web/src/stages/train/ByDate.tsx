/** Everything up to a day gets a tag, whatever else it carries: the past as development in two clicks. */
import { Button, Popover, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import type { useChanges } from "./acting";

const today = () => new Date().toISOString().slice(0, 10);

export function ByDate({ acts, until }: { acts: ReturnType<typeof useChanges>; until?: string }) {
  const [opened, setOpened] = useState(false);
  const [day, setDay] = useState(until ?? today());
  const [tag, setTag] = useState("development");
  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (day && tag.trim() && (await acts.tagBefore(day, [tag.trim()]))) setOpened(false);
  };
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" trapFocus shadow="md" withinPortal>
      <Popover.Target>
        <Button
          onClick={() => {
            setDay(until ?? today());
            setOpened(!opened);
          }}
        >
          Tag by date
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Tag by date">
        <form className="stack" onSubmit={(event) => void send(event)} style={{ width: 260 }}>
          <TextInput
            type="date"
            label="Everything up to"
            description="The whole day too (UTC), whatever the filter and the tags are"
            value={day}
            onChange={(event) => setDay(event.currentTarget.value)}
            required
          />
          <TextInput label="Becomes" value={tag} onChange={(event) => setTag(event.currentTarget.value)} required />
          <Button type="submit" loading={acts.busy === "by-date"} data-autofocus>
            Tag everything before it
          </Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
