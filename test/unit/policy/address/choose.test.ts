import { describe, expect, test } from 'vitest';
import { latin1Octets } from '../../../../src/core/text.ts';
import { chooseAddress, leaseSecondsFor } from '../../../../src/policy/address/choose.ts';
import type { AddressWishes } from '../../../../src/policy/address/choose.ts';
import { ClassPattern } from '../../../../src/policy/address/class-match.ts';
import { ip } from '../../../support/dhcp-builders.ts';

const [A, B, C, D, E] = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.0.5'].map(ip);
const NOTHING: AddressWishes = {
  reserved: undefined,
  current: undefined,
  previous: undefined,
  requested: undefined,
};
const ALL: AddressWishes = { reserved: A, current: B, previous: C, requested: D };

describe('the order of RFC 2131 §4.3.1', () => {
  test.each([
    { name: 'a reservation first', wishes: ALL, taken: [], is: [A, 'reserved'] },
    { name: 'a reservation in use: the current one', wishes: ALL, taken: [A], is: [B, 'current'] },
    {
      name: 'the previous one, if free',
      wishes: { ...NOTHING, previous: C, requested: D },
      taken: [],
      is: [C, 'previous'],
    },
    {
      name: 'the one asked for, if free',
      wishes: { ...NOTHING, previous: C, requested: D },
      taken: [C],
      is: [D, 'requested'],
    },
    {
      name: 'else a fresh one',
      wishes: { ...NOTHING, previous: C, requested: D },
      taken: [C, D],
      is: [E, 'fresh'],
    },
    { name: 'a client that wishes nothing', wishes: NOTHING, taken: [], is: [E, 'fresh'] },
    { name: 'nothing left', wishes: NOTHING, taken: [E], is: undefined },
  ])('$name', ({ wishes, taken, is }) => {
    const isFree = (address: typeof A): boolean => !taken.includes(address);
    const choice = chooseAddress(wishes, {
      isAvailable: isFree,
      isUsable: isFree,
      fresh: () => (isFree(E) ? E : undefined),
    });
    expect(choice && [choice.address, choice.reason]).toEqual(is);
  });
});

describe('the lease time', () => {
  const bounds = { defaultSeconds: 100, minSeconds: 10, maxSeconds: 1000 };
  test.each([
    { name: 'nothing asked: the default', asked: undefined, promised: 0, is: 100 },
    { name: 'asked within the bounds', asked: 500, promised: 0, is: 500 },
    { name: 'asked too little', asked: 1, promised: 0, is: 10 },
    { name: 'asked for ever', asked: 0xffff_ffff, promised: 0, is: 1000 },
    { name: 'more was promised', asked: 50, promised: 70, is: 70 },
  ])('$name', ({ asked, promised, is }) => {
    expect(leaseSecondsFor(asked, bounds, promised)).toBe(is);
  });
});

describe('a class pattern', () => {
  test.each([
    { glob: 'docsis*', text: 'docsis3.1:', is: true },
    { glob: 'docsis*', text: 'docsis', is: true },
    { glob: 'docsis*', text: 'Docsis3.1:', is: false },
    { glob: 'docsis3.?:', text: 'docsis3.1:', is: true },
    { glob: 'docsis3.?:', text: 'docsis3.:', is: false },
    { glob: '*3.1*', text: 'docsis3.1:', is: true },
    { glob: '*a*b*', text: 'xxbxxa', is: false },
    { glob: 'pktc1.5:', text: 'pktc1.5:05', is: false },
    { glob: '*', text: '', is: true },
    { glob: '', text: '', is: true },
    { glob: '\u0416', text: '', is: false },
    { glob: '', text: 'x', is: false },
  ])('$glob on $text: $is', ({ glob, text, is }) => {
    expect(new ClassPattern(glob).matches(latin1Octets(text)!)).toBe(is);
  });
});
