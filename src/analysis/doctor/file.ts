import { formatIp } from '../../core/address.ts';
import type { BootFacts, CheckedZone, Facts, UnservedFile, WantedSubnet } from './facts.ts';
import { fail, pass, warn, type Finding } from './finding.ts';

/** The same trouble in many files is told once, with some of their names. */
const NAMES_MAX = 5;

/** The scenario file: its mistakes, and what is allowed in it and does not boot a modem. */
export function judgeFile({ file, wanted }: Facts): readonly Finding[] {
  if (file === undefined) return [];
  if (file.mistakes.length > 0)
    return file.mistakes.map(({ text, hint }) =>
      fail('file', { says: text, why: 'serve would end with exit code 2', cure: hint }),
    );
  const found = [
    ...wanted.subnets.flatMap(subnet),
    ...file.zones.flatMap(zone),
    ...REASONS.flatMap((reason) => unserved(reason, file.unserved)),
  ];
  const served = file.servedCount === 0 ? '' : `; TFTP serves ${file.servedCount} names`;
  return found.length > 0 ? found : [pass('file', `no mistake in it or in what it names${served}`)];
}

function subnet({ at, isForModems, boots, addressCount }: WantedSubnet): readonly Finding[] {
  const found: Finding[] = [];
  if (addressCount === 0)
    found.push(
      warn('subnet', {
        says: `${at} has neither a range nor a reservation`,
        why: 'no client there gets an address',
        cure: 'range: FIRST-LAST',
      }),
    );
  if (boots.length === 0 && isForModems)
    found.push(
      fail('boot file', {
        says: `${at} is for modems and names no TFTP server and file`,
        why: 'a modem refuses an offer without them and begins anew, for ever (headend explain siaddr)',
        cure: 'tftp: { server: ADDRESS, file: NAME }',
      }),
    );
  for (const boot of boots) found.push(...bootFile(at, boot, isForModems));
  return found;
}

const NEAR = { no: '', case: ', only one in another case', slash: ', only one without the slash' } as const;

function bootFile(
  at: string,
  { server, file, hasSiaddr, served }: BootFacts,
  isForModems: boolean,
): Finding[] {
  const found: Finding[] = [];
  if (!hasSiaddr && isForModems)
    found.push(
      warn('boot file', {
        says: `${at} sends no siaddr`,
        why: 'option 66 alone is enough for a phone; a cable modem looks at siaddr (headend explain siaddr)',
        cure: 'take siaddr: none out',
      }),
    );
  if (served === undefined || served === 'yes') return found;
  found.push(
    fail('boot file', {
      says: `${at} names "${file}", and ${formatIp(server)} serves no such file${NEAR[served]}`,
      why: 'TFTP compares names octet for octet; who asks is told error 1, and a modem begins anew',
      cure: 'mend the name, or put the file into the folder of that TFTP server',
    }),
  );
  return found;
}

function zone({ apex, file, errors, warnings, first }: CheckedZone): readonly Finding[] {
  if (errors + warnings === 0) return [];
  const counts = [
    ...(errors > 0 ? [`${errors} ${errors === 1 ? 'error' : 'errors'}`] : []),
    ...(warnings > 0 ? [`${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`] : []),
  ].join(' and ');
  return [
    warn('zone', {
      says: `${apex} (${file}) has ${counts}: ${first}`,
      why: 'it is served all the same, and does not do what was meant',
      cure: `headend zone check ${file} --origin ${apex} shows all of it, with places`,
    }),
  ];
}

const REASONS = ['rights', 'outside', 'dangling', 'special', 'beyond'] as const;

const SAYS: Readonly<Record<UnservedFile['reason'], string>> = {
  rights: 'may not be read by this user',
  outside: 'lead out of the folder',
  dangling: 'are links to nothing',
  special: 'are neither files nor folders',
  beyond: 'are beyond what is listed (10,000 files, 16 folders deep)',
};
const CURES: Readonly<Record<UnservedFile['reason'], string>> = {
  rights: 'chmod a+r them (folders: a+rx), or chown them to the user that serves',
  outside: 'copy what they point to into the folder: links out are never followed',
  dangling: 'mend or remove the links',
  special: 'name regular files: devices, pipes and sockets are not served',
  beyond: 'keep less under it, or serve another folder',
};

function unserved(reason: UnservedFile['reason'], all: readonly UnservedFile[]): readonly Finding[] {
  const files = all.filter((one) => one.reason === reason);
  if (files.length === 0) return [];
  const names = files.slice(0, NAMES_MAX).map(({ folder, name }) => `${folder}/${name}`);
  const more = files.length > NAMES_MAX ? ` and ${files.length - NAMES_MAX} more` : '';
  return [
    warn('tftp files', {
      says: `${names.join(', ')}${more}: they ${SAYS[reason]}`,
      why: 'who asks for one is told that there is no such file',
      cure: CURES[reason],
    }),
  ];
}
