import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { digAll, type Told } from './support/dig-batch.ts';
import { built } from './support/headend.ts';
import { ADDRESSES, type ServedZone, type ServerName, startNameServers } from './support/name-servers.ts';
import { Lab, need } from './support/netns.ts';

/** Names relative to the zone, and a type. */
const QUESTIONS = `
@ SOA|@ NS|@ MX|@ TXT|@ CAA|@ A|@ DS|@ CNAME|@ ANY|ns1 A|ns1 AAAA|www A|www AAAA|www MX|wWw A|www ANY|www RRSIG
www TYPE65401|a\\.b A|a.b A|none A|a.none A|x.www A|mail MX
alias A|alias AAAA|alias MX|alias CNAME|alias ANY|alias1 A|alias1 CNAME|dangling A|dangling CNAME|outside A|outside AAAA
tocut A|todname A|towild A|towild MX|loop1 A|loop1 CNAME
ent A|mid.ent A|host.mid.ent A|host.mid.ent AAAA|none.ent A|none.mid.ent A|x.host.mid.ent A
x.wild A|y.x.wild A|x.wild TXT|x.wild MX|x.wild ANY|*.wild A|wild A|x.*.wild A|here.wild A|here.wild TXT|x.here.wild TXT
deep.wild A|deep.wild TXT|x.deep.wild A|below.deep.wild A|x.aliases A|x.aliases CNAME|x.aliases MX|x.post MX|x.post A
x.lost A
old A|old DNAME|old TXT|host.old A|x.host.old A|none.old A|host.old DNAME|host.old CNAME|www.away A|away A
a23456789b123456789c123456789d123456789e123456789f123.long A
sub NS|sub A|sub DS|sub SOA|sub ANY|host.sub A|a.host.sub AAAA|ns.sub A|host.sub DS|sibling NS|host.sibling A
host.foreign A|secure DS|secure NS|host.secure A|host.secure DS
hinfo HINFO|ptr PTR|txt TXT|_sip._tcp SRV|_tcp SRV|naptr NAPTR|sshfp SSHFP|_443._tcp.www TLSA|loc LOC|uri URI|caa CAA
https HTTPS|svcb SVCB|strange TYPE65400|strange A|big TXT`
  .trim()
  .split(/[|\n]/);

/** A difference among the servers, and with whom headend goes. docs/dns.md, "Beside other servers", has the reasons. */
interface Difference {
  readonly name: string;
  readonly questions: RegExp;
  readonly as: readonly ServerName[];
}

const THEY_DIFFER: readonly Difference[] = [
  { name: 'ANY', questions: / ANY$/, as: [] },
  { name: 'a loop of aliases', questions: /^loop1 A$/, as: ['NSD', 'Knot'] },
  {
    name: 'a DNAME that makes a name too long',
    questions: /^a23\S+\.long A$/,
    as: ['NSD', 'BIND', 'PowerDNS'],
  },
  {
    name: 'addresses of a cut’s servers that are not below it',
    questions: /^((a\.)?host\.|ns\.)?(sub|secure) (NS|A|AAAA|SOA|DS|ANY)$/,
    as: ['NSD', 'Knot'],
  },
  { name: 'signatures asked for by their type', questions: /^www RRSIG$/, as: ['NSD', 'BIND'] },
  { name: 'no such name behind a DNAME', questions: /^none\.old A$/, as: ['Knot', 'BIND'] },
];

/** Where PowerDNS leaves the three. */
const POWERDNS = / ANY$| RRSIG$|^host\.old CNAME$|^x\.aliases CNAME$|^naptr NAPTR$|^svcb SVCB$/;

const ZONES = [
  { apex: 'diff.example', proof: undefined },
  { apex: 'nsec.example', proof: 'NSEC' },
  { apex: 'nsec3.example', proof: 'NSEC3' },
] as const;

let lab: Lab;

beforeAll(async () => {
  need('ip', 'dig', 'nsd', 'knotd', 'named', 'pdns_server', 'pdnsutil', 'ldns-signzone');
  built();
  lab = new Lab();
  lab.namespace('srv');
  await startNameServers(lab, 'srv', ZONES.map(makeZone));
});
afterAll(() => lab?.remove());

