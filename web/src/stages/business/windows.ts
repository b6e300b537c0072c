/** How far back a list looks, and where to look next when nothing is there. Pure. */
import { ALL_DAYS } from "../../api/queries";

export const WINDOWS = [
  { value: "90", label: "90 days" },
  { value: "180", label: "180 days" },
  { value: "365", label: "A year" },
  { value: "3650", label: "Ten years" },
  { value: String(ALL_DAYS), label: "All time" },
];

/** A window in words: "the last 90 days", "the last year". */
export const lately = (days: string): string => {
  const label = WINDOWS.find((one) => one.value === days)?.label ?? `${days} days`;
  return `the last ${label.replace(/^A /, "").toLowerCase()}`;
};

type Window = { until: string; days: number; latest_before: string | null };
const month = new Intl.DateTimeFormat(undefined, { month: "short", year: "numeric", timeZone: "UTC" });

/** What lies before the days that were looked at: since when, and the shortest choice that reaches it. */
export function further(window: Window | undefined): { of: string; days: string; label: string } | undefined {
  if (!window?.latest_before) return undefined;
  const needed = Math.floor((Date.parse(window.until) - Date.parse(window.latest_before)) / 86_400_000) + 1;
  const choice = WINDOWS.find((one) => Number(one.value) > Math.max(window.days, needed)) ?? WINDOWS.at(-1);
  if (!choice || Number(choice.value) <= window.days) return undefined;
  const all = choice.value === String(ALL_DAYS);
  return {
    of: month.format(new Date(window.latest_before)),
    days: choice.value,
    label: all ? "Look at all time" : `Look at ${lately(choice.value)}`,
  };
}
