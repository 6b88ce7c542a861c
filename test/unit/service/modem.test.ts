import { describe, expect, test } from 'vitest';
import type { Rule } from '../../../src/core/rules.ts';
import { MODEM } from '../../../src/core/rules/modem.ts';
import type { Plain } from '../../../src/core/service.ts';
import { utf8Octets } from '../../../src/core/text.ts';
import { Option } from '../../../src/codec/dhcp/codes.ts';
import { tftpServersOption } from '../../../src/codec/dhcp/option/vivso.ts';
import { ip } from '../../support/dhcp-builders.ts';
import { GOLD, ModemPlant, signed } from '../../support/modem-plant.ts';
import type { PlantOptions } from '../../support/modem-plant.ts';

/** One modem is powered on at 0 and watched. */
function boot(options: PlantOptions, seconds: number): ModemPlant {
  const plant = new ModemPlant(options);
  plant.command(0, 'cm0', 'power-on');
  plant.run(seconds);
  return plant;
}

function count(plant: ModemPlant, rule: Rule): number {
  return plant.rules.filter((line) => line === `cm0 ${rule.id}`).length;
}

const BOOT = ['other', 'waitingForDhcpOffer', 'waitingForDhcpResponse', 'waitingForTftp'];
const SHOWN = ['init(r1)', 'init(r2)', 'init(rc)', 'init(d)', 'init(i)', 'init(t)', 'init(o)'];

describe('a boot', () => {
  test('goes through the states of RFC 4639, and the CMTS sees it pass', () => {
    const plant = boot({}, 30);
    expect(plant.statesOf('cm0')).toEqual([...BOOT, 'operational']);
    expect(plant.shownOf(0)).toEqual([...SHOWN, 'online']);
    expect(plant.bootUs).toHaveLength(1);
    expect(plant.bootUs[0]).toBeLessThan(3_000_000);
  });

  test('network access off: registered, but forwarding is denied', () => {
    const plant = boot(
      { files: { 'gold.cfg': signed({ ...(GOLD as object), 'network-access': false }) } },
      30,
    );
    expect(plant.statesOf('cm0').at(-1)).toBe('forwardingDenied');
    expect(plant.shownOf(0).at(-1)).toBe('online(d)');
    expect(count(plant, MODEM.forwardingDenied)).toBe(1);
  });

  test('without a time server the modem comes online, and the log says D04.1', () => {
    const plant = boot({ without: ['tod'] }, 400);
    expect(plant.statesOf('cm0').at(-1)).toBe('operational');
    expect(count(plant, MODEM.noTime)).toBe(1);
  });

  test('an ACK without options 2, 4 and 7 is enough, and the log says D03.0', () => {
    const plant = boot({ answer: { options: [] } }, 30);
    expect(plant.statesOf('cm0').at(-1)).toBe('operational');
    expect(count(plant, MODEM.missingOptional)).toBe(1);
    expect(plant.shownOf(0)).not.toContain('init(t)');
  });

  test.each([
    {
      name: 'a DOCSIS 3.1 modem follows option 125 rather than siaddr',
      class: 'docsis3.1:',
      states: 'operational',
      rule: 1,
    },
    { name: 'a DOCSIS 2.0 modem does not know it', class: 'docsis2.0:', states: 'waitingForTftp', rule: 0 },
  ])('$name', ({ class: vendorClass, states, rule }) => {
    const options = [[Option.vendorSpecific, tftpServersOption([ip('10.0.0.69')])]] as const;
    const answer = { siaddr: ip('10.0.0.99'), options };
    const plant = boot({ answer, modem: { class: vendorClass } }, 30);
    expect(plant.statesOf('cm0').at(-1)).toBe(states);
    expect(count(plant, MODEM.tftpFrom125)).toBe(rule);
  });

  test('a lossy cable delays it and no more', () => {
    const plant = boot({ cable: { lossRatio: 0.2 }, seed: 3 }, 600);
    expect(plant.statesOf('cm0').at(-1)).toBe('operational');
    expect(plant.shownOf(0).at(-1)).toBe('online');
  });

  test('renewals keep it operational, and it loads its file once', () => {
    const plant = boot({ answer: { leaseSeconds: 600 } }, 7200);
    expect(plant.statesOf('cm0')).toEqual([...BOOT, 'operational']);
    expect(count(plant, MODEM.downloads)).toBe(1);
    expect(plant.rules.filter((line) => line === 'cm0 HE-HOST-011').length).toBeGreaterThan(15);
  });
});

