const UNITS = ['octets', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** `208 KiB`, `1.5 GiB`: in the largest unit of which there is one. */
export function formatBytes(octets: number): string {
  let value = octets;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value >= 10 || Number.isInteger(value) ? Math.floor(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

/** `3 h 20 min`, `2 days`: about how long, for a person. */
export function formatSpan(us: number): string {
  const minutes = Math.round(Math.abs(us) / 60e6);
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return `${Math.round(minutes / 1440)} days`;
}
