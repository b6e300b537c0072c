/** An estimate with its interval, where it has one: dot, whisker, dashed reference, diamond for what was measured, hollow when thin. */
type Props = {
  estimate: number;
  low: number | null;
  high: number | null;
  min: number;
  max: number;
  reference?: number;
  measured?: number;
  thin?: boolean;
  label: string;
  width?: number;
};

export function Interval({
  estimate,
  low,
  high,
  min,
  max,
  reference,
  measured,
  thin = false,
  label,
  width = 132,
}: Props) {
  const x = (value: number) => 6 + ((Math.min(Math.max(value, min), max) - min) / (max - min || 1)) * (width - 12);
  return (
    <svg width={width} height={18} viewBox={`0 0 ${width} 18`} role="img" aria-label={label} style={{ flex: "none" }}>
      <path d={`M0 9H${width}`} stroke="var(--line)" strokeWidth="1.5" />
      {reference !== undefined && <path d={`M${x(reference)} 2v14`} stroke="var(--ink3)" strokeDasharray="2 2" />}
      {low !== null && high !== null && (
        <path d={`M${x(low)} 9H${x(high)}M${x(low)} 5v8M${x(high)} 5v8`} stroke="var(--c1)" strokeWidth="1.75" />
      )}
      <circle
        cx={x(estimate)}
        cy="9"
        r="4"
        fill={thin ? "var(--surface)" : "var(--c1)"}
        stroke="var(--c1)"
        strokeWidth="1.5"
      />
      {measured !== undefined && <path d={`M${x(measured)} 4l5 5-5 5-5-5z`} fill="var(--ink)" />}
    </svg>
  );
}
