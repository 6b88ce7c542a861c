import { nearestRank } from '../scenario/metrics.ts';
import { cutLine, formatCount, formatDuration, span, type Line } from './line.ts';
import type { ScreenModel } from './screen-model.ts';

const LABEL_WIDTH = 22;
const COUNT_WIDTH = 9;
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** How long the modems took to boot, a bar for each span of time. */
export function histogramScreen(model: ScreenModel, columns: number, rows: number): readonly Line[] {
  const boots = model.boots();
  const least = boots[0];
  const most = boots.at(-1);
  if (least === undefined || most === undefined) return [[span(' no modem is up yet', 'dim')]];
  const facts = [50, 95, 99].map((percent) => `p${percent} ${formatDuration(nearestRank(boots, percent))}`);
  const title = ` boot times   ${formatCount(boots.length)} modems   ${facts.join('   ')}   max ${formatDuration(most)}`;
  const width = binWidth(least, most, Math.max(rows - 2, 1));
  const first = Math.floor(least / width);
  const counts = Array.from({ length: Math.floor(most / width) - first + 1 }, () => 0);
  for (const us of boots) {
    const bin = Math.floor(us / width) - first;
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const tallest = Math.max(...counts);
  const room = Math.max(columns - LABEL_WIDTH - COUNT_WIDTH - 1, 1);
  const lines = counts.map((count, index): Line => {
    const from = (first + index) * width;
    const label = `${secondsText(from, width)} to ${secondsText(from + width, width)} s `;
    return [
      span(label.padStart(LABEL_WIDTH), 'dim'),
      span(formatCount(count).padStart(COUNT_WIDTH)),
      span(` ${bar((count / tallest) * room)}`, 'message'),
    ];
  });
  return [[span(title, 'strong')], [], ...lines].slice(0, rows).map((line) => cutLine(line, columns));
}

/** 1, 2 or 5 times a power of ten, so that at most `bins` hold everything. */
function binWidth(least: number, most: number, bins: number): number {
  for (let power = 1_000; ; power *= 10)
    for (const factor of [1, 2, 5]) {
      const width = power * factor;
      if (Math.floor(most / width) - Math.floor(least / width) < bins) return width;
    }
}

function secondsText(us: number, width: number): string {
  const digits = Math.max(0, 6 - Math.floor(Math.log10(width)));
  return (us / 1_000_000).toFixed(digits);
}

/** In eighths of a character; what is there at all is seen. */
function bar(length: number): string {
  const eighths = length === 0 ? 0 : Math.max(1, Math.floor(length * 8));
  return `${'█'.repeat(eighths >>> 3)}${EIGHTHS[eighths & 7] ?? ''}`;
}
