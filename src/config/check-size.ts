import type { Findings } from './findings.ts';
import type { ScenarioFile } from './schema.ts';

/** A million modems and what is around them. */
const HOSTS_MAX = 1_100_000;
/** What the timeline does to single devices, all in all. */
const EVENTS_MAX = 5_000_000;

/** Each count has a bound of its own; so has what all of them make together. */
export function checkSize(file: ScenarioFile, findings: Findings): void {
  let hosts = Object.keys(file.services ?? {}).length;
  for (const [name, device] of Object.entries(file.devices ?? {})) {
    const before = hosts;
    hosts += ('count' in device ? device.count : undefined) ?? 1;
    if (hosts > HOSTS_MAX && before <= HOSTS_MAX)
      findings.add(
        ['devices', name, 'count'],
        `with these there are ${hosts} hosts, and a scenario has at most ${HOSTS_MAX}`,
        'write smaller counts',
      );
  }
  let events = 0;
  for (const [index, action] of (file.timeline ?? []).entries()) {
    const before = events;
    events += membersOf('who' in action ? action.who : undefined, findings);
    if (events > EVENTS_MAX && before <= EVENTS_MAX)
      findings.add(
        ['timeline', index],
        `with this the timeline does ${events} things to single devices, and at most ${EVENTS_MAX} are allowed`,
        'name smaller groups, or fewer moments',
      );
  }
}

function membersOf(who: unknown, findings: Findings): number {
  return (typeof who === 'string' ? findings.names.get(who)?.count : undefined) ?? 1;
}
