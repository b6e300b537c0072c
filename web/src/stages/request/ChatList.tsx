/** One person's conversations: find, open, rename, take along, delete. Arrows move, Enter opens. */
import { Button, Menu, Modal, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, useRef, useState } from "react";
import { ask, client, Problem } from "../../api/client";
import { useProblem } from "../../api/problem";
import { conversations } from "../../api/queries";
import { useNow } from "../../parts/now";
import { Empty, Shown } from "../../parts/Rest";
import { Glyph } from "../../parts/Status";
import { ago, counted, short } from "../../parts/words";
import styles from "./ChatList.module.css";
import type { Conversation } from "./ChatTypes";

export function ChatList({ here, opened }: { here: string; opened?: () => void }) {
  const [typed, setTyped] = useState("");
  const [search] = useDebouncedValue(typed.trim(), 250);
  const query = useInfiniteQuery(conversations(search));
  const list = useRef<HTMLUListElement>(null);
  const [renaming, setRenaming] = useState("");
  const [leaving, setLeaving] = useState<Conversation>();
  const move = (event: KeyboardEvent<HTMLElement>) => {
    if (event.target instanceof HTMLInputElement) return;
    const links = [...(list.current?.querySelectorAll<HTMLElement>("a") ?? [])];
    const at = links.findIndex((link) => link.parentElement?.contains(document.activeElement));
    if (event.key === "ArrowDown") links[Math.min(at + 1, links.length - 1)]?.focus();
    else if (event.key === "ArrowUp") links[Math.max(at - 1, 0)]?.focus();
    else return;
    event.preventDefault();
  };
  return (
    <>
      <div className={styles.tools}>
        <Button
          component={Link}
          {...({ to: "/chat/{-$id}", params: { id: undefined } } as object)}
          onClick={opened}
          fullWidth
        >
          New conversation
        </Button>
        <TextInput
          aria-label="Find a conversation"
          placeholder="Find a conversation"
          type="search"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "ArrowDown") list.current?.querySelector("a")?.focus();
          }}
        />
      </div>
      <Shown query={query}>
        {(found) => {
          const rows = found.pages.flatMap((page) => page.items);
          if (rows.length === 0)
            return (
              <Empty title={search ? "Nothing found." : "No conversation yet."}>
                {search ? "Titles and texts are searched." : "What you ask is kept here."}
              </Empty>
            );
          return (
            <ul ref={list} className={styles.list} aria-label="Conversations" onKeyDown={move}>
              {rows.map((row) => (
                <li key={row.id} data-here={row.id === here || undefined}>
                  {renaming === row.id ? (
                    <Rename conversation={row} done={() => setRenaming("")} />
                  ) : (
                    <Row
                      row={row}
                      here={row.id === here}
                      opened={opened}
                      rename={() => setRenaming(row.id)}
                      remove={() => setLeaving(row)}
                    />
                  )}
                </li>
              ))}
              {query.hasNextPage && (
                <li className={styles.older}>
                  <Button fullWidth loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                    Older conversations
                  </Button>
                </li>
              )}
            </ul>
          );
        }}
      </Shown>
      <Delete conversation={leaving} here={here} close={() => setLeaving(undefined)} />
    </>
  );
}

type RowProps = {
  row: Conversation;
  here: boolean;
  opened?: () => void;
  rename: () => void;
  remove: () => void;
};

function Row({ row, here, opened, rename, remove }: RowProps) {
  const now = useNow(30_000);
  const to = `/api/chat/${row.id}/export?format=`;
  return (
    <>
      <Link
        to="/chat/{-$id}"
        params={{ id: row.id }}
        className={styles.item}
        aria-current={here ? "page" : undefined}
        onClick={opened}
      >
        <span className={styles.title}>{row.title}</span>
        <span className={styles.facts}>
          {row.running && (
            <>
              <Glyph look="running" size={12} /> answers now,{" "}
            </>
          )}
          {ago(row.updated_at, Math.max(now, Date.parse(row.updated_at)))}
        </span>
      </Link>
      <Menu position="bottom-end" shadow="md" width={190}>
        <Menu.Target>
          <button type="button" className={styles.more} aria-label={`More for “${short(row.title, 50)}”`}>
            ⋯
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={rename}>Rename</Menu.Item>
          <Menu.Item component="a" href={`${to}markdown`} download>
            Save as Markdown
          </Menu.Item>
          <Menu.Item component="a" href={`${to}json`} download>
            Save as JSON
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item c="var(--failed)" onClick={remove}>
            Delete
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}

function Rename({ conversation, done }: { conversation: Conversation; done: () => void }) {
  const [title, setTitle] = useState(conversation.title);
  const [problem, setProblem] = useProblem<string>();
  const left = useRef(false);
  const queries = useQueryClient();
  const save = async () => {
    if (left.current) return;
    if (!title.trim() || title.trim() === conversation.title) return done();
    try {
      await ask(
        client.PATCH("/api/chat/{conversation_id}", {
          params: { path: { conversation_id: conversation.id } },
          body: { title: title.trim() },
        }),
      );
      await queries.invalidateQueries({ queryKey: ["chat"] });
      done();
    } catch (error) {
      setProblem(error instanceof Problem ? error.message : String(error));
    }
  };
  return (
    <form
      className={styles.rename}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <TextInput
        aria-label="Title"
        description="Enter keeps it, Esc leaves it."
        inputWrapperOrder={["input", "error", "description"]}
        autoFocus
        value={title}
        error={problem}
        onFocus={(event) => event.currentTarget.select()}
        onChange={(event) => setTitle(event.currentTarget.value)}
        onBlur={() => void save()}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          event.stopPropagation();
          left.current = true; // leaving the field is not keeping it
          done();
        }}
      />
    </form>
  );
}

type DeleteProps = { conversation?: Conversation; here: string; close: () => void };

function Delete({ conversation, here, close }: DeleteProps) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useProblem<string>();
  const remove = async () => {
    if (!conversation) return;
    setBusy(true);
    setProblem(undefined);
    try {
      await ask(
        client.DELETE("/api/chat/{conversation_id}", { params: { path: { conversation_id: conversation.id } } }),
      );
      if (conversation.id === here) await navigate({ to: "/chat/{-$id}", params: { id: undefined }, replace: true });
      queries.removeQueries({ queryKey: ["chat", "history", conversation.id] });
      await queries.invalidateQueries({ queryKey: ["chat"] });
      notifications.show({ message: "Conversation deleted" });
      close();
    } catch (error) {
      setProblem(error instanceof Problem ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal opened={!!conversation} onClose={close} title="Delete this conversation?">
      <div className="stack">
        <p style={{ margin: 0, overflowWrap: "anywhere" }}>
          “{short(conversation?.title ?? "", 90)}” with {counted(conversation?.messages ?? 0, "message")}. This cannot
          be undone. Tasks begun in it stay.
        </p>
        {problem && (
          <p role="alert" style={{ color: "var(--failed)", margin: 0 }}>
            {problem}
          </p>
        )}
        <div className="row">
          <span className="space" />
          <Button onClick={close}>Keep it</Button>
          <Button variant="filled" color="red" loading={busy} onClick={() => void remove()}>
            Delete conversation
          </Button>
        </div>
      </div>
    </Modal>
  );
}
