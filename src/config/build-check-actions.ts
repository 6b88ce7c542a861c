import type { HealthAction, TargetAction } from './checks.ts';
import { didYouMean, type Findings, type Path } from './findings.ts';
import type { ServiceConfig } from './scenario.ts';
import type { CheckActionFile } from './schema-checks.ts';

/** What happens to targets and checks; undefined when it happens to nobody. */
export function buildCheckAction(
  file: CheckActionFile,
  services: readonly ServiceConfig[],
  findings: Findings,
  path: Path,
): TargetAction | HealthAction | undefined {
  const who = findings.selector(file.who, [...path, 'who']);
  if (who === undefined) return undefined;
  const kind = findings.names.get(who.group)?.kind;
  if (file.do === 'health') {
    const service = services.find(({ name }) => name === who.group);
    if (service?.kind !== 'dns') {
      findings.add([...path, 'who'], `${who.text} has no health checks`, 'name a DNS service');
      return undefined;
    }
    const known = service.checks.map(({ name }) => name);
    for (const name of Object.keys(file.checks))
      if (!known.includes(name))
        findings.addAtKey(
          [...path, 'checks'],
          name,
          `${who.text} has no such check`,
          didYouMean(name, known, 'its checks are'),
        );
    return { do: 'health', who, checks: Object.entries(file.checks).map(([name, to]) => ({ name, to })) };
  }
  if (kind !== 'web')
    findings.add([...path, 'who'], `${who.text} is no web server`, 'name a device of kind web');
  if (file.do === 'mend') return { do: 'mend', who, args: {} };
  const { how = 'answer', status, body, delay } = file;
  if (how !== 'answer')
    for (const key of ['status', 'body', 'delay'] as const)
      if (file[key] !== undefined)
        findings.addAtKey(
          path,
          key,
          `a failure that is ${how === 'silent' ? how : 'a refusal'} has no ${key}`,
          'take it away',
        );
  const args = {
    how,
    ...(status === undefined ? {} : { status }),
    ...(body === undefined ? {} : { body }),
    ...(delay === undefined ? {} : { delay_us: delay }),
  };
  return { do: 'fail', who, args };
}
