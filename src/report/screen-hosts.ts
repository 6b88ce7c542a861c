import { cutLine, formatCount, formatDuration, span, type Line } from './line.ts';
import type { ScreenModel } from './screen-model.ts';

const WIDTHS = { name: 20, state: 26, ip: 26 };

/** The hosts from place `first` on: state, address, and for how long. */
export function hostsScreen(
  model: ScreenModel,
  { columns, rows, first, atUs }: { columns: number; rows: number; first: number; atUs: number },
): readonly Line[] {
  const room = hostRows(rows);
  const start = Math.min(first, Math.max(model.hosts - room, 0));
  const hosts = model.hostsFrom(start, room, atUs);
  const titles = `${' host'.padEnd(WIDTHS.name)} ${'state'.padEnd(WIDTHS.state)} ${'address'.padEnd(WIDTHS.ip)} since`;
  const range = `${formatCount(start + 1)} to ${formatCount(start + hosts.length)} of ${formatCount(model.hosts)}`;
  const lines = hosts.map(({ name, state, ip, sinceUs }): Line => [
    span(` ${name}`.padEnd(WIDTHS.name)),
    span(` ${(state ?? '-').padEnd(WIDTHS.state)}`, state === undefined ? 'dim' : 'plain'),
    span(` ${(ip ?? '-').padEnd(WIDTHS.ip)}`, ip === undefined ? 'dim' : 'plain'),
    span(
      sinceUs === undefined
        ? ' -'
        : ` ${(sinceUs / 1_000_000).toFixed(3)} s (${formatDuration(Math.max(atUs - sinceUs, 0))} ago)`,
      'dim',
    ),
  ]);
  const footer = hosts.length < model.hosts ? `${range}: arrows and PgUp, PgDn move` : range;
  return [[span(titles, 'strong')], ...lines, [span(` ${footer}`, 'dim')]].map((line) =>
    cutLine(line, columns),
  );
}

/** How many hosts have a place on a screen of so many rows. */
export function hostRows(rows: number): number {
  return Math.max(rows - 2, 1);
}
