import { Name, parseName } from '../codec/dns/name.ts';
import { updateRecords } from '../codec/dns/update-text.ts';
import { ConfigError } from '../core/errors.ts';
import { escapeText } from '../core/text.ts';
import { type Instant, toInstant } from '../core/time.ts';
import { buildCheckAction } from './build-check-actions.ts';
import { type FaultFile, FaultBuilder } from './build-faults.ts';
import { isFault } from './fault.ts';
import type { Findings, Path } from './findings.ts';
import { quote } from './mistakes.ts';
import type { Action } from './action.ts';
import type { DeviceConfig, ServiceConfig } from './scenario.ts';
import type { ActionFile } from './schema.ts';
import { pathText } from './source.ts';
import { formatDurationUs } from './units.ts';

/** Devices that begin with the run. */
const ALWAYS_ON: ReadonlySet<string> = new Set(['cmts', 'router', 'web', 'prober']);

const ACT_BETWEEN =
  'do it there by hand; what it sends and receives is impaired, cut and dropped here as with any other host';

/** The timeline, checked against the names of the file and the length of the run. */
export function buildTimeline(
  actions: readonly ActionFile[],
  {
    durationUs,
    devices,
    services,
  }: {
    readonly durationUs: number;
    readonly devices: readonly DeviceConfig[];
    readonly services: readonly ServiceConfig[];
  },
  findings: Findings,
): Action[] {
  const faults = new FaultBuilder(devices, services, findings);
  return actions.flatMap((file, index) => {
    const path = ['timeline', index];
    if ((file.at ?? 0) >= durationUs)
      findings.add(
        [...path, 'at'],
        `the run ends at ${formatDurationUs(durationUs)}, so this never happens`,
        'write a longer duration: at the top, or an earlier moment here',
      );
    // Faults of the network act on what a real host sends and receives as on anybody's.
    if ('who' in file && !findings.isVirtual(file.who, [...path, 'who'], ACT_BETWEEN)) return [];
    if (isFault(file)) return faults.build(file, index) ?? [];
    return buildAction(file, services, path, findings);
  });
}

function buildAction(
  file: Exclude<ActionFile, FaultFile>,
  services: readonly ServiceConfig[],
  path: Path,
  findings: Findings,
): Action[] {
  const common = { at: toInstant(file.at), path: pathText(path) };
  switch (file.do) {
    case 'restart': {
      const who = findings.selector(file.who, [...path, 'who']);
      return who === undefined ? [] : [{ ...common, do: 'restart', who }];
    }
    case 'show': {
      const who = findings.selector(file.who, [...path, 'who']);
      const kind = who && findings.names.get(who.group)?.kind;
      if (kind !== undefined && kind !== 'router')
        findings.add([...path, 'who'], `${who?.text} has no tables to show`, 'name a router');
      return who === undefined ? [] : [{ ...common, do: 'show', who }];
    }
    case 'fail':
    case 'mend':
    case 'health': {
      const action = buildCheckAction(file, services, findings, path);
      return action === undefined ? [] : [{ ...common, ...action }];
    }
    case 'update':
      return buildUpdate(file, common, findings, path);
    default: {
      const who = findings.selector(file.who, [...path, 'who']);
      if (who === undefined) return [];
      const named = findings.names.get(who.group);
      if (file.do === 'release' || file.do === 'renew') {
        if (named !== undefined && named.kind !== 'host' && named.kind !== 'stub')
          findings.add(
            [...path, 'who'],
            `${who.text} is no host`,
            'name a host that has its address by DHCP',
          );
      } else if (named !== undefined && (named.isService || ALWAYS_ON.has(named.kind)))
        findings.add(
          [...path, 'who'],
          `${who.text} has power from the start`,
          'use do: crash and do: restart for it',
        );
      const spread = file.spread && { overUs: file.spread.over, by: file.spread.by ?? ('even' as const) };
      return [{ ...common, do: file.do, who, spread }];
    }
  }
}

function buildUpdate(
  file: Extract<ActionFile, { do: 'update' }>,
  common: { readonly at: Instant; readonly path: string },
  findings: Findings,
  path: Path,
): Action[] {
  const who = findings.selector(file.who, [...path, 'who']);
  const kind = who && findings.names.get(who.group)?.kind;
  if (kind !== undefined && kind !== 'dns')
    findings.add([...path, 'who'], `${who?.text} has no zones`, 'name a dns service');
  const apex = parseName(file.zone);
  const { add = [], remove = [] } = file;
  if (!(apex instanceof Name)) {
    findings.add([...path, 'zone'], `${quote(file.zone)} is no domain name`, `it takes ${apex.fault}`);
    return [];
  }
  try {
    updateRecords({ add, remove }, apex);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const key = error.path.startsWith('add') ? 'add' : 'remove';
    findings.add([...path, key], `${escapeText(error.found)} will not do`, `write ${error.expected}`);
  }
  return who === undefined ? [] : [{ ...common, do: 'update', who, zone: file.zone, add, remove }];
}
