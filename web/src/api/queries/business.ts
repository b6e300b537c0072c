/** What the company already knows. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { ask, client, type Schemas } from "../client";

export type BusinessPost = Schemas["PostFigures"];

export type BusinessFilter = {
  platform?: string;
  topic?: string;
  by?: "category" | "cluster";
  campaign?: string;
  search?: string;
  days: number;
};

export const businessMetrics = () =>
  queryOptions({ queryKey: ["business", "metrics"], queryFn: () => ask(client.GET("/api/business/metrics")) });

export const businessGrowth = () =>
  queryOptions({ queryKey: ["business", "growth"], queryFn: () => ask(client.GET("/api/business/growth")) });

export const platformBaselines = () =>
  queryOptions({ queryKey: ["business", "baselines"], queryFn: () => ask(client.GET("/api/business/baselines")) });

/** All there is, as the routes that look back take it. */
export const ALL_DAYS = 36_500;

export const businessReturns = (by: "campaign" | "channel", days = ALL_DAYS) =>
  queryOptions({
    queryKey: ["business", "returns", by, days],
    queryFn: () => ask(client.GET("/api/business/returns", { params: { query: { by, days } } })),
  });

export const businessReturnRows = (by: "campaign" | "channel", name: string, days = ALL_DAYS) =>
  infiniteQueryOptions({
    queryKey: ["business", "returns", by, days, name],
    initialPageParam: {} as { cursor?: string; as_of?: string },
    queryFn: ({ pageParam }) =>
      ask(
        client.GET("/api/business/returns/rows", { params: { query: { by, name, days, ...pageParam, limit: 200 } } }),
      ),
    getNextPageParam: (page) => (page.next_cursor ? { cursor: page.next_cursor, as_of: page.as_of } : undefined),
    refetchInterval: false,
  });

export const oddities = (days = 365) =>
  queryOptions({
    queryKey: ["business", "anomalies", days],
    queryFn: () => ask(client.GET("/api/business/anomalies", { params: { query: { days } } })),
  });

export const businessCorrelations = () =>
  queryOptions({
    queryKey: ["business", "correlations"],
    queryFn: () => ask(client.GET("/api/business/correlations")),
  });

export const bestTimes = (channel: string, days: number) =>
  queryOptions({
    queryKey: ["business", "times", channel, days],
    queryFn: () => ask(client.GET("/api/business/times", { params: { query: { channel, days } } })),
  });

export type AudiencePart = Schemas["Audience"]["part"];

export const audience = (part: AudiencePart, days: number) =>
  queryOptions({
    queryKey: ["business", "audience", part, days],
    queryFn: () => ask(client.GET("/api/business/audience", { params: { query: { part, days } } })),
  });

export const businessTopics = (by: "category" | "cluster", days: number, platform?: string) =>
  queryOptions({
    queryKey: ["business", "topics", by, days, platform],
    queryFn: () =>
      ask(
        client.GET("/api/business/topics", {
          params: { query: { by, days, channels: platform ? [platform] : undefined } },
        }),
      ),
  });

/** Page after page as of the first page's time, so that a post that comes in between moves nothing. */
export const businessPosts = (filter: BusinessFilter) =>
  infiniteQueryOptions({
    queryKey: ["business", "posts", filter],
    initialPageParam: {} as { cursor?: string; as_of?: string },
    queryFn: ({ pageParam }) =>
      ask(client.GET("/api/business/posts", { params: { query: { ...filter, ...pageParam, limit: 200 } } })),
    getNextPageParam: (page) => (page.next_cursor ? { cursor: page.next_cursor, as_of: page.as_of } : undefined),
    refetchInterval: false,
  });

export const businessPost = (id: string) =>
  queryOptions({
    queryKey: ["business", "post", id],
    queryFn: () => ask(client.GET("/api/business/posts/{post_id}", { params: { path: { post_id: id } } })),
  });

export type Match = Schemas["MatchOut"];

export const matches = (state?: Match["state"]) =>
  infiniteQueryOptions({
    queryKey: ["matches", state],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      ask(client.GET("/api/business/matches", { params: { query: { state, cursor: pageParam, limit: 100 } } })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: false,
  });
