/** The command queue and who works on it. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { exactly } from "../../parts/exact";
import { ask, client, type Schemas } from "../client";
import { byClock } from "./paging";

export type CommandRow = Schemas["CommandOut"];

export type CommandFilter = {
  status?: string;
  agentType?: string;
  search?: string;
  sort: string;
  archived: boolean;
};

export const commandPages = ({ status, agentType, search, sort, archived }: CommandFilter) =>
  infiniteQueryOptions({
    queryKey: ["commands", "pages", status, agentType, search, sort, archived],
    initialPageParam: undefined as string | undefined,
    structuralSharing: false, // it would take numbers apart that are kept as they were written
    queryFn: async ({ pageParam }) => {
      const query = {
        status: (status ? [status] : undefined) as never,
        agent_type: agentType,
        search,
        sort: sort as never,
        archived,
        cursor: pageParam,
        limit: 50,
      };
      const found = await ask(client.GET("/api/commands", { params: { query }, parseAs: "text" as const }));
      return exactly(found) as Schemas["Page_CommandOut_"];
    },
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: byClock,
    refetchOnWindowFocus: false,
  });

export const command = (id: string) =>
  queryOptions({
    queryKey: ["commands", "one", id],
    structuralSharing: false, // it would take numbers apart that are kept as they were written
    queryFn: async () => {
      const asked = { params: { path: { command_id: id } }, parseAs: "text" as const };
      return exactly(await ask(client.GET("/api/commands/{command_id}", asked))) as Schemas["CommandDetail"];
    },
  });

export const commandNumbers = () =>
  queryOptions({ queryKey: ["commands", "numbers"], queryFn: () => ask(client.GET("/api/commands/statistics")) });

export const commandAgents = () =>
  queryOptions({ queryKey: ["commands", "agents"], queryFn: () => ask(client.GET("/api/commands/agents")) });

export const commandTypes = () =>
  queryOptions({ queryKey: ["commands", "types"], queryFn: () => ask(client.GET("/api/commands/types")) });
