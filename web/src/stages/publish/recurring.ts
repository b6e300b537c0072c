/** A series as its form has it, and as the server wants it. Pure. */
import type { Series, SeriesChange, SeriesIn } from "./planned";

export const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
export type Weekday = (typeof WEEKDAYS)[number];

export type Form = {
  name: string;
  request: string;
  channels: string[];
  every: "day" | "week" | "month";
  interval: number;
  weekdays: Weekday[];
  month_day: number;
  at: string;
  zone: string;
  ends: "never" | "on" | "after";
  ends_on: string;
  count: number;
  lead_minutes: number;
  late: "keep" | "expire";
};

/** Leads that can be chosen, minutes -> words. */
export const LEADS: [number, string][] = [
  [60, "1 hour"],
  [240, "4 hours"],
  [720, "12 hours"],
  [1_440, "1 day"],
  [2_880, "2 days"],
  [4_320, "3 days"],
  [10_080, "1 week"],
];

export const fresh = (zone: string): Form => ({
  name: "",
  request: "",
  channels: ["linkedin"],
  every: "week",
  interval: 1,
  weekdays: ["monday"],
  month_day: 1,
  at: "09:00",
  zone,
  ends: "never",
  ends_on: "",
  count: 10,
  lead_minutes: 1_440,
  late: "keep",
});

export function formOf(one: Series): Form {
  return {
    name: one.name,
    request: one.request,
    channels: one.channels,
    every: one.every,
    interval: one.interval,
    weekdays: one.weekdays,
    month_day: one.month_day ?? 1,
    at: one.at,
    zone: one.zone,
    ends: one.count !== null ? "after" : one.ends_on !== null ? "on" : "never",
    ends_on: one.ends_on ?? "",
    count: one.count ?? 10,
    lead_minutes: one.lead_minutes,
    late: one.late,
  };
}

/** What is sent; an end that was not chosen is none. */
export function bodyOf(form: Form): SeriesIn & SeriesChange {
  return {
    name: form.name.trim(),
    request: form.request.trim(),
    channels: form.channels,
    every: form.every,
    interval: form.interval,
    weekdays: form.every === "week" ? form.weekdays : [],
    month_day: form.every === "month" ? form.month_day : null,
    at: form.at,
    zone: form.zone,
    ends_on: form.ends === "on" && form.ends_on ? form.ends_on : null,
    count: form.ends === "after" ? form.count : null,
    lead_minutes: form.lead_minutes,
    late: form.late,
  };
}

/** Only what differs from before, so that nothing else is touched. */
export function changed(before: Series, form: Form): SeriesChange {
  const was = bodyOf(formOf(before)) as Record<string, unknown>;
  const now = bodyOf(form) as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(now).filter(([name, one]) => JSON.stringify(one) !== JSON.stringify(was[name])),
  );
}

/** The time zones that this browser knows, the reader's own among them. */
export function zones(own: string): string[] {
  const known = (Intl as unknown as { supportedValuesOf?: (of: string) => string[] }).supportedValuesOf?.("timeZone");
  return [...new Set([own, "UTC", ...(known ?? [])])];
}
