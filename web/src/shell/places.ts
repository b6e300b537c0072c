/** The places of the product, in the order of its journey: rail, phone bar, palette and `g` keys read this one list. */
export type Place = { to: string; name: string; key: string; foot?: boolean };

export const PLACES: Place[] = [
  { to: "/", name: "Home", key: "h" },
  { to: "/chat", name: "Chat", key: "m" },
  { to: "/orchestrator", name: "Tasks", key: "t" },
  { to: "/orchestrator/approvals", name: "Approvals", key: "a" },
  { to: "/queue", name: "Command queue", key: "q" },
  { to: "/content", name: "Content", key: "c" },
  { to: "/business", name: "Business", key: "b" },
  { to: "/learning", name: "Learning", key: "l" },
  { to: "/personas", name: "Personas", key: "p" },
  { to: "/training", name: "Training", key: "d" },
  { to: "/settings", name: "Settings", key: "s", foot: true },
  { to: "/system", name: "System", key: "y", foot: true },
];

/** The place that an address belongs to: the longest that it starts with; a task belongs to Tasks. */
export function placeOf(path: string): Place | undefined {
  return PLACES.filter((place) => path === place.to || (place.to !== "/" && path.startsWith(place.to))).sort(
    (one, other) => other.to.length - one.to.length,
  )[0];
}
