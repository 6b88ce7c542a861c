import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { built, serve } from './support/headend.ts';
import { KEY, NAMES, PEERS, type Peer, SECRET, START, addressOf } from './support/transfer-peers.ts';
import { Lab, type Running, need } from './support/netns.ts';

const zoneText = (apex: string, serial: number, more = ''): string => `$ORIGIN ${apex}.
$TTL 60
@ SOA ns hostmaster ${serial} 600 2 3600 60
@ NS ns
ns A 10.62.0.2
www A 192.0.2.1
mail MX 10 www
text TXT "two strings" "of text"
srv SRV 0 5 53 ns
alias CNAME www
svc HTTPS 1 . alpn=h2
odd TYPE65280 \\# 3 010203
*.wild A 192.0.2.9
${more}`;

/** PowerDNS 4.7 signs transfers only with keys of its database, so its own go by address. */
const keyed = (peer: Peer): string => (peer === 'pdns' ? '' : ' key xfer');

const FILE = `headend: 1
name: transfers
net: { lan: { kind: segment } }
services:
  dns:
    on: lan
    ip: 10.62.0.2
    keys: { xfer: { secret-file: xfer.key } }
    zones:
      out.example:
        file: ./out.zone
        allow-transfer: [ key xfer, 10.62.0.6 ]
        allow-update: [ key xfer ]
        notify: [ ${NAMES.map((peer) => `"${addressOf(peer)}${keyed(peer)}"`).join(', ')} ]
${NAMES.map((peer) => `      ${peer}.example: { primaries: "${addressOf(peer)}${keyed(peer)}", allow-transfer: 10.62.0.0/24 }`).join('\n')}
`;

let lab: Lab;
const running = new Map<Peer, Running>();
let headend: Running;
/** What the server said that was killed. */
let headendBefore = '';

const dig = (server: string, ...args: string[]): string =>
  lab.attempt('cli', 'dig', `@${server}`, '+tries=1', '+time=15', '+short', ...args).out.trim();

