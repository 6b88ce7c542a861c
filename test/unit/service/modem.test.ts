import { describe, expect, test } from 'vitest';
import { ModemPlant } from '../../support/modem-plant.ts';

describe('a boot', () => {
  test('goes through the states of RFC 4639, and the CMTS sees it pass', () => {
    const plant = new ModemPlant();
    plant.command(0, 'cm0', 'power-on');
    plant.run(30);
    expect(plant.statesOf('cm0')).toEqual([
      'other',
      'waitingForDhcpOffer',
      'waitingForDhcpResponse',
      'waitingForTftp',
      'operational',
    ]);
    expect(plant.shownOf(0)).toEqual([
      'init(r1)',
      'init(r2)',
      'init(rc)',
      'init(d)',
      'init(i)',
      'init(t)',
      'init(o)',
      'online',
    ]);
  });
});
