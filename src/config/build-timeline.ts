import { Name, parseName } from '../codec/dns/name.ts';
import { updateRecords } from '../codec/dns/update-text.ts';
import { ConfigError } from '../core/errors.ts';
import { escapeText } from '../core/text.ts';
import { type Instant, toInstant } from '../core/time.ts';
import { buildCheckAction } from './build-check-actions.ts';
import { didYouMean, type Findings, type Path } from './findings.ts';
import { quote } from './mistakes.ts';
import type { Action } from './action.ts';
import type { ServiceConfig } from './scenario.ts';
import type { ActionFile } from './schema.ts';
import { pathText } from './source.ts';
import { formatDurationUs } from './units.ts';

/** Devices that begin with the run. */
const ALWAYS_ON: ReadonlySet<string> = new Set(['cmts', 'router', 'web', 'prober']);

/** The timeline, checked against the names of the file and the length of the run. */
export function buildTimeline(
  actions: readonly ActionFile[],
  { durationUs, services }: { readonly durationUs: number; readonly services: readonly ServiceConfig[] },
  findings: Findings,
): Action[] {
  const ids = new Set<string>();
  return actions.flatMap((file, index) => {
    const path = ['timeline', index];
    if (file.at >= durationUs)
      findings.add(
        [...path, 'at'],
        `the run ends at ${formatDurationUs(durationUs)}, so this never happens`,
        'write a longer duration: at the top, or an earlier moment here',
      );
    if (file.do === 'impair' && ids.has(file.id))
      findings.add([...path, 'id'], `the id ${quote(file.id)} is taken`, 'give each impairment its own');
    if (file.do === 'impair') ids.add(file.id);
    return buildAction(file, services, path, findings);
  });
}

function buildAction(
  file: ActionFile,
  services: readonly ServiceConfig[],
  path: Path,
  findings: Findings,
): Action[] {
  const common = { at: toInstant(file.at), path: pathText(path) };
  switch (file.do) {
    case 'impair':
      return [{ ...common, ...impairment(file, path, findings), do: 'impair' }];
    case 'crash':
    case 'restart': {
      const who = findings.selector(file.who, [...path, 'who']);
      return who === undefined ? [] : [{ ...common, do: file.do, who }];
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

function impairment(file: Extract<ActionFile, { do: 'impair' }>, path: Path, findings: Findings) {
  if (!findings.places.has(file.where)) {
    const hint = didYouMean(file.where, findings.places.keys(), 'segments and links are');
    findings.add([...path, 'where'], `${quote(file.where)} is no segment or link of this file`, hint);
  }
  const { loss = 0, delay = 0, jitter = 0 } = file;
  if (loss + delay + jitter === 0)
    findings.add(path, 'it makes nothing worse', 'write loss:, delay: or jitter: above 0');
  return {
    id: file.id,
    where: file.where,
    lossRatio: loss,
    delayUs: delay,
    jitterUs: jitter,
    until: toInstant(file.at + file.for),
    mustFire: file['must-fire'],
  };
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
