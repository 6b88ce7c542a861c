import { renderLadder } from './ladder.ts';
import { span, type Line } from './line.ts';
import type { ScreenModel } from './screen-model.ts';

/** The last packets of one host, the newest at the bottom. */
export function ladderScreen(model: ScreenModel, columns: number, rows: number): readonly Line[] {
  const { ladder } = model;
  if (ladder === undefined) return [[span(' there is no host', 'dim')]];
  const [header = [], ...lines] = renderLadder(ladder, model.plant, columns);
  return [header, ...lines.slice(-Math.max(rows - 1, 1))];
}
