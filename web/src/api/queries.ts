/** Every question the page asks the server, once. The first part of a key is what live.ts invalidates. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { exactly } from "../parts/exact";
import { ask, askIn, askWith, client, type Schemas } from "./client";
import type { paths } from "./schema";

export type TaskRow = Schemas["TaskOut"];
export type TaskFilter = {
  status?: string;
  search?: string;
  source?: string;
  sort?: "newest" | "oldest";
  cursor?: string;
  limit?: number;
};

export const tasks = (filter: TaskFilter = {}) =>
  queryOptions({
    queryKey: ["tasks", filter],
    queryFn: () =>
      ask(
        client.GET("/api/tasks", {
          params: {
            query: {
              ...filter,
              status: (filter.status?.split(",") ?? undefined) as never,
              source: filter.source as never,
            },
          },
        }),
      ),
  });

const WAITS = "pending_approval,needs_clarification";
/** What waits for a person, the longest first. */
export const needsYou = () => tasks({ status: WAITS, sort: "oldest", limit: 50 });
export const running = () => tasks({ status: "queued,running,paused,approved,publishing", limit: 20 });

/** A list of few pages is also fetched by the clock, behind the stream; a long one is not fetched anew as a whole. */
const byClock = (query: { state: { data?: { pages: unknown[] } } }) =>
  (query.state.data?.pages.length ?? 0) > 3 ? false : 30_000;

export const waitingPages = () =>
  infiniteQueryOptions({
    queryKey: ["tasks", "waiting"],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      ask(
        client.GET("/api/tasks", {
          params: { query: { status: WAITS.split(",") as never, sort: "oldest", cursor: pageParam, limit: 50 } },
        }),
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: byClock,
  });

export const recent = () => tasks({ limit: 50 });

export const task = (id: string) =>
  queryOptions({
    queryKey: ["task", id],
    queryFn: () => ask(client.GET("/api/tasks/{task_id}", { params: { path: { task_id: id } } })),
  });

export const callsOf = (id: string) =>
  queryOptions({
    queryKey: ["task", id, "calls"],
    queryFn: () => ask(client.GET("/api/tasks/{task_id}/calls", { params: { path: { task_id: id } } })),
  });

export const approval = (id: string) =>
  queryOptions({
    queryKey: ["approval", id],
    queryFn: async () => {
      const { data, response } = await askWith(
        client.GET("/api/orchestrator/approval/{task_id}", { params: { path: { task_id: id } } }),
      );
      return { ...data, etag: response.headers.get("etag") };
    },
  });

export const publications = (states?: string[], limit = 100) =>
  queryOptions({
    queryKey: ["publications", states ?? "all", limit],
    queryFn: () => ask(client.GET("/api/publications", { params: { query: { state: states as never, limit } } })),
  });

export const channels = () => queryOptions({ queryKey: ["channels"], queryFn: () => ask(client.GET("/api/channels")) });

export const unknownOutcomes = () => publications(["unknown"], 50);

export const summary = () =>
  queryOptions({ queryKey: ["summary"], queryFn: () => ask(client.GET("/api/orchestrator/metrics/summary")) });

export const settings = () =>
  queryOptions({ queryKey: ["settings"], queryFn: () => ask(client.GET("/api/orchestrator/settings")) });

export const company = () =>
  queryOptions({
    ...settings(),
    select: (all: Record<string, Schemas["SettingOut"]>) => String(all.company?.value ?? ""),
  });

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

/** What a person calls a status, and the words it stands for. */
export const STATUS_GROUPS: Record<string, { label: string; statuses: string[] }> = {
  you: { label: "Needs you", statuses: ["pending_approval", "needs_clarification"] },
  going: { label: "Under way", statuses: ["queued", "running", "paused", "approved", "publishing"] },
  paused: { label: "Paused", statuses: ["paused"] },
  done: { label: "Done", statuses: ["completed"] },
  failed: { label: "Failed", statuses: ["failed"] },
  stopped: { label: "Stopped", statuses: ["rejected", "cancelled", "expired"] },
};

export type GroupFilter = { group?: string; search?: string; source?: string };

/** The filter as the server wants it. */
export const groupFilter = ({ group, search, source }: GroupFilter) => ({
  status: group ? STATUS_GROUPS[group]?.statuses : undefined,
  search: search || undefined,
  source: source || undefined,
});

export const taskPages = (filter: GroupFilter) =>
  infiniteQueryOptions({
    queryKey: ["tasks", "pages", filter],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      ask(
        client.GET("/api/tasks", {
          params: { query: { ...groupFilter(filter), cursor: pageParam, limit: 100 } as never },
        }),
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: byClock,
    refetchOnWindowFocus: false,
  });

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

/** Whether links to the company's own sites are tagged, and which sites these are. */
export const taggedLinks = () =>
  queryOptions({
    queryKey: ["settings", "links"],
    queryFn: () => ask(client.GET("/api/channels/links")),
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

export const bestTimes = (channel: string, zone: string, days: number) =>
  queryOptions({
    queryKey: ["business", "times", channel, zone, days],
    queryFn: () => ask(client.GET("/api/business/times", { params: { query: { channel, zone, days } } })),
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

export const timesToPublish = (zone: string) =>
  queryOptions({
    queryKey: ["learning", "times", zone],
    refetchInterval: false,
    queryFn: () => ask(client.GET("/api/orchestrator/learning/times", { params: { query: { zone } } })),
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

export type TrainingFilter = Schemas["Filter"];
export type TrainingRow = Schemas["Listed"];
export type Dataset = Schemas["DatasetOut"];

/** What a filter lets through, page after page; each page tells what all of it amounts to. */
export const trainingExamples = (filter: TrainingFilter) =>
  infiniteQueryOptions({
    queryKey: ["training", "examples", filter],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      askIn(
        client.POST("/api/orchestrator/training/data/filter", { body: { ...filter, cursor: pageParam, limit: 25 } }),
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: (before) => before,
    refetchInterval: byClock,
    refetchOnWindowFocus: false,
  });

/** What a filter lets through, in figures only. */
export const trainingSums = (filter: TrainingFilter) =>
  queryOptions({
    queryKey: ["training", "sums", filter],
    queryFn: () => askIn(client.POST("/api/orchestrator/training/data/filter", { body: { ...filter, limit: 1 } })),
    placeholderData: (before) => before,
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
