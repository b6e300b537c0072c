/** Examples, and datasets made of them. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { askIn, client, type Schemas } from "../client";
import { byClock } from "./paging";

export type TrainingFilter = Schemas["Filter"];

export type TrainingRow = Schemas["Listed"];

export type Dataset = Schemas["DatasetOut"];

/** A page of it: `limit` is the page's size there, and `newest` what a filter's own limit says. */
const paged = ({ limit: newest, ...filter }: TrainingFilter, limit: number, cursor?: string) => ({
  body: { ...filter, newest, limit, cursor },
});

/** What a filter lets through, page after page; each page tells what all of it amounts to. */
export const trainingExamples = (filter: TrainingFilter) =>
  infiniteQueryOptions({
    queryKey: ["training", "examples", filter],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      askIn(client.POST("/api/orchestrator/training/data/filter", paged(filter, 25, pageParam))),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: (before) => before,
    refetchInterval: byClock,
    refetchOnWindowFocus: false,
  });

/** What a filter lets through, in figures only. */
export const trainingSums = (filter: TrainingFilter) =>
  queryOptions({
    queryKey: ["training", "sums", filter],
    queryFn: () => askIn(client.POST("/api/orchestrator/training/data/filter", paged(filter, 1))),
    placeholderData: (before) => before,
  });

export const usableFor = (role: Schemas["UsableIn"]["role"], filters: TrainingFilter) =>
  queryOptions({
    queryKey: ["training", "usable", role, filters],
    queryFn: () =>
      askIn(
        client.POST("/api/orchestrator/training/datasets/usable", { body: { role, filters } as Schemas["UsableIn"] }),
      ),
  });

export const trainingChoices = () =>
  queryOptions({
    queryKey: ["training", "choices"],
    queryFn: () => askIn(client.GET("/api/orchestrator/training/data/choices")),
  });

export const trainingChanges = () =>
  queryOptions({
    queryKey: ["training", "changes"],
    queryFn: () => askIn(client.GET("/api/orchestrator/training/data/changes", { params: { query: { limit: 8 } } })),
  });

const ofExample = (id: string) => ({ params: { path: { execution_id: id } } });

export const trainingExample = (id: string) =>
  queryOptions({
    queryKey: ["training", "example", id],
    queryFn: () => askIn(client.GET("/api/orchestrator/training/data/{execution_id}", ofExample(id))),
  });

export const trainingLine = (id: string, format: "jsonl" | "csv") =>
  queryOptions({
    queryKey: ["training", "line", id, format],
    queryFn: () =>
      askIn(
        client.GET("/api/orchestrator/training/data/{execution_id}/line", {
          params: { path: { execution_id: id }, query: { format } },
        }),
      ),
  });

/** The versions that hold an example. */
export const trainingHolders = (id: string) =>
  queryOptions({
    queryKey: ["datasets", "holders", id],
    queryFn: () => askIn(client.GET("/api/orchestrator/training/data/{execution_id}/held-by", ofExample(id))),
  });

export const trainingFilters = () =>
  queryOptions({
    queryKey: ["training-filters"],
    queryFn: () => askIn(client.GET("/api/orchestrator/training/filters")),
  });

type DatasetFilter = { role?: string; state?: string; archived?: boolean };

export const datasets = (filter: DatasetFilter) =>
  infiniteQueryOptions({
    queryKey: ["datasets", "list", filter],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      askIn(
        client.GET("/api/orchestrator/training/datasets", {
          params: { query: { ...filter, cursor: pageParam, limit: 50 } as never },
        }),
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: (query) =>
      query.state.data?.pages.some((page) => page.items.some((one) => one.state === "building")) ? 1_000 : 30_000,
  });

const ofDataset = (id: string) => ({ params: { path: { dataset_id: id } } });

/** A version with the others of its name, and the jobs and models that were made with it. */
export const datasetLineage = (id: string) =>
  queryOptions({
    queryKey: ["datasets", "one", id],
    queryFn: () => askIn(client.GET("/api/orchestrator/training/datasets/{dataset_id}/lineage", ofDataset(id))),
    refetchInterval: (query) => (query.state.data?.dataset.state === "building" ? 1_000 : 30_000),
  });

export const datasetLines = (id: string, format: string, split: string, offset: number) =>
  queryOptions({
    queryKey: ["datasets", "lines", id, format, split, offset],
    staleTime: Number.POSITIVE_INFINITY, // a version never changes
    retry: false,
    queryFn: () =>
      askIn(
        client.GET("/api/orchestrator/training/datasets/{dataset_id}/preview", {
          params: { path: { dataset_id: id }, query: { format, split, offset, limit: 5 } as never },
        }),
      ),
  });

export const datasetLeftOut = (id: string) =>
  infiniteQueryOptions({
    queryKey: ["datasets", "left-out", id],
    initialPageParam: undefined as string | undefined,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ pageParam }) =>
      askIn(
        client.GET("/api/orchestrator/training/datasets/{dataset_id}/left-out", {
          params: { path: { dataset_id: id }, query: { cursor: pageParam, limit: 20 } },
        }),
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

/** The version that a name stands for, else the newest of it: the next one is for the same role. */
export const versionBefore = (name: string) =>
  queryOptions({
    queryKey: ["datasets", "before", name.trim().toLowerCase()],
    queryFn: async () => {
      const found = await askIn(
        client.GET("/api/orchestrator/training/datasets", { params: { query: { name: name.trim(), limit: 50 } } }),
      );
      return found.items.find((one) => one.is_current) ?? found.items[0] ?? null;
    },
  });

export const datasetsCompared = (first: string, second: string) =>
  queryOptions({
    queryKey: ["datasets", "compared", first, second],
    queryFn: () =>
      askIn(
        client.GET("/api/orchestrator/training/datasets/{dataset_id}/compare/{other_id}", {
          params: { path: { dataset_id: first, other_id: second }, query: { limit: 50 } },
        }),
      ),
  });
