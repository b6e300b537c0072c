/** Images in hand: what is attached, what waits for its words, and what the server is asked to keep. */
import type { Schemas } from "../../api/client";

export type Image = Schemas["ImageShown"];
export type Wanted = Schemas["AttachIn"];

/** The list with one image a place earlier or later; as it was where there is no such place. */
export function moved<T>(all: T[], from: number, by: number): T[] {
  const to = from + by;
  if (to < 0 || to >= all.length) return all;
  const next = [...all];
  const [one] = next.splice(from, 1);
  next.splice(to, 0, one as T);
  return next;
}

/** What is sent: those that have words. The others wait. */
export function wanted(all: Image[]): Wanted[] {
  return all
    .filter((one) => one.alt.trim() !== "")
    .map((one) => ({ image: one.image, alt: one.alt.trim(), channels: one.channels ?? null }));
}

/** Whether the server has another list than the one in hand. */
export const differs = (all: Image[], kept: Image[]): boolean =>
  JSON.stringify(wanted(all)) !== JSON.stringify(wanted(kept));

/** The channels of an image after one was switched: all of them are none named, and the last one stays. */
export function switched(one: Image, name: string, names: string[]): string[] | null {
  const now = one.channels ?? names;
  const next = now.includes(name)
    ? now.filter((each) => each !== name)
    : names.filter((each) => [...now, name].includes(each));
  if (next.length === 0) return one.channels ?? null;
  return next.length === names.length ? null : next;
}

/** "1,200 × 800, JPEG, 310 kB", as a person reads it. */
export function form(one: Image): string {
  const kinds: Record<string, string> = { jpeg: "JPEG", png: "PNG", gif: "GIF", webp: "WebP" };
  const size =
    one.bytes < 1_000_000 ? `${Math.ceil(one.bytes / 1_000)} kB` : `${(one.bytes / 1_000_000).toFixed(1)} MB`;
  return [`${one.width} × ${one.height}`, kinds[one.type], one.frames > 1 ? "moves" : null, size]
    .filter(Boolean)
    .join(", ");
}
