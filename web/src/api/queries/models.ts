/** Which model does what, tuning, and tuned versions. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { ask, askIn, client, type Schemas } from "../client";
import { byClock } from "./paging";

/** Which model is asked first, why, and what was measured of each. */
export const modelRouting = () =>
  queryOptions({
    queryKey: ["settings", "routing"],
    queryFn: () => ask(client.GET("/api/models/routing")),
  });

export const modelSavings = () =>
  queryOptions({
    queryKey: ["settings", "savings"],
    queryFn: () => ask(client.GET("/api/models/savings")),
  });

export type TuningTarget = Schemas["TargetOut"];

export type TuningJob = Schemas["JobOut"];

export type TuningEvent = Schemas["JobEventOut"];

export type TuningRule = Schemas["RuleOut"];

/** Where models can be tuned today. Those that can be asked are asked, so not at every turn. */
export const tuningTargets = () =>
  queryOptions({
    queryKey: ["tuning-targets"],
    staleTime: 60_000,
    queryFn: () => askIn(client.GET("/api/orchestrator/training/targets")),
  });

/** The versions that something can be trained on. */
export const readyDatasets = () =>
  queryOptions({
    queryKey: ["datasets", "ready"],
    queryFn: () =>
      askIn(client.GET("/api/orchestrator/training/datasets", { params: { query: { state: "ready", limit: 200 } } })),
  });

export const tuningJobs = (filter: { state?: string; dataset_id?: string } = {}) =>
  infiniteQueryOptions({
    queryKey: ["jobs", "list", filter],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      askIn(
        client.GET("/api/orchestrator/training/jobs", {
          params: { query: { ...filter, cursor: pageParam, limit: 50 } as never },
        }),
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: byClock,
  });

const ENDED = ["succeeded", "failed", "cancelled"];

export const tuningJob = (id: string) =>
  queryOptions({
    queryKey: ["jobs", "one", id],
    queryFn: () => askIn(client.GET("/api/orchestrator/training/jobs/{job_id}", { params: { path: { job_id: id } } })),
    refetchInterval: (query) => (ENDED.includes(query.state.data?.status ?? "") ? 30_000 : 5_000),
  });

/** What a job left at its target, and what of it would go: asked when somebody is about to delete it. */
export const jobRemains = (id: string) =>
  queryOptions({
    queryKey: ["jobs", "remains", id],
    queryFn: () =>
      askIn(client.GET("/api/orchestrator/training/jobs/{job_id}/remains", { params: { path: { job_id: id } } })),
  });

/** Everything that happened in a job, oldest first: what is known stays, and only what came since is asked for. */
export const tuningEvents = (id: string) =>
  queryOptions({
    queryKey: ["jobs", "events", id],
    queryFn: async ({ client: queries, queryKey }): Promise<TuningEvent[]> => {
      let known = queries.getQueryData<TuningEvent[]>(queryKey) ?? [];
      for (let more = true; more; ) {
        const found = await askIn(
          client.GET("/api/orchestrator/training/jobs/{job_id}/events", {
            params: { path: { job_id: id }, query: { after: known.at(-1)?.number ?? 0, limit: 2_000 } },
          }),
        );
        known = found.items.length > 0 ? [...known, ...found.items] : known;
        more = found.more;
      }
      return known;
    },
    structuralSharing: false,
    refetchInterval: 30_000,
  });

export const tuningRules = () =>
  queryOptions({
    queryKey: ["jobs", "rules"],
    queryFn: () => askIn(client.GET("/api/orchestrator/training/rules")),
  });

export type TunedModel = Schemas["ModelVersionOut"];

export type ModelRole = Schemas["RoleOut"];

export type ModelBenchmark = Schemas["BenchmarkOut"];

/** What each role uses now: active, previous, candidate, and the configured models. */
export const modelRoles = () =>
  queryOptions({
    queryKey: ["models", "roles"],
    queryFn: () => askIn(client.GET("/api/orchestrator/models/active")),
    refetchInterval: 30_000,
  });

export const tunedModels = (filter: { role?: string; state?: string } = {}) =>
  infiniteQueryOptions({
    queryKey: ["models", "list", filter],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      askIn(
        client.GET("/api/orchestrator/models/list", {
          params: { query: { ...filter, cursor: pageParam, limit: 50 } as never },
        }),
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: byClock,
  });

/** A version with its benchmarks, how it agrees on real tasks, and every change that it was part of. */
export const tunedModel = (id: string) =>
  queryOptions({
    queryKey: ["models", "one", id],
    queryFn: () => askIn(client.GET("/api/orchestrator/models/{model_id}", { params: { path: { model_id: id } } })),
    refetchInterval: (query) => (query.state.data?.benchmarks.some((one) => one.state === "running") ? 3_000 : 30_000),
  });

export const modelHistory = () =>
  queryOptions({
    queryKey: ["models", "history"],
    queryFn: () => askIn(client.GET("/api/orchestrator/models/history", { params: { query: { limit: 20 } } })),
  });
