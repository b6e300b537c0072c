/** An earlier task or post, as business.similar_content tells it. */
import { channelName, day } from "../../parts/words";

export type Similar = {
  task_id: string | null;
  task_name: string;
  title: string | null;
  created_at: string;
  post_metrics: { platform: string; engagement_rate: number | null }[];
  metadata?: { published_at_known?: boolean };
  reasons?: string[];
};

/** "LinkedIn, 3 May 2026": its channels, and its day where anybody knows it. */
export function placed(post: Similar): string {
  const channels = [...new Set(post.post_metrics.map((each) => channelName(each.platform)))];
  return [...channels, post.metadata?.published_at_known === false ? "no date" : day(post.created_at)].join(", ");
}