describe('each step can fail', () => {
  const changed = signed(GOLD);
  changed[2] = 0;
  const { 'network-access': _, ...withoutAccess } = GOLD as Record<string, Plain>;
  test.each<{
    name: string;
    plant: PlantOptions;
    rule: Rule;
    times: number;
    state: string;
    shown: string;
    seconds?: number;
  }>([
    {
      name: 'D03.1: siaddr is 0',
      plant: { answer: { siaddr: ip('0.0.0.0') } },
      rule: MODEM.noTftpServer,
      times: 4,
      state: 'waitingForDhcpOffer',
      shown: 'init(d)',
    },
    {
      name: 'D03.1: siaddr is 0 and option 66 is set',
      plant: { answer: { siaddr: ip('0.0.0.0'), options: [[66, utf8Octets('10.0.0.69')]] } },
      rule: MODEM.noTftpServer,
      times: 4,
      state: 'waitingForDhcpOffer',
      shown: 'init(d)',
    },
    {
      name: 'D03.1: no file',
      plant: { answer: { file: '' } },
      rule: MODEM.noBootFile,
      times: 4,
      state: 'waitingForDhcpOffer',
      shown: 'init(d)',
    },
    {
      name: 'D01.0: no offer for two minutes',
      plant: { answer: { silent: true } },
      rule: MODEM.noOffer,
      times: 1,
      state: 'waitingForDhcpOffer',
      shown: 'init(d)',
      seconds: 140,
    },
    {
      name: 'D06.0: no such file',
      plant: { files: { 'Gold.cfg': signed(GOLD) } },
      rule: MODEM.fileNotFound,
      times: 3,
      state: 'waitingForTftp',
      shown: 'init(o)',
    },
    {
      name: 'D05.0: no server',
      plant: { without: ['tftp'] },
      rule: MODEM.downloadSilent,
      times: 3,
      state: 'waitingForTftp',
      shown: 'init(o)',
      seconds: 900,
    },
    {
      name: 'D08.0: one octet changed',
      plant: { files: { 'gold.cfg': changed } },
      rule: MODEM.fileDamaged,
      times: 3,
      state: 'waitingForTftp',
      shown: 'init(o)',
    },
    {
      name: 'D08.0: cut inside a TLV',
      plant: { files: { 'gold.cfg': signed(GOLD).slice(0, 30) } },
      rule: MODEM.fileDamaged,
      times: 3,
      state: 'waitingForTftp',
      shown: 'init(o)',
    },
    {
      name: 'D09.0: no network access',
      plant: { files: { 'gold.cfg': signed(withoutAccess) } },
      rule: MODEM.fileIncomplete,
      times: 3,
      state: 'waitingForTftp',
      shown: 'init(o)',
    },
    {
      name: 'D09.0: an empty file',
      plant: { files: { 'gold.cfg': new Uint8Array(0) } },
      rule: MODEM.fileIncomplete,
      times: 3,
      state: 'waitingForTftp',
      shown: 'init(o)',
    },
    {
      name: 'I04.0: another secret',
      plant: { files: { 'gold.cfg': signed(GOLD, utf8Octets('other')) } },
      rule: MODEM.refused,
      times: 1,
      state: 'refusedByCmts',
      shown: 'reject(m)',
    },
  ])('$name', ({ plant: options, rule, times, state, shown, seconds = 60 }) => {
    const plant = boot(options, seconds);
    expect(count(plant, rule)).toBe(times);
    expect(plant.statesOf('cm0').at(-1)).toBe(state);
    expect(plant.shownOf(0).at(-1)).toBe(shown);
    expect(plant.statesOf('cm0')).not.toContain('operational');
  });

  test('after three downloads the modem rests ten minutes and begins anew with ranging', () => {
    const plant = boot({ files: {} }, 650);
    expect(count(plant, MODEM.fileNotFound)).toBe(6);
    expect(count(plant, MODEM.rests)).toBe(2);
    expect(count(plant, MODEM.scans)).toBe(2);
  });

  test('a refused modem tries again after a minute, and says in TLV 57 why', () => {
    const plant = boot({ files: { 'gold.cfg': signed(GOLD, utf8Octets('other')) } }, 90);
    expect(count(plant, MODEM.refused)).toBe(2);
    const requests = plant.macMessages.filter((octets) => octets[24] === 6);
    expect(requests.map((octets) => octets.at(-5))).toEqual([1, 7]);
  });

  test('R03.0: a dead CMTS is given up after sixteen RNG-REQs', () => {
    const plant = new ModemPlant();
    plant.driver.crash(plant.driver.now, 'cmts');
    plant.command(0, 'cm0', 'power-on');
    plant.run(60);
    expect(plant.macMessages.length).toBeGreaterThanOrEqual(16);
    expect(count(plant, MODEM.rangingGivenUp)).toBeGreaterThanOrEqual(1);
    expect(count(plant, MODEM.t3)).toBeGreaterThanOrEqual(15);
    expect(plant.statesOf('cm0')).toEqual(['other']);
  });

  test('a lease that ends: the modem asks anew, loads its file anew and registers anew', () => {
    const plant = new ModemPlant({ answer: { leaseSeconds: 300 } });
    plant.command(0, 'cm0', 'power-on');
    plant.run(10);
    plant.driver.crash(plant.driver.now, 'dhcp');
    plant.run(400);
    expect(count(plant, MODEM.leaseLost)).toBe(1);
    expect(plant.statesOf('cm0').at(-1)).toBe('waitingForDhcpOffer');
    plant.driver.restart(plant.driver.now, 'dhcp');
    plant.run(700);
    expect(plant.statesOf('cm0').at(-1)).toBe('operational');
    expect(plant.shownOf(0).at(-1)).toBe('online');
  });
});

