/** The next page of a list that goes on. */
import { Button } from "@mantine/core";

type Pages = { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };

export function More({ query }: { query: Pages }) {
  if (!query.hasNextPage) return null;
  return (
    <div style={{ padding: "10px 16px" }}>
      <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
        Show more
      </Button>
    </div>
  );
}
