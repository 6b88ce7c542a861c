import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { built, serve } from './support/headend.ts';
import { Lab, need } from './support/netns.ts';

const LONG = Array.from({ length: 8 }, (_, index) => `'"${String(index).repeat(200)}"'`).join(', ');

/** A root, a top-level domain, two zones below it, one of them served by a name in the other; and our resolver. */
const LAB = `headend: 1
name: tree
net: { lan: { kind: segment } }
services:
  root:
    kind: dns
    on: lan
    ip: 10.63.0.1
    zones:
      .:
        negative-ttl: 5m
        records:
          "@": { type: NS, ttl: 2d, data: ns.root. }
          ns.root: { type: A, ttl: 2d, data: 10.63.0.1 }
          example: { type: NS, ttl: 2d, data: ns.nic.example. }
          ns.nic.example: { type: A, ttl: 2d, data: 10.63.0.2 }
  tld:
    kind: dns
    on: lan
    ip: 10.63.0.2
    zones:
      example:
        records:
          "@": { type: NS, ttl: 1d, data: ns.nic.example. }
          ns.nic: { type: A, ttl: 1d, data: 10.63.0.2 }
          shop: { type: NS, ttl: 1h, data: ns.shop.example. }
          ns.shop: { type: A, ttl: 1h, data: 10.63.0.3 }
          far: { type: NS, ttl: 1h, data: ns.shop.example. }
          lame: { type: NS, ttl: 1h, data: ns.shop.example. }
  shop:
    kind: dns
    on: lan
    ip: 10.63.0.3
    zones:
      shop.example:
        negative-ttl: 40s
        records:
          "@": [{ type: NS, ttl: 1h, data: ns.shop.example. }, { type: MX, ttl: 10m, data: 10 mail.shop.example. }]
          ns: { type: A, ttl: 1h, data: 10.63.0.3 }
          www: { type: A, ttl: 60s, data: [203.0.113.80, 203.0.113.81] }
          mail: { type: A, ttl: 5m, data: 203.0.113.25 }
          alias: { type: CNAME, ttl: 2m, data: www.shop.example. }
          away: { type: CNAME, ttl: 2m, data: www.far.example. }
          b.deep: { type: A, ttl: 5m, data: 203.0.113.7 }
          "*.wild": { type: TXT, ttl: 5m, data: '"any"' }
          big: { type: TXT, ttl: 5m, data: [${LONG}] }
      far.example:
        records:
          "@": { type: NS, ttl: 1h, data: ns.shop.example. }
          www: { type: A, ttl: 90s, data: 203.0.113.99 }
  resolver: { on: lan, ip: 10.63.0.53, roots: root }
`;

const UNBOUND = `server:
  interface: 10.63.0.54
  access-control: 10.63.0.0/24 allow
  root-hints: "HINTS"
  module-config: "iterator"
  chroot: ""
  username: ""
  directory: "FOLDER"
  pidfile: ""
  use-syslog: no
  logfile: ""
  do-daemonize: no
  do-ip6: no
  num-threads: 1
  target-fetch-policy: "0 0 0 0 0"
`;

const OURS = '10.63.0.53';
const THEIRS = '10.63.0.54';
const SERVERS = ['root', 'tld', 'shop'];

let lab: Lab;

beforeAll(async () => {
  need('ip', 'dig', 'unbound', 'curl');
  built();
  lab = new Lab();
  lab.namespace('srv');
  lab.namespace('cli');
  lab.cable(
    { in: 'srv', as: 'lan0', address: '10.63.0.1/24' },
    { in: 'cli', as: 'eth0', address: '10.63.0.9/24' },
  );
  for (const address of ['10.63.0.2/24', '10.63.0.3/24', `${OURS}/24`])
    lab.run('srv', 'ip', 'address', 'add', address, 'dev', 'lan0');
  lab.run('cli', 'ip', 'address', 'add', `${THEIRS}/24`, 'dev', 'eth0');
  const hints = lab.file('hints', '. 3600000 NS ns.root.\nns.root. 3600000 A 10.63.0.1\n');
  const config = lab.file('unbound.conf', UNBOUND.replace('HINTS', hints).replace('FOLDER', lab.folder));
  await serve(lab, 'srv', lab.file('lab.yaml', LAB), '--interface', 'lan0', '--metrics', '127.0.0.1:9099');
  await lab.start('cli', /start of service/, 'unbound', '-d', '-c', config);
});

afterAll(() => lab?.remove());

interface Told {
  readonly rcode: string;
  readonly answer: readonly string[];
  readonly ttls: readonly number[];
  readonly soaTtl: number | undefined;
}

