/**
 * Lists that are read page by page. After news only the first page and those that hold what changed are read anew, not
 * everything that was ever scrolled past. The counts tell whether that was enough.
 */
import type { InfiniteData, Query, QueryClient } from "@tanstack/react-query";

type Row = Record<string, unknown>;
type Page = { items: Row[]; next_cursor?: string | null; total?: number | null };
type Pages = InfiniteData<Page>;

/** By the first part of a list's key: the field of a row that news name, and the topics whose news name it. */
const NAMED_BY: Record<string, { field: string; topics: string[] }> = {
  tasks: { field: "task_id", topics: ["tasks", "steps", "approvals"] },
  publications: { field: "publication_id", topics: ["publications"] },
};

/** Whether news of this topic name rows of the lists below this key. */
export const namesRows = (key: string, topic: string): boolean => !!NAMED_BY[key]?.topics.includes(topic);
const MOST = 4; // so many pages are read one by one before reading all of them is as good

/** The pages with what changed; null where more may have changed than these reads can tell. */
export async function renewed(
  before: Pages,
  ids: ReadonlySet<string>,
  name: string,
  read: (cursor: unknown) => Promise<Page>,
): Promise<Pages | null> {
  const [first, ...rest] = before.pages;
  const hit = rest.flatMap((page, at) => (page.items.some((row) => ids.has(String(row[name]))) ? [at + 1] : []));
  if (!first || hit.length >= Math.min(MOST, rest.length)) return null;
  const later = new Set(rest.flatMap((page) => page.items.map((row) => row[name])));
  const head = await read(before.pageParams[0]);
  const joins = (page: Page) =>
    page.next_cursor === before.pageParams[1] || page.items.some((row) => later.has(row[name]));
  const items = [...head.items];
  let last = head;
  for (let reads = 1; !joins(last); reads += 1) {
    if (last.next_cursor == null || reads === MOST) return null;
    last = await read(last.next_cursor);
    items.push(...last.items.filter((row) => !later.has(row[name])));
  }
  const pages = [{ ...head, items, next_cursor: before.pageParams[1] as string }, ...rest];
  for (const at of hit) pages[at] = { ...(await read(before.pageParams[at])), next_cursor: rest[at - 1]?.next_cursor };
  const seen = new Set<unknown>();
  const once = pages.map((page) => ({
    ...page,
    items: page.items.filter((row) => !seen.has(row[name]) && seen.add(row[name])),
  }));
  const count = (all: Page[]) => all.reduce((sum, page) => sum + page.items.length, 0);
  const grown = (head.total ?? 0) - (first.total ?? 0);
  return grown === count(once) - count(before.pages) ? { pages: once, pageParams: before.pageParams } : null;
}

/** The queries below this key that show a list of several pages whose rows news can name. */
function long(queries: QueryClient, key: string): Query[] {
  if (!NAMED_BY[key]) return [];
  return queries
    .getQueryCache()
    .findAll({ queryKey: [key], type: "active" })
    .filter((query) => {
      const held = query.state.data as Pages | undefined;
      return Array.isArray(held?.pages) && held.pages.length > 1;
    });
}

/** Fetch what is shown below this key anew. `ids` name what changed; none: everything may have. */
export async function renew(queries: QueryClient, key: string, ids: ReadonlySet<string>): Promise<void> {
  const lists = ids.size > 0 ? long(queries, key) : [];
  await Promise.all([
    queries.invalidateQueries({ queryKey: [key], predicate: (query) => !lists.includes(query) }),
    ...lists.map((query) => renewList(queries, query, ids, NAMED_BY[key]?.field ?? "")),
  ]);
}

async function renewList(queries: QueryClient, query: Query, ids: ReadonlySet<string>, name: string): Promise<void> {
  const { queryKey } = query;
  const read = async (pageParam: unknown) =>
    (await (query.options.queryFn as (asked: object) => Promise<Page>)({ queryKey, pageParam })) as Page;
  for (let tries = 0; tries < MOST; tries += 1) {
    await query.promise?.catch(() => undefined); // a page that is being added is not lost
    const before = query.state.data as Pages;
    const after = await renewed(before, ids, name, read).catch(() => null);
    if (!after) break;
    if (query.state.fetchStatus !== "idle" || query.state.data !== before) continue;
    queries.setQueryData(queryKey, after);
    return;
  }
  await queries.invalidateQueries({ queryKey, exact: true });
}
