/** What is selected of a list: rows one by one, or all that its filter lets through. */
import { useState } from "react";

const NONE: ReadonlySet<string> = new Set();

/** `of` names the filter. However another one comes (a link, Back, a saved one), nothing is selected under it. */
export function useSelection(of: string) {
  const [kept, setKept] = useState({ of, ids: NONE, all: false });
  const now = kept.of === of ? kept : { of, ids: NONE, all: false };
  if (now !== kept) setKept(now);
  const put = (ids: ReadonlySet<string>, all: boolean) => setKept({ of, ids, all });
  return {
    ids: now.ids,
    all: now.all,
    select: (ids: ReadonlySet<string>) => put(ids, false),
    selectAll: () => put(NONE, true),
    clear: () => put(NONE, false),
  };
}
