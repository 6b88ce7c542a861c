import { afterEach, beforeAll, expect, test } from 'vitest';
import { compiled } from '../support/compiled.ts';
import { Lab, need } from './support/netns.ts';

let server: string;
let finder: string;
beforeAll(() => {
  need('ip');
  server = compiled('test/support/offer-server.ts');
  finder = compiled('test/support/server-finder.ts');
});

let lab: Lab;
afterEach(() => lab?.remove());

/** A server on two wires, the second one with the default route if there is one, and a client on the first. */
function wires(): void {
  lab = new Lab();
  for (const name of ['srv', 'cli', 'net']) lab.namespace(name);
  lab.cable(
    { in: 'srv', as: 'lan0', address: '10.50.0.1/24' },
    { in: 'cli', as: 'eth0', address: '10.50.0.9/24' },
  );
  lab.cable(
    { in: 'srv', as: 'up0', address: '10.60.0.2/24' },
    { in: 'net', as: 'eth0', address: '10.60.0.1/24' },
  );
}

const find = (): string => lab.run('cli', process.execPath, finder, 'eth0');

test('without any default route, the offer goes to 255.255.255.255 by the interface named', async () => {
  wires();
  const running = await lab.start('srv', /serving/, process.execPath, server, 'lan0', '10.50.0.1');
  expect(find()).toBe('found: 10.50.0.1\n');
  await running.until(/counts: 3 in, 3 instead, 0 to the subnet/);
  expect(running.output.match(/notice: clients that have no address yet/g)).toHaveLength(1);
});

test('a default route by another interface does not lead the offer astray', async () => {
  wires();
  lab.run('srv', 'ip', 'route', 'add', 'default', 'via', '10.60.0.1');
  await lab.start('srv', /serving/, process.execPath, server, 'lan0', '10.50.0.1');
  expect(find()).toBe('found: 10.50.0.1\n');
});

test('where 255.255.255.255 is unreachable, the subnet broadcast is used, said once, counted', async () => {
  wires();
  const running = await lab.start('srv', /serving/, process.execPath, server, 'lan0', '10.50.0.1', 'any');
  expect(find()).toBe('found: 10.50.0.1\n');
  expect(find()).toBe('found: 10.50.0.1\n');
  await running.until(/counts: 6 in, 6 instead, 6 to the subnet/);
  expect(running.output.match(/notice: 255\.255\.255\.255 is unreachable by lan0/g)).toHaveLength(1);
});

test('an interface where nobody serves: nobody is found', () => {
  wires();
  expect(find()).toBe('found: \n');
});
