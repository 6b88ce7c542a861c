import type { Action } from '../config/action.ts';
import type { Scenario } from '../config/scenario.ts';
import { escapeText } from '../core/text.ts';
import type { RunResult } from '../scenario/result.ts';
import { formatDuration } from '../report/line.ts';
import type { PageAction } from '../report/page/page-data.ts';

/** The timeline of a scenario as marks and bands, in the order of time; faults with how often they acted. */
export function pageActions(scenario: Scenario, result: RunResult): readonly PageAction[] {
  const fired = new Map(result.faults.map(({ id, fired: count }) => [id, count]));
  return scenario.timeline
    .map((action): PageAction => {
      const id = 'id' in action ? action.id : undefined;
      const until = 'until' in action ? Math.min(action.until, scenario.durationUs) : null;
      const acted = id === undefined ? undefined : fired.get(id);
      const fault = acted === undefined ? null : escapeText(id ?? '');
      return { at: action.at, until, text: actionText(action), fired: acted ?? null, fault };
    })
    .sort((a, b) => a.at - b.at);
}

/** `power-on cm over 4 s`, `impair hfc`. */
function actionText(action: Action): string {
  const whom = 'who' in action ? action.who.text : 'where' in action ? action.where : '';
  const spread = 'spread' in action ? action.spread?.overUs : undefined;
  const over = spread === undefined || spread === 0 ? '' : `over ${formatDuration(spread)}`;
  return escapeText([action.do, whom, over].filter((part) => part !== '').join(' '));
}
