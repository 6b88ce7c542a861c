import { join, resolve } from 'node:path';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { askControl } from '../../src/api/control.ts';
import { built, serve } from './support/headend.ts';
import { Lab, need } from './support/netns.ts';

const FLAGSHIP = resolve('scenarios/cable-modem-boot.yaml');
const MODEMS = 3;

beforeAll(() => {
  need('ip');
  built();
});

let lab: Lab;
afterEach(() => lab?.remove());

/** The core as one wire: servers at one end, the CMTS at the other, which also has the address modems know it by. */
function wire(): void {
  lab = new Lab();
  lab.namespace('srv');
  lab.namespace('hub');
  lab.cable(
    { in: 'srv', as: 'lan0', address: '10.0.0.67/24' },
    { in: 'hub', as: 'eth0', address: '10.0.0.1/24' },
  );
  for (const address of ['10.0.0.69/24', '10.0.0.37/24'])
    lab.run('srv', 'ip', 'address', 'add', address, 'dev', 'lan0');
  lab.run('srv', 'ip', 'route', 'add', '10.9.0.0/18', 'via', '10.0.0.1');
  lab.run('hub', 'ip', 'address', 'add', '10.9.0.1/18', 'dev', 'lo');
}

interface Table {
  readonly modems: readonly { readonly state: string }[];
}

test('a CMTS with its modems in one process boots them from servers in another, over a real wire', async () => {
  wire();
  const servers = join(lab.folder, 'srv');
  const plant = join(lab.folder, 'hub');
  await serve(lab, 'srv', FLAGSHIP, '--interface', 'lan0', '--state', servers);
  await serve(lab, 'hub', FLAGSHIP, '--only', 'cmts,cm', '--interface', 'eth0', '--state', plant);
  await expect
    .poll(
      async () => {
        const [cmts] = (await askControl(plant, 'modems')) as unknown as Table[];
        return cmts?.modems.filter(({ state }) => state === 'online').length;
      },
      { timeout: 60_000, interval: 200 },
    )
    .toBe(MODEMS);
  expect(await askControl(servers, 'leases')).toMatchObject([{ host: 'dhcp', leases: { length: MODEMS } }]);
});
