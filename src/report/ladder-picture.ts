import type { Ladder } from './ladder.ts';
import { ladderMermaid } from './ladder-mermaid.ts';
import { ladderSvg } from './ladder-svg.ts';
import type { PlantHost } from './plant.ts';

export type PictureKind = 'svg' | 'mermaid';

/** A ladder as a file for a page or a document. */
export function ladderPicture(kind: PictureKind, ladder: Ladder, plant: readonly PlantHost[]): string {
  return kind === 'svg' ? ladderSvg(ladder, plant) : ladderMermaid(ladder, plant);
}
