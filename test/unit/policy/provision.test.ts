import { expect, it } from 'vitest';
import { toHex } from '../../../src/core/bytes.ts';
import { EncodedProvision, ProvisionList } from '../../../src/policy/provision.ts';
import { latin1Octets, latin1Text } from '../../../src/core/text.ts';
import { ip } from '../../support/dhcp-builders.ts';
import { hex } from '../../support/hex.ts';

it('one setting is siaddr, file, 66, 67, 150 and 125.2', () => {
  const provision = new EncodedProvision({
    server: ip('10.1.1.6'),
    file: 'cm/gold.cm',
    siaddr: ip('10.1.1.6'),
  });
  expect(provision.siaddr).toBe(ip('10.1.1.6'));
  expect(toHex(provision.file!)).toBe('636d2f676f6c642e636d');
  expect(toHex(provision.serverName!)).toBe('31302e312e312e36');
  expect(toHex(provision.serverAddress!)).toBe('0a010106');
  expect(toHex(provision.cableLabs!)).toBe('0000118b0602040a010106');
});

it('siaddr: none is zero, all else stays', () => {
  const provision = new EncodedProvision({ server: ip('10.1.1.6'), file: 'gold.cm', siaddr: 'none' });
  expect(provision.siaddr).toBe(ip('0.0.0.0'));
  expect(toHex(provision.serverName!)).toBe('31302e312e312e36');
});

const of = (name: string) => ({ server: ip('10.1.1.6'), file: name, siaddr: ip('10.1.1.6') });

it.each([
  { name: 'iPXE sends its class bare', vendor: 'PXEClient:Arch:00000', user: '69505845', file: 'boot.ipxe' },
  { name: 'RFC 3004: a length before each', vendor: '', user: '03616263 04 69505845', file: 'boot.ipxe' },
  { name: 'a part alone is no class', vendor: '', user: '0569505845', file: 'gold.cm' },
  { name: 'lengths that lie', vendor: '', user: 'ff69505845', file: 'gold.cm' },
  { name: 'an empty class', vendor: '', user: '00', file: 'gold.cm' },
  { name: 'by option 60', vendor: 'PXEClient:Arch:00007', user: '', file: 'undionly.kpxe' },
  { name: 'none of them', vendor: 'docsis3.1:', user: '', file: 'gold.cm' },
])('the first that fits: $name', ({ vendor, user, file }) => {
  const list = new ProvisionList([
    { provision: of('boot.ipxe'), userClass: 'iPXE' },
    { provision: of('undionly.kpxe'), vendorClass: 'PXEClient*' },
    { provision: of('gold.cm') },
  ]);
  const found = list.for({ vendorClass: latin1Octets(vendor)!, userClass: hex(user) });
  expect(latin1Text(found!.file!)).toBe(file);
});

it('nobody fits: there is nothing to boot from', () => {
  expect(new ProvisionList([]).for({ vendorClass: hex(''), userClass: hex('') })).toBeUndefined();
});

it('a file without a server is the file alone', () => {
  const provision = new EncodedProvision({ server: undefined, file: 'undionly.kpxe', siaddr: 'none' });
  expect(provision.siaddr).toBe(ip('0.0.0.0'));
  expect(toHex(provision.file!)).toBe('756e64696f6e6c792e6b707865');
  expect([provision.serverName, provision.serverAddress, provision.cableLabs]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

it('a server without a file leaves the file open', () => {
  const provision = new EncodedProvision({ server: ip('10.1.1.6'), file: undefined, siaddr: ip('10.1.1.6') });
  expect(provision.siaddr).toBe(ip('10.1.1.6'));
  expect(provision.file).toBeUndefined();
});