describe('power', () => {
  test('off in the middle of a boot: nothing more is sent', () => {
    const plant = new ModemPlant({ files: {} });
    plant.command(0, 'cm0', 'power-on');
    plant.command(5, 'cm0', 'power-off');
    plant.run(6);
    const sent = plant.driver.counts().packets;
    plant.run(3600);
    expect(plant.driver.counts().packets).toBe(sent);
    expect(plant.statesOf('cm0').at(-1)).toBe('off');
  });

  test('off and on again: the boot starts over', () => {
    const plant = new ModemPlant();
    plant.command(0, 'cm0', 'power-on');
    plant.command(10, 'cm0', 'power-off');
    plant.command(20, 'cm0', 'power-on');
    plant.run(40);
    expect(plant.statesOf('cm0')).toEqual([...BOOT, 'operational', 'off', ...BOOT, 'operational']);
    expect(plant.bootUs).toHaveLength(2);
  });

  test('commands are answered', () => {
    const plant = new ModemPlant();
    plant.command(0, 'cm0', 'power-on');
    plant.command(20, 'cm0', 'state');
    plant.command(21, 'cm0', 'dance');
    plant.run(30);
    expect(plant.replies).toEqual([
      true,
      { mac: '00:10:18:00:00:01', state: 'operational' },
      { error: 'a cable modem knows power-on, power-off and state, not dance' },
    ]);
  });
});

test('a file of many flows travels in several parts and is registered', () => {
  const flows = Array.from({ length: 90 }, (_, index) => ({
    'upstream-service-flow': { reference: 2 * index + 1, 'class-name': `up-${index}`, 'max-rate': 1000 },
  }));
  const down = { 'downstream-service-flow': { reference: 2 } };
  const plant = boot({ files: { 'gold.cfg': signed([{ 'network-access': true }, ...flows, down]) } }, 30);
  expect(plant.macMessages.filter((octets) => octets[24] === 44)).toHaveLength(2);
  expect(plant.statesOf('cm0').at(-1)).toBe('operational');
  expect(plant.shownOf(0).at(-1)).toBe('online');
});