/** Asks until the answer is what it should be. */
async function until(ask: () => string, wanted: string, seconds = 120): Promise<void> {
  const deadline = Date.now() + seconds * 1_000;
  let seen = '';
  while (Date.now() < deadline) {
    seen = ask();
    if (seen === wanted) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const logs = [...running].map(([peer, { output }]) => `--- ${peer}\n${output.slice(-2_000)}`).join('\n');
  throw new Error(`wanted ${wanted}, got ${seen}\n--- headend\n${headend.output.slice(-6_000)}\n${logs}`);
}

beforeAll(async () => {
  need('ip', 'nsd', 'knotd', 'named', 'pdns_server', 'nsupdate', 'knsupdate', 'dig', 'kdig');
  built();
  lab = new Lab();
  lab.namespace('srv');
  lab.bridge('srv', 'br0', '10.62.0.2/24');
  for (const [name, number] of [...Object.entries(PEERS), ['cli', 9] as const]) {
    lab.namespace(name);
    lab.cable(
      { in: 'srv', as: `p${number}`, bridge: 'br0' },
      { in: name, as: 'eth0', address: `10.62.0.${number}/24` },
    );
  }
  lab.file('xfer.key', SECRET);
  lab.file('nsupdate.key', KEY);
  lab.file('out.zone', zoneText('out.example', 1));
  for (const peer of NAMES) lab.file(`${peer}.zone`, zoneText(`${peer}.example`, 10));
  const started = await Promise.all(NAMES.map((peer) => START[peer](lab)));
  for (const [index, peer] of NAMES.entries()) {
    const process = started[index];
    if (process !== undefined) running.set(peer, process);
  }
  headend = await serve(
    lab,
    'srv',
    lab.file('lab.yaml', FILE),
    '--listen',
    '10.62.0.2',
    '--state',
    `${lab.folder}/state`,
    '--log-level',
    'debug',
  );
});
afterAll(() => lab?.remove());

/** All records of a zone as one server gives them, in canonical order. */
const axfr = (server: string, apex: string): string[] =>
  lab
    .run('cli', 'dig', `@${server}`, '-y', `hmac-sha256:xfer:${SECRET}`, '+noall', '+answer', apex, 'AXFR')
    .trim()
    .split('\n')
    .map((line) => line.replace(/\s+/g, ' '))
    .sort();

describe.each(NAMES)('headend and %s', (peer) => {
  test('their zone is here: AXFR, signed', async () => {
    await until(() => dig('10.62.0.2', 'www.' + peer + '.example', 'A'), '192.0.2.1');
    expect(dig('10.62.0.2', `svc.${peer}.example`, 'TYPE65')).not.toBe('');
    expect(dig('10.62.0.2', `a.wild.${peer}.example`, 'A')).toBe('192.0.2.9');
  });

  test('our zone is there', async () => {
    await until(() => dig(addressOf(peer), 'www.out.example', 'A'), '192.0.2.1');
    expect(dig(addressOf(peer), 'text.out.example', 'TXT')).toBe('"two strings" "of text"');
  });
});

const update = (tool: 'nsupdate' | 'knsupdate', server: string, ...lines: string[]): string => {
  const script = lab.file('update.txt', [`server ${server}`, ...lines, 'send', ''].join('\n'));
  const key = ['-y', `hmac-sha256:xfer:${SECRET}`];
  return lab.attempt('cli', tool, ...key, script).out;
};

describe('an update here', () => {
  test.each(['nsupdate', 'knsupdate'] as const)(
    'by %s reaches every secondary, by NOTIFY and IXFR',
    async (tool) => {
      const name = `${tool}.out.example`;
      expect(update(tool, '10.62.0.2', 'zone out.example', `update add ${name}. 60 A 192.0.2.77`)).toBe('');
      expect(dig('10.62.0.2', name, 'A')).toBe('192.0.2.77');
      for (const peer of NAMES) await until(() => dig(addressOf(peer), name, 'A'), '192.0.2.77');
    },
  );

  test('a prerequisite that fails changes nothing', () => {
    const said = update(
      'nsupdate',
      '10.62.0.2',
      'zone out.example',
      'prereq yxdomain no.out.example.',
      'update add x.out.example. 60 A 192.0.2.1',
    );
    expect(said).toContain('NXDOMAIN');
    expect(dig('10.62.0.2', 'x.out.example', 'A')).toBe('');
  });

  test('without the key it is refused', () => {
    const script = lab.file(
      'bare.txt',
      'server 10.62.0.2\nzone out.example\nupdate delete www.out.example. A\nsend\n',
    );
    expect(lab.attempt('cli', 'nsupdate', script).out).toContain('REFUSED');
  });

  test('with another secret: BADSIG; with another key: BADKEY', () => {
    const other = lab.attempt(
      'cli',
      'dig',
      '@10.62.0.2',
      '-y',
      'hmac-sha256:xfer:AAAA',
      'out.example',
      'SOA',
    ).out;
    expect(other).toContain('BADSIG');
    const unknown = lab.attempt(
      'cli',
      'dig',
      '@10.62.0.2',
      '-y',
      `hmac-sha256:who:${SECRET}`,
      'out.example',
      'SOA',
    ).out;
    expect(unknown).toContain('BADKEY');
  });

  test('it survives kill -9', async () => {
    await headend.end('SIGKILL');
    headendBefore = headend.output;
    headend = await serve(
      lab,
      'srv',
      `${lab.folder}/lab.yaml`,
      '--listen',
      '10.62.0.2',
      '--state',
      `${lab.folder}/state`,
      '--log-level',
      'debug',
    );
    expect(dig('10.62.0.2', 'nsupdate.out.example', 'A')).toBe('192.0.2.77');
    // IXFR from the version of the file: the journal has all of it.
    const seen = lab.run(
      'cli',
      'dig',
      '@10.62.0.2',
      '-y',
      `hmac-sha256:xfer:${SECRET}`,
      '+noall',
      '+answer',
      'out.example',
      'IXFR=1',
    );
    expect(seen.match(/SOA/g)?.length).toBe(6);
  });
});

describe('a change there', () => {
  test.each([
    { peer: 'bind', tool: 'nsupdate' },
    { peer: 'knot', tool: 'knsupdate' },
  ] as const)('at $peer by $tool comes by NOTIFY and IXFR', async ({ peer, tool }) => {
    const name = `new.${peer}.example`;
    expect(update(tool, addressOf(peer), `zone ${peer}.example`, `update add ${name}. 60 A 192.0.2.88`)).toBe(
      '',
    );
    await until(() => dig('10.62.0.2', name, 'A'), '192.0.2.88');
    await headend.until(new RegExp(`${peer}\\.example\\.[^\\n]*1 changes`));
  });

  test('at nsd by its zone file comes by NOTIFY', async () => {
    lab.file('nsd.zone', zoneText('nsd.example', 11, 'new A 192.0.2.88\n'));
    process.kill(Number(lab.run('nsd', 'cat', `${lab.folder}/nsd/pid`)), 'SIGHUP');
    await until(() => dig('10.62.0.2', 'new.nsd.example', 'A'), '192.0.2.88');
  });

  test('at pdns by its zone file comes by NOTIFY', async () => {
    lab.file('pdns.zone', zoneText('pdns.example', 11, 'new A 192.0.2.88\n'));
    lab.run('pdns', 'pdns_control', `--socket-dir=${lab.folder}/pdns`, 'bind-reload-now', 'pdns.example');
    lab.run('pdns', 'pdns_control', `--socket-dir=${lab.folder}/pdns`, 'notify', 'pdns.example');
    await until(() => dig('10.62.0.2', 'new.pdns.example', 'A'), '192.0.2.88');
  });
});

describe('what a transfer carries', () => {
  test('the copy is record for record what the primary has', () => {
    expect(axfr('10.62.0.2', 'bind.example')).toEqual(axfr(addressOf('bind'), 'bind.example'));
  });

  test('kdig and drill read it', () => {
    const seen = lab.run(
      'cli',
      'kdig',
      '@10.62.0.2',
      '-y',
      `hmac-sha256:xfer:${SECRET}`,
      'out.example',
      'AXFR',
    );
    expect(seen).toContain('knsupdate.out.example.');
  });

  test('who is not named is refused', () => {
    expect(lab.attempt('cli', 'dig', '@10.62.0.2', 'out.example', 'AXFR').out).toContain('Transfer failed');
    expect(lab.attempt('cli', 'kdig', '@10.62.0.2', 'out.example', 'AXFR').out).toContain('REFUSED');
  });

  test('over UDP there is no AXFR', () => {
    const seen = lab.attempt('cli', 'kdig', '@10.62.0.2', '+notcp', '+ignore', 'out.example', 'AXFR').out;
    expect(seen).toContain('NOTIMP');
  });

  test('NSD, Knot and BIND were sent changes alone', () => {
    const sent = headend.output + headendBefore;
    for (const peer of ['nsd', 'knot', 'bind'] as const)
      expect(sent).toMatch(new RegExp(`HE-TRANSFER-004","detail":"out.example. for ${addressOf(peer)}"`));
  });

  test('the log has no secret', () => {
    expect(headend.output).toContain('HE-TSIG-001');
    expect(headend.output).not.toContain(SECRET);
  });
});
