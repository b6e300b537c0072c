/** Voices, their followers, looks and experiments. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { ask, askWith, client, type Schemas } from "../client";
import type { paths } from "../schema";
import { byClock } from "./paging";

export type Voices = Schemas["PersonasOut"];

export type Voice = Schemas["PersonaOut"];

/** One look at how the voices did. */
export type VoiceLook =
  paths["/api/personas/runs"]["get"]["responses"][200]["content"]["application/json"]["items"][number];

export const personas = (days = 7, channel?: string, topic?: string) =>
  queryOptions({
    queryKey: ["personas", "list", days, channel ?? "", topic ?? ""],
    queryFn: () => ask(client.GET("/api/personas", { params: { query: { days, channel, topic } } })),
    placeholderData: (before: Voices | undefined) => before,
  });

/** Of all time: the first weights are worth seeing for as long as there are others. */
export const personaWeights = () =>
  queryOptions({
    queryKey: ["personas", "weights"],
    queryFn: () => ask(client.GET("/api/personas/weights", { params: { query: { days: 3650 } } })),
  });

export const personaFlags = () =>
  queryOptions({ queryKey: ["personas", "flags"], queryFn: () => ask(client.GET("/api/personas/flags")) });

export const personaRun = (id: string) =>
  queryOptions({
    queryKey: ["personas", "run", id],
    queryFn: () => ask(client.GET("/api/personas/runs/{run_id}", { params: { path: { run_id: id } } })),
  });

export const personaRuns = () =>
  infiniteQueryOptions({
    queryKey: ["personas", "runs"],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      ask(client.GET("/api/personas/runs", { params: { query: { cursor: pageParam, limit: 10 } } })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: byClock,
  });

export const followerBooks = () =>
  queryOptions({ queryKey: ["personas", "followers"], queryFn: () => ask(client.GET("/api/personas/followers")) });

export type FollowerCount = Schemas["CountOut"];

export const followerCounts = () =>
  infiniteQueryOptions({
    queryKey: ["personas", "counts"],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      ask(client.GET("/api/personas/followers/counts", { params: { query: { cursor: pageParam, limit: 10 } } })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

export type OwnVoice = Schemas["VoiceOut"];

export type Experiment = Schemas["ExperimentOut"];

/** What of the voices waits for a person: asked on every page, for the rail. */
export const personaWaiting = () =>
  queryOptions({
    queryKey: ["personas", "waiting"],
    queryFn: () => ask(client.GET("/api/personas/waiting")),
    refetchInterval: 30_000,
  });

export const voices = () =>
  queryOptions({ queryKey: ["personas", "voices"], queryFn: () => ask(client.GET("/api/personas/voices")) });

/** A voice and the name of what was read, for a change of it. */
export const voiceToChange = (id: string) =>
  queryOptions({
    queryKey: ["personas", "voice", id],
    queryFn: async () => {
      const { data, response } = await askWith(
        client.GET("/api/personas/voices/{persona}", { params: { path: { persona: id } } }),
      );
      return { voice: data, etag: response.headers.get("ETag") };
    },
    staleTime: 0,
    gcTime: 0,
  });

/** Every voice on the same facts. */
export const voiceSamples = (channel: string) =>
  queryOptions({
    queryKey: ["personas", "samples", channel],
    queryFn: () => ask(client.POST("/api/personas/samples", { body: { channel } })),
  });

export const experiments = () =>
  queryOptions({
    queryKey: ["personas", "experiments"],
    queryFn: () => ask(client.GET("/api/personas/experiments")),
    refetchInterval: 30_000,
  });
