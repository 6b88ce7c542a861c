import { arrowsOf, lanesOf } from './ladder-lanes.ts';
import type { Arrow } from './ladder-lanes.ts';
import { noteOf } from './ladder-notes.ts';
import { ladderRows } from './ladder-rows.ts';
import type { Ladder } from './ladder.ts';
import type { Row } from './ladder-rows.ts';
import { formatCount } from './line.ts';
import type { PlantHost } from './plant.ts';

const TIME = 90;
const LANE = 150;
const ROW = 34;
const TOP = 46;
const CHARACTER = 7.6;
/** More rows than these are no picture. */
const ROWS_MAX = 500;

/** The ladder as a picture that stands alone: lanes, arrows with their names, a cross where a packet was lost, notes beside. */
export function ladderSvg(ladder: Ladder, plant: readonly PlantHost[]): string {
  const all = ladderRows(ladder.owner, ladder.records, plant);
  const rows = all.slice(0, ROWS_MAX);
  const lanes = lanesOf(ladder.owner, rows, plant);
  const notes = rows.map(notesText);
  const left = TIME + lanes.length * LANE;
  const width = Math.ceil(left + Math.max(0, ...notes.map((note) => note.length)) * CHARACTER + 20);
  const missed = ladder.missed + all.length - rows.length;
  const height = TOP + rows.length * ROW + (missed > 0 ? ROW : 0) + 16;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="14" role="img">`,
    `<title>${escapeXml(`Ladder of ${ladder.owner.name}`)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...lanes.flatMap((lane, index) => [
      `<text x="${middle(index)}" y="26" text-anchor="middle" font-weight="bold">${escapeXml(lane)}</text>`,
      `<path d="M${middle(index)} ${TOP - 10}V${TOP + rows.length * ROW}" stroke="#b8bdb6" fill="none"/>`,
    ]),
    ...rows.flatMap((row, index) => [
      `<text x="${TIME - 14}" y="${lineY(index) + 4}" text-anchor="end" fill="#4a5157">${(row.at / 1_000_000).toFixed(3)}</text>`,
      ...arrowsOf(row.hops, lanes).map((arrow) => arrowSvg(arrow, lanes, lineY(index))),
      `<text x="${left}" y="${lineY(index) + 4}">${escapeXml(notes[index] ?? '')}</text>`,
    ]),
    ...(missed > 0
      ? [
          `<text x="${left}" y="${lineY(rows.length) + 4}">${formatCount(missed)} later packets are not shown</text>`,
        ]
      : []),
    '</svg>',
    '',
  ].join('\n');
}

function notesText(row: Row): string {
  return noteOf(row)
    .map(({ text }) => text)
    .join('  ');
}

function middle(lane: number): number {
  return TIME + lane * LANE + LANE / 2;
}

function lineY(row: number): number {
  return TOP + row * ROW + 22;
}

function arrowSvg({ from, to, label, lost }: Arrow, lanes: readonly string[], y: number): string {
  const start = lanes.indexOf(from);
  const stop = to === undefined ? -1 : lanes.indexOf(to);
  if (start < 0 || stop < 0 || start === stop) {
    const at = middle(Math.max(start, stop, 0)) + 8;
    return `<text x="${at}" y="${y}">${escapeXml(label)}${lost ? ' ✗' : ''}</text>`;
  }
  const [a, b] = [middle(start), middle(stop)];
  const way = Math.sign(b - a);
  const text = `<text x="${(a + b) / 2}" y="${y - 6}" text-anchor="middle">${escapeXml(label)}</text>`;
  if (!lost)
    return `${text}<path d="M${a} ${y}H${b - way * 8}" stroke="#1b1f23" stroke-width="1.5"/><path d="M${b} ${y}l${-way * 10} -5v10z" fill="#1b1f23"/>`;
  const cut = a + Math.round((b - a) * 0.6);
  const cross = a + Math.round((b - a) * 0.8);
  return `${text}<path d="M${a} ${y}H${cut}" stroke="#b3261e" stroke-width="1.5"/><path d="M${cut} ${y}H${cross - way * 8}" stroke="#b3261e" stroke-width="1.5" stroke-dasharray="2 4"/><path d="M${cross - 5} ${y - 5}l10 10m0 -10l-10 10" stroke="#b3261e" stroke-width="2.5"/>`;
}

function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
