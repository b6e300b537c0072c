/** What people call a part of the settings otherwise, in a link or by hand, and the tab where it stands. */
const CALLED: Record<string, string> = {
  models: "connections",
  channels: "connections",
  mail: "connections",
  routing: "connections",
  prices: "connections",
  budgets: "rules",
  limits: "rules",
  mcp: "tools",
};

export const tabOf = (asked: string | undefined) => CALLED[(asked ?? "").toLowerCase()] ?? asked;
