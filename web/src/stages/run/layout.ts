/** Where the nodes of a plan stand: columns by depth, rows so that arrows cross little. Pure. */
export type Node = { id: string; depends_on: readonly string[] };
export type Placed = { id: string; column: number; row: number };

/** Depth of each node: the longest way from a node without inputs. Unknown ids and cycles count as nothing. */
export function depths(nodes: readonly Node[]): Map<string, number> {
  const known = new Map(nodes.map((node) => [node.id, node]));
  const found = new Map<string, number>();
  const visit = (id: string, path: ReadonlySet<string>): number => {
    const done = found.get(id);
    if (done !== undefined) return done;
    const node = known.get(id);
    if (!node || path.has(id)) return -1;
    const depth = 1 + Math.max(-1, ...node.depends_on.map((input) => visit(input, new Set([...path, id]))));
    found.set(id, depth);
    return depth;
  };
  for (const node of nodes) visit(node.id, new Set());
  return found;
}

/** Column and row of each node; within a column ordered by the mean row of what it depends on. */
export function place(nodes: readonly Node[]): Placed[] {
  const depth = depths(nodes);
  const columns: Node[][] = [];
  for (const node of nodes) {
    const column = depth.get(node.id) ?? 0;
    columns[column] ??= [];
    columns[column].push(node);
  }
  const rows = new Map<string, number>();
  const placed: Placed[] = [];
  columns.forEach((members, column) => {
    const weight = (node: Node) => {
      const above = node.depends_on.map((input) => rows.get(input)).filter((row) => row !== undefined);
      return above.length ? above.reduce((sum, row) => sum + row, 0) / above.length : Number.POSITIVE_INFINITY;
    };
    const ordered = members.map((node, place) => ({ node, place, weight: weight(node) }));
    ordered.sort((one, other) => (one.weight === other.weight ? one.place - other.place : one.weight - other.weight));
    ordered.forEach(({ node }, row) => {
      rows.set(node.id, row);
      placed.push({ id: node.id, column, row });
    });
  });
  return placed;
}
