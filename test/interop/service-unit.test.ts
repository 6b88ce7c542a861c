import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { built, MAIN } from './support/headend.ts';
import { Lab, need } from './support/netns.ts';

const ROOT = resolve(import.meta.dirname, '../..');

beforeAll(() => {
  need('ip', 'udhcpc', 'setpriv', 'systemd-analyze');
  built();
});

let lab: Lab;
beforeEach(() => {
  lab = new Lab();
});
afterEach(() => lab?.remove());

/** The unit as it would be where headend is here: systemd looks for the programs it names. */
function unit(): string {
  const text = readFileSync(join(ROOT, 'deploy/headend.service'), 'utf8');
  return lab.file(
    'headend.service',
    text.replaceAll('/usr/bin/node', process.execPath).replaceAll('/opt/headend', ROOT),
  );
}

test('systemd finds nothing wrong in the unit', () => {
  const { status, stderr } = spawnSync('systemd-analyze', ['verify', unit()], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
});

test('its exposure stays under 2 of 10', () => {
  const asked = ['security', '--offline=yes', '--no-pager', '--threshold=20', unit()];
  expect(spawnSync('systemd-analyze', asked, { encoding: 'utf8' }).status).toBe(0);
});

test('the one right that it gives is enough for DHCP on an interface', async () => {
  for (const name of ['srv', 'cli']) lab.namespace(name);
  lab.cable({ in: 'srv', as: 'lan0', address: '10.60.0.2/24' }, { in: 'cli', as: 'eth0' });
  const file = lab.file(
    'lab.yaml',
    `headend: 1
name: lab
net: { lan: { kind: segment } }
services:
  dhcp: { on: lan, ip: 10.60.0.2, subnets: [{ subnet: 10.60.0.0/24, range: 10.60.0.100-10.60.0.110 }] }
`,
  );
  const state = join(lab.folder, 'state');
  mkdirSync(state);
  chmodSync(lab.folder, 0o755);
  execFileSync('chown', ['65534:65534', state]);
  const right = ['inh-caps', 'ambient-caps', 'bounding-set'].map((set) => `--${set}=-all,+net_bind_service`);
  const who = ['--reuid=65534', '--regid=65534', '--clear-groups', '--no-new-privs', ...right];
  const command = [process.execPath, MAIN, 'serve', file, '--interface', 'lan0', '--state', state];
  await lab.start('srv', /serving/, 'setpriv', ...who, ...command);
  const script = lab.file('script', '#!/bin/sh\n');
  chmodSync(script, 0o755);
  const { code } = lab.attempt(
    'cli',
    'udhcpc',
    '-f',
    '-n',
    '-q',
    '-t',
    '20',
    '-T',
    '1',
    '-i',
    'eth0',
    '-s',
    script,
  );
  expect(code).toBe(0);
});
