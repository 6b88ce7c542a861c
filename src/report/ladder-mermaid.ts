import { arrowsOf, lanesOf } from './ladder-lanes.ts';
import { noteOf } from './ladder-notes.ts';
import { ladderRows } from './ladder-rows.ts';
import type { Ladder } from './ladder.ts';
import { formatCount } from './line.ts';
import type { PlantHost } from './plant.ts';

/** More rows than these no renderer takes gladly. */
const ROWS_MAX = 300;

/** The ladder as a sequence diagram of Mermaid, which web pages and READMEs draw. A lost packet is a dotted line that ends in a cross. */
export function ladderMermaid(ladder: Ladder, plant: readonly PlantHost[]): string {
  const all = ladderRows(ladder.owner, ladder.records, plant);
  const rows = all.slice(0, ROWS_MAX);
  const lanes = lanesOf(ladder.owner, rows, plant);
  const idOf = (name: string | undefined): string =>
    `h${Math.max(name === undefined ? 0 : lanes.indexOf(name), 0)}`;
  const missed = ladder.missed + all.length - rows.length;
  const lines = rows.flatMap((row) => {
    const at = (row.at / 1_000_000).toFixed(3);
    const notes = noteOf(row)
      .map(({ text }) => text)
      .join(' · ');
    const arrows = arrowsOf(row.hops, lanes);
    return [
      ...arrows.map(
        ({ from, to, label, lost }, index) =>
          `  ${idOf(from)}${lost ? '--x' : '->>'}${idOf(to ?? from)}: ${index === 0 ? `${at} s ` : ''}${mermaidText(label)}`,
      ),
      ...(notes === '' ? [] : [`  Note right of ${idOf(lanes.at(-1))}: ${mermaidText(notes)}`]),
    ];
  });
  return [
    'sequenceDiagram',
    ...lanes.map((lane, index) => `  participant h${index} as ${mermaidText(lane)}`),
    ...lines,
    ...(missed > 0 ? [`  Note over h0: ${formatCount(missed)} later packets are not shown`] : []),
    '',
  ].join('\n');
}

/** What means something to Mermaid is written by its number: `#`, `;`, `:`, `<`, `>`, and `end` as a word. */
function mermaidText(text: string): string {
  return text
    .replace(/[#;:<>%{}]/g, (character) => `#${character.codePointAt(0) ?? 0};`)
    .replace(/\bend\b/g, 'en#100;');
}
