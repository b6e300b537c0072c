/** What was sent where, and what became of it. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { ask, client, type Schemas } from "../client";
import { byClock } from "./paging";

export const publications = (states?: string[], limit = 100) =>
  queryOptions({
    queryKey: ["publications", states ?? "all", limit],
    queryFn: () => ask(client.GET("/api/publications", { params: { query: { state: states as never, limit } } })),
  });

export const unknownOutcomes = () => publications(["unknown"], 50);

export type Publication = Schemas["PublicationOut"];

/** Every publication that ended, is due or was handed over in a time range, page after page. */
export const publicationsBetween = (since: string, until: string) =>
  queryOptions({
    queryKey: ["publications", "between", since, until],
    queryFn: async () => {
      const found: Publication[] = [];
      let cursor: string | undefined;
      do {
        const page = await ask(
          client.GET("/api/publications", { params: { query: { since, until, cursor, limit: 500 } } }),
        );
        found.push(...page.items);
        cursor = page.next_cursor ?? undefined;
      } while (cursor && found.length < 5_000);
      return found;
    },
    placeholderData: (before: Publication[] | undefined) => before,
  });

export const publicationPages = (states: string[]) =>
  infiniteQueryOptions({
    queryKey: ["publications", "pages", states],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      ask(
        client.GET("/api/publications", {
          params: { query: { state: states as never, cursor: pageParam, limit: 100 } },
        }),
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: byClock,
    refetchOnWindowFocus: false,
  });

export const publication = (id: string) =>
  queryOptions({
    queryKey: ["publications", "one", id],
    queryFn: () => ask(client.GET("/api/publications/{publication_id}", { params: { path: { publication_id: id } } })),
  });

/** Everything that a task's decision sent, or is to send. */
export const publicationsOf = (task: string) =>
  queryOptions({
    queryKey: ["publications", "of", task],
    queryFn: () => ask(client.GET("/api/publications", { params: { query: { task_id: task, limit: 50 } } })),
  });

/** What was read of one publication, what is to be read, and what was foretold. */
export const measurements = (id: string) =>
  queryOptions({
    queryKey: ["measurements", id],
    queryFn: () =>
      ask(client.GET("/api/publications/{publication_id}/measurements", { params: { path: { publication_id: id } } })),
  });

/** What the site saw: through publications, through other posts, through none of them. */
export const siteBooks = () =>
  queryOptions({
    queryKey: ["business", "books"],
    queryFn: () => ask(client.GET("/api/business/attribution")),
  });
