/** The status language: shape, word and colour together, never colour alone. */
import styles from "./Status.module.css";

export type Look = "running" | "you" | "waiting" | "unknown" | "done" | "failed" | "stopped";

const LOOKS: Record<string, Look> = {
  running: "running",
  executing: "running",
  publishing: "running",
  processing: "running",
  attempting: "running",
  needs_clarification: "you",
  pending_approval: "you",
  waiting_approval: "you",
  cancelling: "running",
  deploying: "running",
  removing: "running",
  removed: "done",
  deployed: "done",
  queued: "waiting",
  approved: "waiting",
  paused: "waiting",
  scheduled: "waiting",
  pending: "waiting",
  ready: "waiting",
  unknown: "unknown",
  completed: "done",
  complete: "done",
  published: "done",
  succeeded: "done",
  done: "done",
  failed: "failed",
  refused: "failed",
  rejected: "stopped",
  cancelled: "stopped",
  expired: "stopped",
  skipped: "stopped",
};

const WORDS: Record<string, string> = {
  needs_clarification: "Asks you",
  pending_approval: "Needs you",
  waiting_approval: "Needs approval",
  unknown: "Unknown outcome",
};

/** The look of a status word; what is not known is told as waiting. */
export function lookOf(status: string): Look {
  return LOOKS[status] ?? "waiting";
}

/** The word a person reads: "pending_approval" -> "Needs you". */
export function wordOf(status: string): string {
  const plain = status.replaceAll("_", " ");
  return WORDS[status] ?? plain.charAt(0).toUpperCase() + plain.slice(1);
}

export function Glyph({ look, size = 14 }: { look: Look; size?: number }) {
  return (
    <svg
      className={`${styles.glyph} ${styles[look]} ${look === "running" ? styles.turning : ""}`}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      aria-hidden="true"
      fill="none"
      stroke="currentColor"
    >
      {SHAPES[look]}
    </svg>
  );
}

const tick = { stroke: "var(--surface)", strokeWidth: 1.8, strokeLinecap: "round", strokeLinejoin: "round" } as const;

const SHAPES: Record<Look, React.ReactNode> = {
  running: (
    <>
      <circle cx="8" cy="8" r="5.6" strokeOpacity=".28" strokeWidth="2" />
      <path d="M8 2.4A5.6 5.6 0 0 1 13.6 8" strokeWidth="2" strokeLinecap="round" />
    </>
  ),
  you: <path d="M8 1.6 14.4 8 8 14.4 1.6 8Z" fill="currentColor" stroke="none" />,
  waiting: <circle cx="8" cy="8" r="5.4" strokeWidth="1.8" />,
  unknown: (
    <>
      <circle cx="8" cy="8" r="6.2" strokeWidth="1.5" strokeDasharray="2.2 1.7" />
      <path d="M6.2 6.4a1.9 1.9 0 1 1 2.6 1.8c-.5.2-.8.5-.8 1.1M8 11.4v.2" strokeWidth="1.5" strokeLinecap="round" />
    </>
  ),
  done: (
    <>
      <circle cx="8" cy="8" r="6.6" fill="currentColor" stroke="none" />
      <path d="m5 8.2 2.1 2.1L11 6.2" {...tick} />
    </>
  ),
  failed: (
    <>
      <rect x="1.6" y="1.6" width="12.8" height="12.8" rx="2.5" fill="currentColor" stroke="none" />
      <path d="m5.4 5.4 5.2 5.2m0-5.2-5.2 5.2" {...tick} />
    </>
  ),
  stopped: (
    <>
      <circle cx="8" cy="8" r="6.6" fill="currentColor" stroke="none" />
      <path d="M5 8h6" {...tick} />
    </>
  ),
};

/** Glyph and word, as rows show it; `tinted` for headers. */
export function Status({ status, word, tinted = false }: { status: string; word?: string; tinted?: boolean }) {
  const look = lookOf(status);
  return (
    <span className={`${styles.status} ${styles[look]} ${tinted ? styles.tinted : ""}`}>
      <Glyph look={look} />
      {word ?? wordOf(status)}
    </span>
  );
}
