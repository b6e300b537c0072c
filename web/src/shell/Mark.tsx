/** The open ring is the loop of learning; the dot that closes it is you. */
export function Mark({ size = 20 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      <path d="M10.3 3.5a5.5 5.5 0 1 0 0 9" fill="none" stroke="var(--ink)" strokeWidth="2.5" strokeLinecap="round" />
      <circle cx="13.2" cy="8" r="2.1" fill="var(--you-solid)" />
    </svg>
  );
}
