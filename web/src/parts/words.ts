/** Numbers and times as a person reads them, by the browser's locale. */
const locale = typeof navigator === "undefined" ? "en" : navigator.language;

const count = new Intl.NumberFormat(locale);
const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" });
const absolute = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
const zoned = new Intl.DateTimeFormat(locale, {
  year: "numeric",
  month: "short",
  day: "numeric",
  hour: "numeric",
  minute: "2-digit",
  timeZoneName: "short",
});
const dated = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });
const datedUtc = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" });
const zonedUtc = new Intl.DateTimeFormat(locale, {
  year: "numeric",
  month: "short",
  day: "numeric",
  hour: "numeric",
  minute: "2-digit",
  timeZone: "UTC",
  timeZoneName: "short",
});
const clock = new Intl.DateTimeFormat(locale, { timeStyle: "medium" });

export const NONE = "–";

const fixed = (value: number, digits: number) =>
  new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits })
    .format(value)
    .replace("-", "−");

export const whole = (value: number | null | undefined) =>
  value == null ? NONE : count.format(value).replace("-", "−");
const compact = new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 });
/** A number in the least room: 1.2K, 3M. */
export const brief = (value: number): string => compact.format(value).replace("-", "−");
export const score = (value: number | null | undefined, digits = 2) => (value == null ? NONE : fixed(value, digits));
/** A p- or q-value: nobody needs a fifth digit, and none is ever nothing. */
export const chance = (value: number | null | undefined): string =>
  value == null ? NONE : value < 0.001 ? "< 0.001" : score(value, 3);
/** The first names of a list, and how many more there are. */
export const firstOf = (names: string[], most = 10): string =>
  names.length <= most ? names.join(", ") : `${names.slice(0, most).join(", ")} and ${whole(names.length - most)} more`;
/** A share of 0-1. Some is never told as none, and not quite all never as all: "<1%", ">99%". */
export function percent(share: number | null | undefined, digits = 0): string {
  if (share == null) return NONE;
  const [least, most] = [10 ** -digits, 100 - 10 ** -digits];
  const told = Number((share * 100).toFixed(digits));
  if (share > 0 && told === 0) return `<${fixed(least, digits)}%`;
  if (share < 1 && told === 100) return `>${fixed(most, digits)}%`;
  return `${fixed(share * 100, digits)}%`;
}

/** A task's cost in dollars, three digits: $0.021. */
export const cost = (usd: number | null | undefined) => (usd == null ? NONE : `$${fixed(usd, 3)}`);
/** An amount of money in dollars, two digits: $14.10. */
export const money = (usd: number | null | undefined) => (usd == null ? NONE : `$${fixed(usd, 2)}`);

/** Seconds up to two minutes, then minutes, then hours: "0.4 s", "61 s", "4 min 10 s", "3 h". */
export function duration(seconds: number | null | undefined): string {
  if (seconds == null) return NONE;
  if (seconds < 10) return `${fixed(seconds, 1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 3600) {
    const rest = Math.round(seconds % 60);
    return `${Math.floor(seconds / 60)} min${rest ? ` ${rest} s` : ""}`;
  }
  return `${fixed(seconds / 3600, 1)} h`;
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["second", 60],
  ["minute", 60],
  ["hour", 24],
  ["day", 7],
  ["week", 4.35],
  ["month", 12],
  ["year", Number.POSITIVE_INFINITY],
];

const CLOCKS_DIFFER = 10; // seconds by which the server's clock, or a page's older now, may be behind

/** "6 min ago"; `now` in ms. What is a moment ahead is now. */
export function ago(time: string | Date | null | undefined, now = Date.now()): string {
  if (!time) return NONE;
  let left = (new Date(time).getTime() - now) / 1000;
  if (left > 0 && left < CLOCKS_DIFFER) left = 0;
  for (const [unit, size] of STEPS) {
    if (Math.abs(left) < size) return relative.format(Math.round(left), unit).replaceAll(".", ""); // "6 min ago"
    left /= size;
  }
  return NONE;
}

/** How long something has waited: "6 min"; `now` in ms. */
export function since(time: string | Date | null | undefined, now = Date.now()): string {
  if (!time) return NONE;
  let left = Math.max(0, (now - new Date(time).getTime()) / 1000);
  for (const [unit, size] of STEPS) {
    if (left < size)
      return new Intl.NumberFormat(locale, {
        style: "unit",
        unit,
        unitDisplay: unit === "day" || unit === "week" || unit === "month" ? "long" : "short",
        maximumFractionDigits: 0,
      }).format(left);
    left /= size;
  }
  return NONE;
}

/** Who did something, as a person reads it: "person:Mara" -> "Mara", "key:deploy" -> "the key deploy". */
export function byWhom(who: string): string {
  const [kind, ...rest] = who.split(":");
  const name = rest.join(":");
  if (!name) return WHO[who] ?? visible(who);
  return visible(kind === "person" ? name : `the ${kind?.replaceAll("_", " ")} ${name}`);
}
const WHO: Record<string, string> = {
  automatic: "the settings, without a person",
  "local owner": "the local owner",
  user_request: "a person",
  api: "a program",
  schedule: "the schedule",
  sample: "the sample company",
  template: "a template",
  legacy: "an earlier system",
};

export const when = (time: string | Date | null | undefined) => (time ? absolute.format(new Date(time)) : NONE);
/** A time that decides something, with the zone of the clocks that it is told by: "Nov 25, 2026, 2:30 PM CET". */
export const whenZoned = (time: string | Date | null | undefined) => (time ? zoned.format(new Date(time)) : NONE);
export const day = (time: string | Date | null | undefined) => (time ? dated.format(new Date(time)) : NONE);
/** A day of UTC, whatever clock the reader has. */
export const dayUtc = (time: string | Date) => datedUtc.format(new Date(time));
export const whenUtc = (time: string | Date) => zonedUtc.format(new Date(time));
export const atClock = (time: string | Date | null | undefined) => (time ? clock.format(new Date(time)) : NONE);

/** "1 task", "3 tasks". */
export const counted = (number: number, noun: string, many = `${noun}s`) =>
  `${whole(number)} ${number === 1 ? noun : many}`;

/** A first letter as a heading has it. */
export const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** "financial.read_metrics" -> "Read metrics"; "tool_discovery" -> "Tool discovery". */
export function spoken(name: string): string {
  return capital((name.split(".").pop() ?? name).replaceAll("_", " "));
}

const CHANNELS: Record<string, string> = {
  linkedin: "LinkedIn",
  x: "X",
  twitter: "X",
  facebook: "Facebook",
  email: "E-mail",
  blog: "Blog",
  wordpress: "WordPress",
  ghost: "Ghost",
  webhook: "Webhook",
  smtp: "E-mail",
  outbox: "Outbox",
};
export const channelName = (channel: string) => CHANNELS[channel] ?? spoken(channel);

/** Marks that turn the direction of what follows, so that "evil" reads as "live": each is shown by its name. */
const TURNS = /[\u202a-\u202e\u2066-\u2069]/g;
export const visible = (text: string) =>
  text.replace(TURNS, (mark) => `[U+${mark.charCodeAt(0).toString(16).toUpperCase()}]`);

/** A request cut to a line, by words. */
export function short(text: string, most = 80): string {
  const line = visible(text).replace(/\s+/g, " ").trim();
  if (line.length <= most) return line;
  const cut = line.slice(0, most - 1);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(" "), most / 2))}…`;
}
