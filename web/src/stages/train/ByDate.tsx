/** Everything up to a day, or below a score, gets a tag, whatever else it carries: the past as development in two clicks. */
import { Button, NumberInput, Popover, TextInput } from "@mantine/core";
import { type FormEvent, type ReactNode, useState } from "react";
import { FIRST_DAY, LAST_DAY } from "../../parts/DayField";
import type { useChanges } from "./acting";
import { dayField } from "./filter";

type Acts = ReturnType<typeof useChanges>;
const today = () => new Date().toISOString().slice(0, 10);

export function ByDate({ acts, since, until }: { acts: Acts; since?: string; until?: string }) {
  const [opened, setOpened] = useState(false);
  const [from, setFrom] = useState("");
  const [day, setDay] = useState("");
  const [tag, setTag] = useState("development");
  const open = (on: boolean) => {
    if (on) {
      setFrom(dayField(since).day);
      setDay(dayField(until).day || today());
    }
    setOpened(on);
  };
  const wrong = from !== "" && day !== "" && from > day;
  const send = async () => {
    if (day && !wrong && tag.trim() && (await acts.tagBetween(from || undefined, day, [tag.trim()]))) setOpened(false);
  };
  return (
    <Asked name="Tag by date" opened={opened} open={open} send={send}>
      <TextInput
        type="date"
        label="Everything up to"
        description="The whole day too (UTC), whatever the filter and the tags are; archived ones too"
        value={day}
        min={FIRST_DAY}
        max={LAST_DAY}
        onChange={(event) => setDay(event.currentTarget.value)}
        required
      />
      <TextInput
        type="date"
        label="But not before"
        description="Empty: from the beginning"
        value={from}
        min={FIRST_DAY}
        max={day || LAST_DAY}
        error={wrong && "It lies after the last day"}
        onChange={(event) => setFrom(event.currentTarget.value)}
      />
      <TextInput label="Becomes" value={tag} onChange={(event) => setTag(event.currentTarget.value)} required />
      <Button type="submit" loading={acts.busy === "by-date"} disabled={wrong} data-autofocus>
        {from ? "Tag everything between" : "Tag everything up to it"}
      </Button>
    </Asked>
  );
}

export function ByQuality({ acts, below }: { acts: Acts; below?: number }) {
  const [opened, setOpened] = useState(false);
  const [bound, setBound] = useState<number | string>(0.7);
  const [tag, setTag] = useState("exclude");
  const open = (on: boolean) => {
    if (on) setBound(below ?? 0.7);
    setOpened(on);
  };
  const known = typeof bound === "number" && bound >= 0 && bound <= 1;
  const send = async () => {
    if (known && tag.trim() && (await acts.tagBelow(bound, [tag.trim()]))) setOpened(false);
  };
  return (
    <Asked name="Tag by quality" opened={opened} open={open} send={send}>
      <NumberInput
        label="Everything that scores below"
        description="Not at it; whatever the filter and the tags are; archived ones too. What has no score stays as it is."
        min={0}
        max={1}
        step={0.05}
        decimalScale={4}
        value={bound}
        onChange={setBound}
        required
      />
      <TextInput label="Becomes" value={tag} onChange={(event) => setTag(event.currentTarget.value)} required />
      <Button type="submit" loading={acts.busy === "by-quality"} disabled={!known} data-autofocus>
        Tag everything below it
      </Button>
    </Asked>
  );
}

type AskedProps = {
  name: string;
  opened: boolean;
  open: (on: boolean) => void;
  send: () => Promise<void>;
  children: ReactNode;
};

function Asked({ name, opened, open, send, children }: AskedProps) {
  return (
    <Popover opened={opened} onChange={open} position="bottom-end" trapFocus shadow="md" withinPortal>
      <Popover.Target>
        <Button onClick={() => open(!opened)}>{name}</Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={name}>
        <form
          className="stack"
          style={{ width: 260 }}
          onSubmit={(event: FormEvent) => {
            event.preventDefault();
            void send();
          }}
        >
          {children}
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
