import { expect, it } from 'vitest';
import { toHex } from '../../../src/core/bytes.ts';
import { EncodedProvision, provisionFor } from '../../../src/policy/provision.ts';
import { ip } from '../../support/dhcp-builders.ts';

it('one setting is siaddr, file, 66, 67, 150 and 125.2', () => {
  const provision = new EncodedProvision({
    server: ip('10.1.1.6'),
    file: 'cm/gold.cm',
    siaddr: ip('10.1.1.6'),
  });
  expect(provision.siaddr).toBe(ip('10.1.1.6'));
  expect(toHex(provision.file)).toBe('636d2f676f6c642e636d');
  expect(toHex(provision.serverName)).toBe('31302e312e312e36');
  expect(toHex(provision.serverAddress)).toBe('0a010106');
  expect(toHex(provision.cableLabs)).toBe('0000118b0602040a010106');
});

it('siaddr: none is zero, all else stays', () => {
  const provision = new EncodedProvision({ server: ip('10.1.1.6'), file: 'gold.cm', siaddr: 'none' });
  expect(provision.siaddr).toBe(ip('0.0.0.0'));
  expect(toHex(provision.serverName)).toBe('31302e312e312e36');
});

it('a reservation goes before its subnet', () => {
  expect(provisionFor('mine', 'all')).toBe('mine');
  expect(provisionFor(undefined, 'all')).toBe('all');
});
