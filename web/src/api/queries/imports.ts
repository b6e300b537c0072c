/** What was brought in, and how it reads. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { ask, client, type Schemas } from "../client";

export type Import = Schemas["ImportOut"];

/** States in which a worker has it in hand. */
export const IMPORTING = ["checking", "queued", "running"];

export const importKinds = () =>
  queryOptions({
    queryKey: ["import-kinds"],
    staleTime: 3_600_000,
    queryFn: () => ask(client.GET("/api/import-kinds")),
  });

export const imports = () =>
  infiniteQueryOptions({
    queryKey: ["imports", "list"],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      ask(client.GET("/api/imports", { params: { query: { cursor: pageParam, limit: 50 } } })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: false,
  });

export const oneImport = (id: string) =>
  queryOptions({
    queryKey: ["imports", "one", id],
    queryFn: () => ask(client.GET("/api/imports/{import_id}", { params: { path: { import_id: id } } })),
    refetchInterval: (query) => (IMPORTING.includes(query.state.data?.state ?? "") ? 1_000 : 30_000),
  });

/** The first rows as they would go in; read anew when the mapping changed, not by the clock. */
export const importPreview = (id: string) =>
  queryOptions({
    queryKey: ["import-preview", id],
    queryFn: () => ask(client.GET("/api/imports/{import_id}/preview", { params: { path: { import_id: id } } })),
    refetchInterval: false,
    retry: false,
  });

export const refusals = (id: string) =>
  infiniteQueryOptions({
    queryKey: ["imports", "refusals", id],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      ask(
        client.GET("/api/imports/{import_id}/refusals", {
          params: { path: { import_id: id }, query: { cursor: pageParam, limit: 100 } },
        }),
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: false,
  });

export const importSources = () =>
  queryOptions({ queryKey: ["import-sources"], queryFn: () => ask(client.GET("/api/import-sources")) });
