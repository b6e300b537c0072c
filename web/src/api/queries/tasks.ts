/** Tasks, their steps, calls and approvals. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { ask, askWith, client, type Schemas } from "../client";
import { byClock } from "./paging";

export type TaskRow = Schemas["TaskOut"];

export type TaskFilter = {
  status?: string;
  search?: string;
  source?: string;
  sort?: "newest" | "oldest";
  cursor?: string;
  limit?: number;
};

export const tasks = (filter: TaskFilter = {}) =>
  queryOptions({
    queryKey: ["tasks", filter],
    queryFn: () =>
      ask(
        client.GET("/api/tasks", {
          params: {
            query: {
              ...filter,
              status: (filter.status?.split(",") ?? undefined) as never,
              source: filter.source as never,
            },
          },
        }),
      ),
  });

const WAITS = "pending_approval,needs_clarification";

/** What waits for a person, the longest first. */
export const needsYou = () => tasks({ status: WAITS, sort: "oldest", limit: 50 });

export const running = () => tasks({ status: "queued,running,paused,approved,publishing", limit: 20 });

export const waitingPages = () =>
  infiniteQueryOptions({
    queryKey: ["tasks", "waiting"],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      ask(
        client.GET("/api/tasks", {
          params: { query: { status: WAITS.split(",") as never, sort: "oldest", cursor: pageParam, limit: 50 } },
        }),
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: byClock,
  });

export const recent = () => tasks({ limit: 50 });

export const task = (id: string) =>
  queryOptions({
    queryKey: ["task", id],
    queryFn: () => ask(client.GET("/api/tasks/{task_id}", { params: { path: { task_id: id } } })),
  });

export const callsOf = (id: string) =>
  queryOptions({
    queryKey: ["task", id, "calls"],
    queryFn: () => ask(client.GET("/api/tasks/{task_id}/calls", { params: { path: { task_id: id } } })),
  });

export const approval = (id: string) =>
  queryOptions({
    queryKey: ["approval", id],
    queryFn: async () => {
      const { data, response } = await askWith(
        client.GET("/api/orchestrator/approval/{task_id}", { params: { path: { task_id: id } } }),
      );
      return { ...data, etag: response.headers.get("etag") };
    },
  });

/** What a person calls a status, and the words it stands for. */
export const STATUS_GROUPS: Record<string, { label: string; statuses: string[] }> = {
  you: { label: "Needs you", statuses: ["pending_approval", "needs_clarification"] },
  going: { label: "Under way", statuses: ["queued", "running", "paused", "approved", "publishing"] },
  paused: { label: "Paused", statuses: ["paused"] },
  done: { label: "Done", statuses: ["completed"] },
  failed: { label: "Failed", statuses: ["failed"] },
  stopped: { label: "Stopped", statuses: ["rejected", "cancelled", "expired"] },
};

export type GroupFilter = { group?: string; search?: string; source?: string };

/** The filter as the server wants it. */
export const groupFilter = ({ group, search, source }: GroupFilter) => ({
  status: group ? STATUS_GROUPS[group]?.statuses : undefined,
  search: search || undefined,
  source: source || undefined,
});

export const taskPages = (filter: GroupFilter) =>
  infiniteQueryOptions({
    queryKey: ["tasks", "pages", filter],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      ask(
        client.GET("/api/tasks", {
          params: { query: { ...groupFilter(filter), cursor: pageParam, limit: 100 } as never },
        }),
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: byClock,
    refetchOnWindowFocus: false,
  });
