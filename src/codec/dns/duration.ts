const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** `300`, or a time such as `1h30m` or `2w` with the units w d h m s; undefined when it is neither or is over 2^32 - 1. */
export function parseDuration(text: string): number | undefined {
  if (!/^(?:\d{1,10}|(?:\d{1,10}[smhdw])+)$/i.test(text) || text.length > 60) return undefined;
  let total = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)([smhdw])?/gi))
    total += Number(count) * (UNITS[(unit ?? 's').toLowerCase()] ?? 1);
  return total > 0xffff_ffff ? undefined : total;
}
