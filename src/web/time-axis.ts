/** Steps that people count time in. */
export const STEPS_S = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800,
  3_600,
];

/** Round moments from 0 to `end`, about so many. */
export function axisSteps(end: number, count: number): readonly number[] {
  const wanted = end / 1_000_000 / count;
  const step = (STEPS_S.find((one) => one >= wanted) ?? Math.ceil(wanted / 3_600) * 3_600) * 1_000_000;
  return Array.from({ length: Math.floor(end / step) + 1 }, (_, index) => index * step);
}

/** `0`, `0.5 s`, `15 s`, `2m 30s`: short, for an axis. */
export function seconds(us: number): string {
  const whole = us / 1_000_000;
  if (whole === 0) return '0';
  if (whole < 120) return `${Number(whole.toFixed(3))} s`;
  const minutes = Math.floor(whole / 60);
  const rest = Math.round(whole % 60);
  return rest === 0 ? `${minutes}m` : `${minutes}m ${rest}s`;
}
