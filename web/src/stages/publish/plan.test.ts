import { describe, expect, it } from "vitest";
import type { Publication } from "../../api/queries";
import { dayOf } from "./month";
import { apart, byDay, dayNamed, firstHour, items, movedTo, weekOf } from "./plan";
import type { Conflict, Slot } from "./planned";

const slot = (more: Partial<Slot>): Slot => ({
  series_id: "s",
  series: "Numbers",
  channels: ["linkedin"],
  day: "2026-03-09",
  slot_at: "2026-03-09T09:00:00Z",
  state: "coming",
  task_id: null,
  task_status: null,
  note: null,
  ...more,
});
const post = {
  publication_id: "p",
  channel: "linkedin",
  state: "scheduled",
  text: "Bread.",
  scheduled_at: "2026-03-09T09:30:00Z",
  finished_at: null,
  next_attempt_at: null,
  attempted_at: null,
  actions: ["cancel", "reschedule"],
} as unknown as Publication;
const clash = { kind: "close", publication_ids: ["p"], task_ids: [], slots: [{ series_id: "s", day: "2026-03-09" }] };

describe("the calendar", () => {
  it("shows slots to come and tasks that wait as outlines, and decided ones by their publications alone", () => {
    const slots = [
      slot({}),
      slot({ day: "2026-03-16", state: "made", task_id: "t", task_status: "pending_approval" }),
      slot({ day: "2026-03-23", state: "made", task_id: "u", task_status: "approved" }),
      slot({ day: "2026-03-30", state: "skipped" }),
    ];
    const found = items([post], slots, [clash as unknown as Conflict]);
    expect(found.map((one) => [one.kind, one.state, one.moves, one.conflicts.length])).toEqual([
      ["outline", "coming", false, 1],
      ["outline", "pending_approval", false, 0],
      ["publication", "scheduled", true, 1],
    ]);
    expect([...byDay(found).values()].flat()).toHaveLength(3);
  });
  it("shows a task that is meant for a time and waits for approval, once", () => {
    const meant = (id: string) => ({
      task_id: id,
      told: "A post about bread",
      status: "pending_approval",
      publish_at: "2026-03-09T08:00:00Z",
      channels: ["linkedin"],
      expires_at: null,
    });
    const made = slot({ state: "made", task_id: "t", task_status: "pending_approval" });
    const ends = { kind: "approval", publication_ids: [], task_ids: ["u"], slots: [] } as unknown as Conflict;
    const found = items([], [made], [ends], [meant("t"), meant("u")]);
    expect(found.map((one) => [one.kind, one.state, one.what, one.task, one.conflicts.length])).toEqual([
      ["outline", "pending_approval", "A post about bread", "u", 1],
      ["outline", "pending_approval", "Numbers", undefined, 0],
    ]);
  });
  it("keeps the time of day when a day is chosen, over clock changes too", () => {
    for (let month = 0; month < 12; month++) {
      const at = movedTo(new Date(2026, 0, 5, 9, 15).toISOString(), new Date(2026, month, 28));
      expect([at.getMonth(), at.getDate(), at.getHours(), at.getMinutes()]).toEqual([month, 28, 9, 15]);
    }
    expect(movedTo(new Date(2026, 0, 5, 9, 15).toISOString(), new Date(2026, 0, 6), 14).getHours()).toBe(14);
  });
  it("finds the week that a day is in", () => {
    const week = weekOf(new Date(2026, 2, 1), 1);
    expect(week.map(dayOf)[0]).toBe("2026-02-23");
    expect(week).toHaveLength(7);
    expect(dayOf(weekOf(new Date(2026, 2, 1), 0)[0] as Date)).toBe("2026-03-01");
  });
  it("is today where the address names no day", () => {
    const now = new Date(2026, 4, 17, 13);
    expect(dayOf(dayNamed("nonsense", now))).toBe("2026-05-17");
    expect(dayOf(dayNamed("2026-03-09", now))).toBe("2026-03-09");
  });
});

it("folds what was stopped away from what goes out", () => {
  const gone = { ...post, publication_id: "q", state: "cancelled" } as Publication;
  const { live, stopped } = apart(items([post, gone], [], []));
  expect([live.map((one) => one.key), stopped.map((one) => one.key)]).toEqual([["p"], ["q"]]);
});

it("opens a week at eight, or where the first of it stands that goes out", () => {
  const at = (hour: number, state = "scheduled") =>
    ({ ...post, state, scheduled_at: new Date(2026, 2, 9, hour, 30).toISOString() }) as Publication;
  expect(firstHour([])).toBe(8);
  expect(firstHour(items([at(9), at(23)], [], []))).toBe(8);
  expect(firstHour(items([at(9), at(0)], [], []))).toBe(0);
  expect(firstHour(items([at(9), at(3, "cancelled")], [], []))).toBe(8);
});
