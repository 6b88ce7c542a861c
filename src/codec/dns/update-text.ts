import { runSteps } from '../../core/steps.ts';
import type { Name } from './name.ts';
import type { ResourceRecord } from './record.ts';
import { Class } from './registry.ts';
import { zoneTextSteps } from './zone-text.ts';

/** Seconds of records that a person adds without a TTL. */
const TTL_SECONDS = 300;

/** Lines of a master file to add to a zone and to take away from it, as the update section of RFC 2136 §2.5 has them. */
export interface UpdateText {
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

/** What is wrong is a `ConfigError` at `add:LINE:COLUMN` or `remove:LINE:COLUMN`. */
export function updateRecords({ add, remove }: UpdateText, apex: Name): ResourceRecord[] {
  return [
    ...records(remove, 'remove', apex).map((record) => ({ ...record, class: Class.NONE, ttl: 0 })),
    ...records(add, 'add', apex),
  ];
}

function records(lines: readonly string[], file: string, origin: Name): ResourceRecord[] {
  const read: ResourceRecord[] = [];
  runSteps(
    zoneTextSteps(lines.join('\n'), { file, origin, ttlOf: () => TTL_SECONDS }, (record) =>
      read.push(record),
    ),
  );
  return read;
}
