import { expect, test } from 'vitest';
import { latin1Octets } from '../../../../src/core/text.ts';
import {
  ClientTest,
  type ClientCondition,
  type OctetsMatch,
  type TestedClient,
} from '../../../../src/policy/address/client-test.ts';
import { mac } from '../../../support/dhcp-builders.ts';
import { hex } from '../../../support/hex.ts';

const MODEM = mac('00:10:18:00:00:01');
const PC = mac('00:00:5e:00:53:01');

function client(
  options: Readonly<Record<number, Uint8Array>>,
  { modem, own = MODEM }: { readonly modem?: typeof MODEM; readonly own?: typeof MODEM } = {},
): TestedClient {
  return {
    mac: own,
    modem,
    option: (code) => options[code],
    relaySuboption: (code) => (code === 1 ? hex('0001 0203') : undefined),
  };
}

const text = (value: string): Uint8Array => latin1Octets(value)!;
const glob = (pattern: string): OctetsMatch => ({ kind: 'glob', glob: pattern });
const option = (code: number, match: OctetsMatch): ClientCondition => ({ kind: 'option', code, match });
const octets = (value: string, at: 'whole' | 'start'): OctetsMatch => ({
  kind: 'octets',
  octets: hex(value),
  at,
});

const docsis = option(60, glob('docsis*'));
const ipxe = option(77, glob('iPXE'));
const from = client({ 60: text('docsis3.1:'), 77: hex('69505845'), 93: hex('0007') });

test.each<{
  name: string;
  when: ClientCondition[][];
  unless?: ClientCondition[][];
  who?: TestedClient;
  is: boolean;
}>([
  { name: 'nothing is asked', when: [], is: true },
  { name: 'a glob', when: [[docsis]], is: true },
  { name: 'a glob of another', when: [[option(60, glob('PXEClient*'))]], is: false },
  { name: 'all of one list', when: [[docsis, ipxe]], is: true },
  { name: 'one of a list is not so', when: [[docsis, option(60, glob('*3.0*'))]], is: false },
  { name: 'one of two lists', when: [[option(60, glob('x'))], [ipxe]], is: true },
  { name: 'what it does not send matches nothing', when: [[option(61, glob('*'))]], is: false },
  { name: 'there at all', when: [[option(60, glob('*'))]], is: true },
  { name: 'octets, whole', when: [[option(93, octets('0007', 'whole'))]], is: true },
  { name: 'octets, whole, and there are more', when: [[option(93, octets('00', 'whole'))]], is: false },
  { name: 'octets, at the start', when: [[option(93, octets('00', 'start'))]], is: true },
  { name: 'octets, more than there are', when: [[option(93, octets('000700', 'start'))]], is: false },
  {
    name: 'a sub-option of 82',
    when: [[{ kind: 'relay', code: 1, match: octets('0001', 'start') }]],
    is: true,
  },
  { name: 'another sub-option', when: [[{ kind: 'relay', code: 2, match: glob('*') }]], is: false },
  { name: 'a vendor by its addresses', when: [[{ kind: 'mac', match: glob('00:10:18:*') }]], is: true },
  { name: 'unless', when: [[docsis]], unless: [[ipxe]], is: false },
  { name: 'unless something else', when: [[docsis]], unless: [[option(77, glob('gPXE'))]], is: true },
  { name: 'a modem, and no relay has said so', when: [[{ kind: 'member', member: 'modem' }]], is: false },
  { name: 'nor is it behind one', when: [[{ kind: 'member', member: 'cpe' }]], is: false },
  {
    name: 'behind a modem',
    when: [[{ kind: 'member', member: 'cpe' }]],
    who: client({}, { modem: MODEM, own: PC }),
    is: true,
  },
  {
    name: 'the modem',
    when: [[{ kind: 'member', member: 'modem' }]],
    who: client({}, { modem: MODEM }),
    is: true,
  },
])('$name', ({ when, unless = [], who = from, is }) => {
  expect(new ClientTest({ when, unless }).holds(who)).toBe(is);
});
