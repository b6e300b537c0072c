import { describe, expect, it } from "vitest";
import { renewed } from "./lists";

type Row = { task_id: string; status: string };
const row = (number: number, status = "running"): Row => ({ task_id: `t${number}`, status });

/** A server's list, newest first, in pages of three; it counts what it is asked for. */
function house(rows: Row[]) {
  const asked: unknown[] = [];
  const read = async (cursor: unknown) => {
    asked.push(cursor);
    const from = cursor === undefined ? 0 : rows.findIndex((one) => Number(one.task_id.slice(1)) < Number(cursor));
    const items = from < 0 ? [] : rows.slice(from, from + 3);
    const more = from >= 0 && from + 3 < rows.length;
    return { items, next_cursor: more ? (items.at(-1) as Row).task_id.slice(1) : null, total: rows.length };
  };
  return { asked, read };
}

/** The pages as they were read one after the other. */
async function pagesOf(rows: Row[], count: number) {
  const { read } = house(rows);
  const pages = [];
  const pageParams: unknown[] = [];
  let cursor: unknown;
  for (let place = 0; place < count; place += 1) {
    const page = await read(cursor);
    pages.push(page);
    pageParams.push(cursor);
    cursor = page.next_cursor;
  }
  return { pages, pageParams };
}

const many = Array.from({ length: 60 }, (_, place) => row(60 - place));
const shown = (found: { pages: { items: unknown[] }[] } | null) => found?.pages.flatMap((page) => page.items);

describe("a long list after news", () => {
  it("reads its first page and the one with what changed, and no other", async () => {
    const before = await pagesOf(many, 12);
    const now = many.map((one) => (one.task_id === "t40" ? row(40, "completed") : one));
    const { asked, read } = house(now);
    const after = await renewed(before, new Set(["t40"]), "task_id", read);
    expect(asked).toEqual([undefined, "43"]);
    expect(shown(after)).toEqual(now.slice(0, 36));
  });

  it("takes in what is new at its top without a gap or a row told twice", async () => {
    const before = await pagesOf(many, 12);
    const now = [row(62), row(61), ...many];
    const { asked, read } = house(now);
    const after = await renewed(before, new Set(["t61", "t62"]), "task_id", read);
    expect(asked).toHaveLength(2);
    expect(shown(after)).toEqual(now.slice(0, 38));
  });

  it("lets go of what left it", async () => {
    const before = await pagesOf(many, 12);
    const now = many.filter((one) => one.task_id !== "t50");
    const after = await renewed(before, new Set(["t50"]), "task_id", house(now).read);
    expect(shown(after)?.map((one) => (one as Row).task_id)).not.toContain("t50");
    expect(new Set(shown(after)).size).toBe(shown(after)?.length);
    expect(after?.pages[0]?.total).toBe(59);
  });

  it("owns that everything must be read when the counts do not agree, or too much is new", async () => {
    const thinned = many.filter((one) => one.task_id !== "t50");
    const before = await pagesOf(thinned, 12);
    expect(await renewed(before, new Set(["t50"]), "task_id", house(many).read)).toBeNull(); // it came into the middle
    const fresh = Array.from({ length: 30 }, (_, place) => row(90 - place));
    const whole = await pagesOf(many, 12);
    expect(await renewed(whole, new Set(["t90"]), "task_id", house([...fresh, ...many]).read)).toBeNull();
    const hit = new Set(many.map((one) => one.task_id));
    expect(await renewed(whole, hit, "task_id", house(many).read)).toBeNull();
  });
});