function dig(server: string, name: string, type: string): Told {
  const text = lab.run(
    'cli',
    'dig',
    `@${server}`,
    '+noall',
    '+comments',
    '+answer',
    '+authority',
    '+tries=1',
    '+time=20',
    name,
    type,
  );
  const [, rcode = 'none'] = /status: (\w+)/.exec(text) ?? [];
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith(';'));
  const records = lines.map((line) => line.split(/\s+/));
  const isAuthority = (record: readonly string[]): boolean => record[3] === 'SOA' && type !== 'SOA';
  const answers = records.filter((record) => !isAuthority(record) && !(record[3] === 'NS' && type !== 'NS'));
  return {
    rcode,
    answer: answers.map(([owner = '', , ...rest]) => [owner.toLowerCase(), ...rest].join(' ')).sort(),
    ttls: answers.map(([, ttl]) => Number(ttl)).sort((a, b) => a - b),
    soaTtl: records.filter(isAuthority).map(([, ttl]) => Number(ttl))[0],
  };
}

/** Datagrams that the three authorities have got so far. */
function heard(): number {
  const text = lab.run('srv', 'curl', '-s', 'http://127.0.0.1:9099/metrics');
  let sum = 0;
  for (const line of text.split('\n'))
    if (line.startsWith('headend_datagrams_received_total{'))
      if (SERVERS.some((host) => line.includes(`host="${host}"`))) sum += Number(line.split(' ').at(-1));
  return sum;
}

function view({ rcode, answer }: Told) {
  return { rcode, answer };
}

function kept(all: readonly Told[]) {
  return all.map(({ soaTtl }) => soaTtl);
}

const QUESTIONS = [
  ['www.shop.example', 'A'],
  ['www.shop.example', 'AAAA'],
  ['shop.example', 'MX'],
  ['mail.shop.example', 'A'],
  ['alias.shop.example', 'A'],
  ['alias.shop.example', 'CNAME'],
  ['away.shop.example', 'A'],
  ['none.shop.example', 'A'],
  ['deep.shop.example', 'A'],
  ['b.deep.shop.example', 'A'],
  ['x.y.wild.shop.example', 'TXT'],
  ['wild.shop.example', 'TXT'],
  ['big.shop.example', 'TXT'],
  ['www.far.example', 'A'],
  ['none.example', 'A'],
  ['none.invalid-tld', 'A'],
  ['www.lame.example', 'A'],
  ['example', 'SOA'],
] as const;

describe('our resolver and Unbound, on the same zones', () => {
  let ours: readonly Told[] = [];
  let theirs: readonly Told[] = [];
  let costs = { ours: 0, theirs: 0 };
  let startedAt = 0;
  /** Two caches that were asked one after the other are apart by no more than the time since: little, where nobody else is busy. */
  const apart = (): number => 2 + (performance.now() - startedAt) / 1_000;

  test('give the same answers, aliases and all, with the same TTLs', () => {
    const start = heard();
    startedAt = performance.now();
    theirs = QUESTIONS.map(([name, type]) => dig(THEIRS, name, type));
    const between = heard();
    ours = QUESTIONS.map(([name, type]) => dig(OURS, name, type));
    costs = { theirs: between - start, ours: heard() - between };
    expect(ours.map(view)).toEqual(theirs.map(view));
    for (const [index, mine] of ours.entries())
      for (const [at, ttl] of mine.ttls.entries())
        expect(
          Math.abs(ttl - (theirs[index]?.ttls[at] ?? -99)),
          QUESTIONS[index]?.join(' '),
        ).toBeLessThanOrEqual(apart());
  });

  test('keep a "no" for the same time', () => {
    expect(kept(ours).filter((ttl) => ttl !== undefined).length).toBeGreaterThan(4);
    for (const [index, ttl] of kept(ours).entries())
      if (ttl !== undefined)
        expect(Math.abs(ttl - (kept(theirs)[index] ?? -99))).toBeLessThanOrEqual(apart());
  });

  test('ask the authorities about as often: no more than half as much again', () => {
    expect(costs.theirs).toBeGreaterThan(QUESTIONS.length / 2);
    expect(costs.ours).toBeGreaterThan(QUESTIONS.length / 2);
    expect(costs.ours / costs.theirs).toBeLessThanOrEqual(1.5);
  });

  test('count TTLs down from the cache, without a question upstream', async () => {
    const before = heard();
    await new Promise((done) => setTimeout(done, 3_000));
    const [mine, his] = [OURS, THEIRS].map((server) => dig(server, 'mail.shop.example', 'A').ttls[0] ?? 0);
    expect(mine).toBeLessThanOrEqual(297);
    expect(mine).toBeGreaterThan(300 - 1 - apart());
    expect(Math.abs((mine ?? 0) - (his ?? 0))).toBeLessThanOrEqual(apart());
    expect(heard()).toBe(before);
  });
});