function makeZone({ apex, proof }: (typeof ZONES)[number]): ServedZone {
  const text = readFileSync(join(import.meta.dirname, '../../fixtures/zones/differential/diff.zone'), 'utf8');
  const path = lab.file(`${apex}.zone`, text.replaceAll('diff.example', apex));
  if (proof === undefined) return { apex, path, proof };
  const run = (command: string, ...args: readonly string[]): string =>
    execFileSync(command, args, { cwd: lab.folder, encoding: 'utf8' }).trim();
  const key = run('ldns-keygen', '-a', 'ECDSAP256SHA256', '-k', apex);
  run('ldns-signzone', ...(proof === 'NSEC3' ? ['-n', '-t', '0'] : []), '-f', `${path}.signed`, path, key);
  return { apex, path: `${path}.signed`, proof };
}

type Answers = Readonly<Record<ServerName, Told>>;

function askAll({ apex, proof }: (typeof ZONES)[number]): Map<string, Answers> {
  const absolute = QUESTIONS.map((question) =>
    question.replace(/^@/, '').replace(/(\S?) /, (_, end) => `${end}${end === '' ? '' : '.'}${apex} `),
  );
  const flags = ['+bufsize=1232', ...(proof === undefined ? [] : ['+dnssec'])];
  const byServer = Object.entries(ADDRESSES).map(
    ([name, server]) => [name, digAll(lab, 'srv', { server, questions: absolute, flags })] as const,
  );
  return new Map(
    QUESTIONS.map((question, index) => [
      question,
      Object.fromEntries(byServer.map(([name, told]) => [name, compared(told[index])])) as Answers,
    ]),
  );
}

/** With an answer, servers may add their NS and addresses or not: that is nobody's difference. */
function compared(told: Told | undefined): Told {
  if (told === undefined) throw new Error('no reply');
  if (told.answer.length === 0) return told;
  const authority = told.authority.filter((line) => !/^\S+ \d+ in (ns|rrsig ns) /.test(line));
  return { ...told, authority, additional: [] };
}

const same = (a: Told, b: Told): boolean => JSON.stringify(a) === JSON.stringify(b);

describe.each(ZONES)('$apex: $proof', (zone) => {
  let answers: Map<string, Answers>;
  beforeAll(() => {
    answers = askAll(zone);
  });
  const where = (holds: (answers: Answers) => boolean): string[] =>
    [...answers].filter(([, one]) => holds(one)).map(([question]) => question);
  const threeAgree = ({ NSD, Knot, BIND }: Answers): boolean => same(NSD, Knot) && same(Knot, BIND);

  test('headend agrees wherever NSD, Knot and BIND do', () => {
    const different = [...answers].filter(([, one]) => threeAgree(one) && !same(one.headend, one.NSD));
    expect(different.map(([question, { headend, NSD }]) => ({ question, headend, NSD }))).toEqual([]);
    expect(where(threeAgree).length).toBeGreaterThanOrEqual(90);
  });

  test('where the three differ, it is for a reason that is known', () => {
    const unknown = where((one) => !threeAgree(one)).filter(
      (question) => !THEY_DIFFER.some(({ questions }) => questions.test(question)),
    );
    expect(unknown.map((question) => [question, answers.get(question)])).toEqual([]);
  });

  test.each(THEY_DIFFER.filter(({ as }) => as.length > 0))('$name: headend goes with $as', (difference) => {
    for (const [question, one] of answers)
      if (difference.questions.test(question) && !threeAgree(one) && !question.endsWith(' ANY'))
        for (const name of difference.as) expect(one.headend, question).toEqual(one[name]);
  });

  test('ANY: headend gives one small set, as it says (RFC 8482)', () => {
    for (const [question, { headend }] of answers)
      if (/^(@|www|x\.wild) ANY$/.test(question)) {
        const types = new Set(headend.answer.map((line) => line.split(' ')[3]));
        types.delete('rrsig');
        expect(types.size, question).toBe(1);
      }
  });

  test('where PowerDNS leaves the three, it is known', () => {
    const different = where((one) => threeAgree(one) && !same(one.PowerDNS, one.NSD));
    const unknown = different.filter((question) => !POWERDNS.test(question));
    expect(unknown.map((question) => ({ question, ...answers.get(question) }))).toEqual([]);
  });
});
