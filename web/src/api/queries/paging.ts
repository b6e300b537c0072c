/** How lists of pages keep up. */

/** A list of few pages is also fetched by the clock, behind the stream; a long one is not fetched anew as a whole. */
export const byClock = (query: { state: { data?: { pages: unknown[] } } }) =>
  (query.state.data?.pages.length ?? 0) > 3 ? false : 30_000;
