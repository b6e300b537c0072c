/** What is done with the examples selected, or with all that a filter lets through. */
import { Button, Popover, TagsInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { trainingChoices } from "../../api/queries";
import { useKeys } from "../../parts/Key";
import { counted } from "../../parts/words";
import type { useChanges, Which } from "./acting";
import styles from "./Train.module.css";

type Acts = ReturnType<typeof useChanges>;
/** `archived`: as the filter has it. Shown are those that are not; with true only those that are; with null both. */
type Props = { which: Which; count: number; archived?: boolean | null; acts: Acts; clear: () => void };

export function Bulk({ which, count, archived, acts, clear }: Props) {
  const [open, setOpen] = useState<"tag" | "untag" | null>(null);
  useKeys([
    ["t", () => setOpen("tag")],
    ["x", () => void acts.tag(which, ["exclude"])],
  ]);
  return (
    <div className={styles.bulk} role="toolbar" aria-label="Selected examples">
      <b>{counted(count, "example")} selected</b>
      <Button size="compact-sm" variant="transparent" onClick={clear}>
        Select none
      </Button>
      <span className="space" />
      <Tagging
        verb="Add tag"
        opened={open === "tag"}
        set={(on) => setOpen(on ? "tag" : null)}
        busy={acts.busy !== null}
        act={(tags) => acts.tag(which, tags)}
      />
      <Tagging
        verb="Remove tag"
        opened={open === "untag"}
        set={(on) => setOpen(on ? "untag" : null)}
        busy={acts.busy !== null}
        act={(tags) => acts.untag(which, tags)}
      />
      <Button onClick={() => void acts.tag(which, ["exclude"])} disabled={acts.busy !== null}>
        Exclude
      </Button>
      {archived !== true && (
        <Button onClick={() => void acts.archive(which)} disabled={acts.busy !== null}>
          Archive
        </Button>
      )}
      {(archived === true || archived === null) && (
        <Button onClick={() => void acts.restore(which)} disabled={acts.busy !== null}>
          Restore
        </Button>
      )}
    </div>
  );
}

type TaggingProps = {
  verb: string;
  opened: boolean;
  set: (on: boolean) => void;
  busy: boolean;
  act: (tags: string[]) => Promise<boolean>;
};

function Tagging({ verb, opened, set, busy, act }: TaggingProps) {
  const known = useQuery(trainingChoices()).data?.tags ?? [];
  const [tags, setTags] = useState<string[]>([]);
  const [typed, setTyped] = useState("");
  const named = [...tags, ...(typed.trim() ? [typed.trim()] : [])];
  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (named.length === 0 || busy) return;
    if (await act(named)) set(false);
  };
  return (
    <Popover opened={opened} onChange={set} position="bottom-end" trapFocus shadow="md" withinPortal>
      <Popover.Target>
        <Button onClick={() => set(!opened)} disabled={busy}>
          {verb}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={verb}>
        <form onSubmit={(event) => void send(event)} className="stack">
          <TagsInput
            label="Tags"
            data={[...new Set([...known, "production", "development", "test", "manual_approved"])]}
            value={tags}
            onChange={setTags}
            searchValue={typed}
            onSearchChange={setTyped}
            w={260}
            comboboxProps={{ withinPortal: false }}
            data-autofocus
          />
          <Button type="submit" disabled={named.length === 0} loading={busy}>
            {verb === "Add tag" ? "Add" : "Remove"}
          </Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
