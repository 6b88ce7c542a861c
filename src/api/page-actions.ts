import type { Action } from '../config/action.ts';
import type { Expectation } from '../config/expectation.ts';
import type { Scenario } from '../config/scenario.ts';
import { escapeText } from '../core/text.ts';
import type { RunResult } from '../scenario/result.ts';
import { formatDuration } from '../report/line.ts';
import type { PageAction, PageDeadline } from '../report/page/page-data.ts';

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

/** When each expectation that has a last moment had to be fulfilled, and whether it was. */
export function pageDeadlines(scenario: Scenario, result: RunResult): readonly PageDeadline[] {
  const byPath = new Map(scenario.expectations.map((expectation) => [expectation.path, expectation]));
  return result.expectations.flatMap(({ path, text, verdict }): PageDeadline[] => {
    const expectation = byPath.get(path ?? '');
    const at = expectation === undefined ? undefined : lastMoment(expectation);
    // What may hold to the end is decided there, and the end needs no mark.
    return at === undefined || at >= scenario.durationUs ? [] : [{ at, text, verdict }];
  });
}

function lastMoment(expectation: Expectation): number | undefined {
  if (expectation.kind === 'never') return expectation.untilUs;
  if (expectation.kind !== 'eventually' && expectation.kind !== 'sequence') return undefined;
  const { fromUs, withinUs } = expectation;
  return fromUs === undefined || withinUs === undefined ? undefined : fromUs + withinUs;
}
