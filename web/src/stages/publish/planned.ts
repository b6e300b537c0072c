/** What is planned: series, their slots, what gets in its own way, and readings that wait for a person. */
import { queryOptions, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ask, askWith, client, Problem, type Schemas } from "../../api/client";
import { useProblem } from "../../api/problem";

export type Series = Schemas["SeriesOut"];
export type Slot = Schemas["OccurrenceOut"];
export type Meant = Schemas["MeantOut"];
export type Conflict = Schemas["Conflict"];
export type DueReading = Schemas["MeasurementOut"];
export type SeriesIn = Schemas["SeriesIn"];
export type SeriesChange = Schemas["SeriesChange"];

export const series = () =>
  queryOptions({
    queryKey: ["series", "list"],
    queryFn: () => ask(client.GET("/api/series")).then((one) => one.items),
  });

export const oneSeries = (id: string) =>
  queryOptions({
    queryKey: ["series", "one", id],
    queryFn: async () => {
      const { data, response } = await askWith(
        client.GET("/api/series/{series_id}", { params: { path: { series_id: id } } }),
      );
      return { ...data, etag: response.headers.get("ETag") };
    },
  });

export const slotsBetween = (since: string, until: string) =>
  queryOptions({
    queryKey: ["series", "slots", since, until],
    queryFn: () =>
      ask(client.GET("/api/series/occurrences", { params: { query: { since, until } } })).then((one) => one.items),
    placeholderData: (before: Slot[] | undefined) => before,
  });

export const conflictsBetween = (since: string, until: string) =>
  queryOptions({
    queryKey: ["publications", "conflicts", since, until],
    queryFn: () =>
      ask(client.GET("/api/calendar/conflicts", { params: { query: { since, until } } })).then((one) => one.items),
    placeholderData: (before: Conflict[] | undefined) => before,
  });

/** Tasks that are meant for a time and that nobody has decided. */
export const meantBetween = (since: string, until: string) =>
  queryOptions({
    queryKey: ["tasks", "meant", since, until],
    queryFn: () =>
      ask(client.GET("/api/calendar/meant", { params: { query: { since, until } } })).then((one) => one.items),
    placeholderData: (before: Meant[] | undefined) => before,
  });

/** Readings that a person is asked for by now, the longest due first. */
export const readingsDue = () =>
  queryOptions({
    queryKey: ["measurements", "asked"],
    queryFn: () =>
      ask(client.GET("/api/measurements", { params: { query: { state: ["due"], by_hand: true, limit: 200 } } })),
    refetchInterval: 60_000,
  });

/** Acts on series: which is under way, what the server said no with. An act gives what it made, or null. */
export function useSeriesActs() {
  const queries = useQueryClient();
  const [busy, setBusy] = useState<string | null>(null);
  const [problem, setProblem] = useProblem<Problem | null>(null);
  const act = async (name: string, call: () => Promise<Series>): Promise<Series | null> => {
    setBusy(name);
    setProblem(null);
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      setProblem(error);
      return null;
    } finally {
      setBusy(null);
      void queries.invalidateQueries({ queryKey: ["series"] });
      void queries.invalidateQueries({ queryKey: ["publications", "conflicts"] });
    }
  };
  const of = (id: string) => ({ params: { path: { series_id: id } } });
  const on = (id: string, day: string) => ({ params: { path: { series_id: id, day } } });
  return {
    busy,
    problem,
    forget: () => setProblem(null),
    create: (body: SeriesIn) => act("create", () => ask(client.POST("/api/series", { body }))),
    change: (id: string, body: SeriesChange, read: string | null) =>
      act("change", () =>
        ask(client.PATCH("/api/series/{series_id}", { ...of(id), headers: read ? { "If-Match": read } : {}, body })),
      ),
    pause: (id: string) => act("pause", () => ask(client.POST("/api/series/{series_id}/pause", of(id)))),
    resume: (id: string) => act("resume", () => ask(client.POST("/api/series/{series_id}/resume", of(id)))),
    end: (id: string) => act("end", () => ask(client.POST("/api/series/{series_id}/end", of(id)))),
    skip: (id: string, day: string) =>
      act(`skip ${day}`, () => ask(client.PUT("/api/series/{series_id}/skips/{day}", on(id, day)))),
    unskip: (id: string, day: string) =>
      act(`skip ${day}`, () => ask(client.DELETE("/api/series/{series_id}/skips/{day}", on(id, day)))),
  };
}
