/** Conversations, and whom they can be had with. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { ask, client } from "../client";

/** One person's conversations, the latest first. */
export const conversations = (search: string) =>
  infiniteQueryOptions({
    queryKey: ["chat", "list", search],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      ask(
        client.GET("/api/chat/conversations", {
          params: { query: { search: search || undefined, cursor: pageParam, limit: 50 } },
        }),
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: (before) => before,
  });

export const chatHistory = (id: string) =>
  infiniteQueryOptions({
    queryKey: ["chat", "history", id],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      ask(
        client.GET("/api/chat/history", {
          params: { query: { conversation_id: id, cursor: pageParam, limit: 50 } },
        }),
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

export const chatModels = () =>
  queryOptions({
    queryKey: ["chat-models"],
    staleTime: 60_000,
    queryFn: () => ask(client.GET("/api/chat/models")),
  });

export const chatAgents = () =>
  queryOptions({
    queryKey: ["chat-agents"],
    staleTime: 300_000,
    queryFn: () => ask(client.GET("/api/chat/agents")),
  });
