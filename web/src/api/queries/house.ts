/** What holds for the whole house: settings, people, keys, tools, channels, how it is. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { ask, askWith, client, type Schemas } from "../client";

export const patterns = () =>
  queryOptions({
    queryKey: ["learning", "patterns"],
    queryFn: () => ask(client.GET("/api/orchestrator/learning/patterns")),
  });

export const tools = () =>
  queryOptions({ queryKey: ["tools"], queryFn: () => ask(client.GET("/api/orchestrator/tools/available")) });

export const toolServers = () =>
  queryOptions({ queryKey: ["servers"], queryFn: () => ask(client.GET("/api/orchestrator/tools/servers")) });

export const toolServer = (id: string) =>
  queryOptions({
    queryKey: ["servers", "one", id],
    queryFn: () =>
      ask(client.GET("/api/orchestrator/tools/servers/{server_id}", { params: { path: { server_id: id } } })),
  });

export const ready = () =>
  queryOptions({ queryKey: ["ready"], queryFn: () => ask(client.GET("/api/ready")), retry: false });

export const summary = () =>
  queryOptions({ queryKey: ["summary"], queryFn: () => ask(client.GET("/api/orchestrator/metrics/summary")) });

export const settings = () =>
  queryOptions({ queryKey: ["settings"], queryFn: () => ask(client.GET("/api/orchestrator/settings")) });

export const company = () =>
  queryOptions({
    ...settings(),
    select: (all: Record<string, Schemas["SettingOut"]>) => String(all.company?.value ?? ""),
  });

/** The settings with the tag that names them as they were read. */
export const taggedSettings = () =>
  queryOptions({
    queryKey: ["settings", "tagged"],
    queryFn: async () => {
      const { data, response } = await askWith(client.GET("/api/orchestrator/settings"));
      return { values: data, etag: response.headers.get("etag") };
    },
  });

/** How models and the mail server are reached, with the tag that names these values. */
export const taggedConnections = () =>
  queryOptions({
    queryKey: ["settings", "connections"],
    queryFn: async () => {
      const { data, response } = await askWith(client.GET("/api/connections"));
      return { values: data, etag: response.headers.get("etag") };
    },
  });

export const everyone = () => queryOptions({ queryKey: ["users"], queryFn: () => ask(client.GET("/api/people")) });

export const apiKeys = () => queryOptions({ queryKey: ["keys"], queryFn: () => ask(client.GET("/api/keys")) });

export const auditPages = (filter: { who?: string; action?: string }) =>
  infiniteQueryOptions({
    queryKey: ["audit", filter],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      ask(client.GET("/api/audit", { params: { query: { ...filter, cursor: pageParam, limit: 100 } } })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

export const system = () => queryOptions({ queryKey: ["system"], queryFn: () => ask(client.GET("/api/system")) });

export const checks = () =>
  queryOptions({ queryKey: ["system", "checks"], queryFn: () => ask(client.GET("/api/system/checks")) });

export const channels = () => queryOptions({ queryKey: ["channels"], queryFn: () => ask(client.GET("/api/channels")) });

/** Whether links to the company's own sites are tagged, and which sites these are. */
export const taggedLinks = () =>
  queryOptions({
    queryKey: ["settings", "links"],
    queryFn: () => ask(client.GET("/api/channels/links")),
  });
