import { join } from 'node:path';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { compiled } from '../support/compiled.ts';
import { built, MAIN, serve } from './support/headend.ts';
import { Lab, need } from './support/netns.ts';

const LAB = `headend: 1
name: lab
net: { lan: { kind: segment } }
services:
  dhcp: { on: lan, ip: 10.50.0.3, subnets: [{ subnet: 10.50.0.0/24, range: 10.50.0.200-10.50.0.210 }] }
`;

let offerer: string;
beforeAll(() => {
  need('ip');
  built();
  offerer = compiled('test/support/offer-server.ts');
});

let lab: Lab;
afterEach(() => lab?.remove());

/** A switch with two machines that may serve DHCP, and ours; gives our file. */
function wires(): string {
  lab = new Lab();
  for (const name of ['net', 'one', 'two', 'srv']) lab.namespace(name);
  lab.bridge('net', 'br0');
  for (const [number, name] of ['one', 'two', 'srv'].entries())
    lab.cable(
      { in: 'net', as: `p${number}`, bridge: 'br0' },
      { in: name, as: 'eth0', address: `10.50.0.${number + 1}/24` },
    );
  return lab.file('lab.yaml', LAB);
}

const offer = (name: 'one' | 'two', how = 'own') => {
  const address = name === 'one' ? '10.50.0.1' : '10.50.0.2';
  return lab.start(name, /serving/, process.execPath, offerer, 'eth0', address, how);
};

test('all other servers are named in the log and in health, and ours serves beside them', async () => {
  const file = wires();
  const state = join(lab.folder, 'state');
  await Promise.all([offer('one'), offer('two')]);
  const running = await serve(lab, 'srv', file, '--interface', 'eth0', '--state', state);
  await running.until(
    /other DHCP servers answer on eth0: 10\.50\.0\.1, 10\.50\.0\.2: clients take whichever/,
  );
  const health = lab.run('srv', process.execPath, MAIN, 'health', '--state', state);
  expect(health).toMatch(/^ warn /);
  expect(health).toContain('others did on its interface: 10.50.0.1, 10.50.0.2');
});

test('--polite: with another one there is nothing to do, exit 4, and nothing was bound', async () => {
  const file = wires();
  await offer('two');
  const flags = ['serve', file, '--interface', 'eth0', '--polite'];
  const { code, out } = lab.attempt('srv', process.execPath, MAIN, ...flags);
  expect(code).toBe(4);
  expect(out).toMatch(
    /another DHCP server answers on eth0: 10\.50\.0\.2\n.*what to do: stop it, or serve without --polite/,
  );
});

test('one that misses the first DISCOVER is heard at a later one', async () => {
  const file = wires();
  await offer('one', 'late');
  const running = await serve(lab, 'srv', file, '--interface', 'eth0');
  await running.until(/another DHCP server answers on eth0: 10\.50\.0\.1/);
});

test('alone: nothing is told', async () => {
  const file = wires();
  const running = await serve(lab, 'srv', file, '--interface', 'eth0', '--polite');
  expect(running.output).not.toContain('DHCP server');
});
