/** What was learnt of all runs. */
import { queryOptions } from "@tanstack/react-query";
import { ask, client, type Schemas } from "../client";

export type Pattern = Schemas["PatternOut"];

export type PatternRun = NonNullable<Schemas["PatternsOut"]["run"]>;

/** States of a search that has not ended. */
export const SEARCHING = ["queued", "running"];

export const pattern = (id: string) =>
  queryOptions({
    queryKey: ["learning", "pattern", id],
    queryFn: () =>
      ask(client.GET("/api/orchestrator/learning/patterns/{pattern_id}", { params: { path: { pattern_id: id } } })),
  });

export const patternRuns = () =>
  queryOptions({
    queryKey: ["learning-runs"],
    queryFn: () => ask(client.GET("/api/orchestrator/learning/runs", { params: { query: { limit: 10 } } })),
    refetchInterval: (query) => (SEARCHING.includes(query.state.data?.items[0]?.state ?? "") ? 1_000 : 30_000),
  });

export const goTogether = () =>
  queryOptions({
    queryKey: ["learning", "correlations"],
    refetchInterval: false,
    queryFn: () => ask(client.GET("/api/orchestrator/learning/correlations")),
  });

export const effectiveness = () =>
  queryOptions({
    queryKey: ["learning", "effectiveness"],
    refetchInterval: false,
    queryFn: () => ask(client.GET("/api/orchestrator/learning/effectiveness")),
  });

export const combinations = () =>
  queryOptions({
    queryKey: ["learning", "agents"],
    refetchInterval: false,
    queryFn: () => ask(client.GET("/api/orchestrator/learning/agents")),
  });

/** In UTC, as chat and the command line tell it: whoever reads, the hours are the same. */
export const timesToPublish = (days: number) =>
  queryOptions({
    queryKey: ["learning", "times", days],
    refetchInterval: false,
    queryFn: () => ask(client.GET("/api/orchestrator/learning/times", { params: { query: { days } } })),
    placeholderData: (before: Schemas["Times"] | undefined) => before,
  });

export const qualityAgainstEngagement = () =>
  queryOptions({
    queryKey: ["learning", "quality"],
    refetchInterval: false,
    queryFn: () => ask(client.GET("/api/orchestrator/learning/quality-vs-engagement")),
  });

/** Whether models that judge texts agree with people, and whether that changed. */
export const judges = () =>
  queryOptions({
    queryKey: ["learning", "judges"],
    refetchInterval: false,
    queryFn: () => ask(client.GET("/api/learning/judge")),
  });

export type Step = "day" | "week" | "month";

/** How the work went since a time; without one: all of it. */
export const performance = (since: string | undefined, step: Step) =>
  queryOptions({
    queryKey: ["summary", "performance", since, step],
    queryFn: () => ask(client.GET("/api/orchestrator/metrics/summary", { params: { query: { since, step } } })),
    placeholderData: (before: Schemas["Performance"] | undefined) => before,
  });
