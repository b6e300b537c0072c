/** Images of the waiting texts: picked, dropped or pasted, each with the words that stand for it; in an order, per channel. */
import { Button, FileButton, Textarea } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type DragEvent, useEffect, useState } from "react";
import { ask, client, Problem } from "../../api/client";
import { useProblem } from "../../api/problem";
import { approval } from "../../api/queries";
import { Panel } from "../../parts/Panel";
import { Trouble } from "../../parts/Rest";
import { channelName, counted } from "../../parts/words";
import type { Waiting } from "./Approval";
import styles from "./Images.module.css";
import { differs, form, type Image, moved, switched, wanted } from "./images";

type Props = {
  found: Waiting;
  names: string[];
  blocked: boolean;
  took: (found: Waiting) => void;
  /** Tells whether something in hand is not with the texts yet: then nothing can be decided. */
  unready: (yes: boolean) => void;
};
const TYPES = "image/jpeg,image/png,image/gif,image/webp";

export function Images({ found, names, blocked, took, unready }: Props) {
  const kept = found.images ?? [];
  const [all, setAll] = useState<Image[]>(kept);
  const [busy, setBusy] = useState(0);
  const [problem, setProblem] = useProblem<Problem | null>(null);
  const [over, setOver] = useState(false);
  const queries = useQueryClient();
  const bare = all.filter((one) => one.alt.trim() === "").length;
  const unsaved = differs(all, kept);
  useEffect(() => unready(busy > 0 || bare > 0 || unsaved), [busy, bare, unsaved, unready]);

  const there = JSON.stringify(kept);
  useEffect(() => {
    const known = JSON.parse(there) as Image[];
    setAll((now) => [
      ...known,
      ...now.filter((one) => one.alt.trim() === "" && !known.some((each) => each.image === one.image)),
    ]);
  }, [there]);

  const during = async (work: () => Promise<void>) => {
    setBusy((count) => count + 1);
    setProblem(null);
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      setProblem(error);
      void queries.invalidateQueries({ queryKey: approval(found.task_id).queryKey });
    }
    setBusy((count) => count - 1);
  };
  const save = (next: Image[]) => {
    setAll(next);
    if (!differs(next, kept)) return;
    void during(async () => {
      const after = await ask(
        client.PUT("/api/orchestrator/approval/{task_id}/images", {
          params: { path: { task_id: found.task_id } },
          body: { images: wanted(next), fingerprint: found.fingerprint },
        }),
      );
      took(after);
    });
  };
  const upload = (files: File[]) => {
    const pictures = files.filter((file) => file.size > 0);
    if (pictures.length === 0 || blocked) return;
    void during(async () => {
      for (const file of pictures) {
        const made = await ask(
          client.POST("/api/images", {
            body: file as never,
            bodySerializer: (body: unknown) => body as BodyInit,
            headers: { "Content-Type": "application/octet-stream" },
          }),
        );
        setAll((now) =>
          now.some((one) => one.image === made.image) ? now : [...now, { ...made, alt: "", channels: null }],
        );
      }
    });
  };
  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      const files = [...(event.clipboardData?.files ?? [])].filter((file) => file.type.startsWith("image/"));
      if (files.length === 0) return;
      event.preventDefault();
      upload(files);
    };
    document.addEventListener("paste", paste);
    return () => document.removeEventListener("paste", paste);
  });
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    upload([...event.dataTransfer.files]);
  };
  const change = (at: number, more: Partial<Image>) =>
    all.map((one, place) => (place === at ? { ...one, ...more } : one));
  return (
    <Panel
      title="Images"
      aside={
        <FileButton multiple accept={TYPES} onChange={upload}>
          {(props) => (
            <Button size="compact-sm" loading={busy > 0} disabled={blocked} {...props}>
              Add images
            </Button>
          )}
        </FileButton>
      }
      pad
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the same is done by the button, and by pasting */}
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
        {all.length === 0 && (
          <p className="quiet">
            Drop images here, paste one, or add them from your files. The place they were taken at is removed.
          </p>
        )}
        <ol className={styles.list}>
          {all.map((one, at) => (
            <One
              key={one.image}
              one={one}
              at={at}
              last={at === all.length - 1}
              names={names}
              blocked={blocked || busy > 0}
              type={(alt) => setAll(change(at, { alt }))}
              leave={() => save(all)}
              move={(by) => save(moved(all, at, by))}
              remove={() => save(all.filter((_, place) => place !== at))}
              choose={(name) => save(change(at, { channels: switched(one, name, names) }))}
            />
          ))}
        </ol>
        {bare > 0 && (
          <p className={styles.bare} role="status">
            <span className={styles.diamond} aria-hidden="true" />
            {counted(bare, "image needs", "images need")} an alt text: people who cannot see it hear that, and it shows
            where the image does not load.
          </p>
        )}
        {problem && (
          <div className={styles.trouble}>
            <Trouble error={problem} />
          </div>
        )}
      </div>
    </Panel>
  );
}

type OneProps = {
  one: Image;
  at: number;
  last: boolean;
  names: string[];
  blocked: boolean;
  type: (alt: string) => void;
  leave: () => void;
  move: (by: number) => void;
  remove: () => void;
  choose: (name: string) => void;
};

function One({ one, at, last, names, blocked, type, leave, move, remove, choose }: OneProps) {
  const which = `image ${at + 1}`;
  return (
    <li className={styles.one}>
      <img src={one.url} alt={one.alt} className={styles.thumb} />
      <div className={styles.words}>
        <Textarea
          label={`Alt text of ${which}`}
          description={form(one)}
          placeholder="What it shows, in a sentence"
          autosize
          minRows={2}
          maxRows={6}
          maxLength={2_000}
          value={one.alt}
          readOnly={blocked}
          onChange={(event) => type(event.currentTarget.value)}
          onBlur={leave}
        />
        {names.length > 1 && (
          <fieldset className={styles.channels}>
            <legend>Goes with</legend>
            {names.map((name) => (
              <label key={name}>
                <input
                  type="checkbox"
                  checked={(one.channels ?? names).includes(name)}
                  disabled={blocked}
                  onChange={() => choose(name)}
                />
                {channelName(name)}
              </label>
            ))}
          </fieldset>
        )}
        <div className="row">
          <Button
            size="compact-sm"
            disabled={blocked || at === 0}
            onClick={() => move(-1)}
            aria-label={`Move ${which} earlier`}
          >
            Earlier
          </Button>
          <Button
            size="compact-sm"
            disabled={blocked || last}
            onClick={() => move(1)}
            aria-label={`Move ${which} later`}
          >
            Later
          </Button>
          <span className="space" />
          <Button size="compact-sm" disabled={blocked} onClick={remove} aria-label={`Remove ${which}`}>
            Remove
          </Button>
        </div>
      </div>
    </li>
  );
}
