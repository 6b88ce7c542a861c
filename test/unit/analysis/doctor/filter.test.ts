import { describe, expect, test } from 'vitest';
import { fateOf, type Passage } from '../../../../src/analysis/doctor/filter.ts';
import { parseIptables } from '../../../../src/analysis/doctor/iptables.ts';
import { parseNft } from '../../../../src/analysis/doctor/nft.ts';
import { ip } from '../../../support/doctor-facts.ts';

const QUESTION: Passage = {
  direction: 'in',
  family: 4,
  interface: 'lan0',
  protocol: 'udp',
  sourcePort: undefined,
  destinationPort: 67,
  source: ip('0.0.0.0'),
  destination: ip('255.255.255.255'),
  state: 'new',
};
const FOLLOWING: Passage = { ...QUESTION, destinationPort: 50_000, source: undefined, state: 'established' };
const ANSWER: Passage = { ...QUESTION, direction: 'out', sourcePort: 67, destinationPort: undefined };

type Json = object | string | number;

const match = (left: object, right: Json, op = '=='): object => ({ match: { op, left, right } });
const dport = (right: Json, op?: string): object =>
  match({ payload: { protocol: 'udp', field: 'dport' } }, right, op);
const iif = (name: string): object => match({ meta: { key: 'iifname' } }, name);

/** What `nft -j list ruleset` prints of one table with one chain at a hook, and more items. */
function ruleset(
  policy: string,
  rules: readonly (readonly object[])[],
  more: readonly object[] = [],
): string {
  return JSON.stringify({
    nftables: [
      { metainfo: { version: '1.0.6', json_schema_version: 1 } },
      { table: { family: 'inet', name: 'fw' } },
      { chain: { family: 'inet', table: 'fw', name: 'in', type: 'filter', hook: 'input', prio: 0, policy } },
      ...more,
      ...rules.map((expr) => ({ rule: { family: 'inet', table: 'fw', chain: 'in', expr } })),
    ],
  });
}

describe('what nftables does with a DISCOVER that comes in by lan0', () => {
  test.each([
    { name: 'nothing', policy: 'accept', rules: [], fate: 'passes', by: '' },
    {
      name: 'a policy of drop and no rule',
      policy: 'drop',
      rules: [],
      fate: 'dropped',
      by: 'policy drop of inet fw in',
    },
    {
      name: 'a rule for its port, after one for another',
      policy: 'accept',
      rules: [
        [dport(53), { accept: null }],
        [dport(67), { counter: { packets: 0 } }, { drop: null }],
      ],
      fate: 'dropped',
      by: 'inet fw in: udp dport 67 counter drop',
    },
    {
      name: 'a range of ports that is rejected',
      policy: 'accept',
      rules: [[dport({ set: [53, { range: [67, 69] }] }), { reject: { type: 'icmpx' } }]],
      fate: 'dropped',
      by: 'inet fw in: udp dport { 53, 67-69 } reject',
    },
    {
      name: 'all but its port is dropped',
      policy: 'accept',
      rules: [[dport(67, '!='), { drop: null }]],
      fate: 'passes',
      by: '',
    },
    {
      name: 'the same port of TCP',
      policy: 'accept',
      rules: [[match({ payload: { protocol: 'tcp', field: 'dport' } }, 67), { drop: null }]],
      fate: 'passes',
      by: '',
    },
    {
      name: 'another interface is let in, the rest is not',
      policy: 'drop',
      rules: [[iif('wan0'), { accept: null }]],
      fate: 'dropped',
      by: 'policy drop of inet fw in',
    },
    {
      name: 'all interfaces that begin so are let in',
      policy: 'drop',
      rules: [[iif('lan*'), { accept: null }]],
      fate: 'passes',
      by: '',
    },
    {
      name: 'a DISCOVER has no address of the network that is let in',
      policy: 'drop',
      rules: [
        [
          match({ payload: { protocol: 'ip', field: 'saddr' } }, { prefix: { addr: '10.60.0.0', len: 24 } }),
          dport(67),
          { accept: null },
        ],
      ],
      fate: 'dropped',
      by: 'policy drop of inet fw in',
    },
    {
      name: 'what is established is let in, and this is new',
      policy: 'drop',
      rules: [[match({ ct: { key: 'state' } }, ['established', 'related'] as never, 'in'), { accept: null }]],
      fate: 'dropped',
      by: 'policy drop of inet fw in',
    },
    {
      name: 'a limit lets some in',
      policy: 'drop',
      rules: [[dport(67), { limit: { rate: 5, per: 'second' } }, { accept: null }]],
      fate: 'some',
      by: 'inet fw in: udp dport 67 limit accept',
    },
    {
      name: 'a named set',
      policy: 'accept',
      rules: [[dport('@closed'), { drop: null }]],
      more: [
        {
          set: { family: 'inet', table: 'fw', name: 'closed', elem: [{ elem: { val: 67, timeout: 5 } }, 69] },
        },
      ],
      fate: 'dropped',
      by: 'inet fw in: udp dport @closed drop',
    },
    {
      name: 'a verdict map',
      policy: 'accept',
      rules: [
        [
          {
            vmap: {
              key: { payload: { protocol: 'udp', field: 'dport' } },
              data: {
                set: [
                  [53, { accept: null }],
                  [67, { drop: null }],
                ],
              },
            },
          },
        ],
      ],
      fate: 'dropped',
      by: 'inet fw in: udp dport 67 : drop',
    },
    {
      name: 'a chain that is jumped to, and comes back',
      policy: 'drop',
      rules: [[{ jump: { target: 'lan' } }], [dport(67), { accept: null }]],
      more: [
        { chain: { family: 'inet', table: 'fw', name: 'lan' } },
        { rule: { family: 'inet', table: 'fw', chain: 'lan', expr: [dport(53), { drop: null }] } },
      ],
      fate: 'passes',
      by: '',
    },
    {
      name: 'a chain that is jumped to, and drops',
      policy: 'accept',
      rules: [[iif('lan0'), { goto: { target: 'lan' } }]],
      more: [
        { chain: { family: 'inet', table: 'fw', name: 'lan' } },
        { rule: { family: 'inet', table: 'fw', chain: 'lan', expr: [{ drop: null }] } },
      ],
      fate: 'dropped',
      by: 'inet fw lan: drop',
    },
    {
      name: 'chains that jump in a ring end',
      policy: 'accept',
      rules: [[{ jump: { target: 'in' } }]],
      fate: 'passes',
      by: '',
    },
    {
      name: 'a port that is redirected',
      policy: 'accept',
      rules: [[dport(67), { redirect: { port: 6767 } }]],
      fate: 'diverted',
      by: 'inet fw in: udp dport 67 redirect',
    },
    {
      name: 'IPv6 alone is dropped',
      policy: 'accept',
      rules: [[match({ meta: { key: 'nfproto' } }, 'ipv6'), { drop: null }]],
      fate: 'passes',
      by: '',
    },
  ])('$name', ({ policy, rules, more = [], fate, by }) => {
    const chains = parseNft(ruleset(policy, rules, more))!;
    expect(fateOf(QUESTION, chains)).toMatchObject({ kind: fate, by });
  });

  test('what follows in a transfer is let in where what is established is', () => {
    const established = match({ ct: { key: 'state' } }, ['established'] as never, 'in');
    const chains = parseNft(ruleset('drop', [[established, { accept: null }]]))!;
    expect(fateOf(FOLLOWING, chains).kind).toBe('passes');
  });

  test.each(['', 'no JSON', '{}', '{"nftables":7}', '{"nftables":[{"rule":null},{"chain":[]},{"set":5}]}'])(
    'what is no ruleset has no chain: %s',
    (text) => expect(parseNft(text) ?? []).toEqual([]),
  );
});

describe('what iptables does', () => {
  const chains = parseIptables(`# Generated by iptables-save
*nat
:PREROUTING ACCEPT [0:0]
-A PREROUTING -p udp -m udp --dport 53 -j REDIRECT --to-ports 5353
COMMIT
*filter
:INPUT DROP [3:170]
:OUTPUT ACCEPT [0:0]
:LAN - [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -i lan+ -m comment --comment "let the lan in" -j LAN
-A LAN -p udp -m multiport --dports 67:68,37 -j ACCEPT
-A LAN ! -s 10.60.0.0/24 -p udp -m udp --dport 69 -j DROP
-A LAN -p udp -m udp --dport 69 -m limit --limit 5/sec -j ACCEPT
-A OUTPUT -p udp -m udp --sport 67 -o lan0 -j DROP
COMMIT
`);
  test.each([
    { name: 'DHCP is let in', passage: QUESTION, fate: 'passes', by: '' },
    {
      name: 'by another interface it is not',
      passage: { ...QUESTION, interface: 'wan0' },
      fate: 'dropped',
      by: 'policy drop of iptables filter INPUT',
    },
    {
      name: 'its answers are dropped',
      passage: ANSWER,
      fate: 'dropped',
      by: 'iptables filter OUTPUT: -p udp -m udp --sport 67 -o lan0 -j DROP',
    },
    {
      name: 'DNS is diverted',
      passage: { ...QUESTION, destinationPort: 53 },
      fate: 'diverted',
      by: 'iptables nat PREROUTING: -p udp -m udp --dport 53 -j REDIRECT --to-ports 5353',
    },
    {
      name: 'TFTP from outside of the network is dropped',
      passage: { ...QUESTION, destinationPort: 69, source: ip('10.61.0.1') },
      fate: 'dropped',
      by: 'iptables filter LAN: ! -s 10.60.0.0/24 -p udp -m udp --dport 69 -j DROP',
    },
    {
      name: 'TFTP from inside is let in at a rate',
      passage: { ...QUESTION, destinationPort: 69, source: ip('10.60.0.9') },
      fate: 'some',
      by: 'iptables filter LAN: -p udp -m udp --dport 69 -m limit --limit 5/sec -j ACCEPT',
    },
    { name: 'a transfer that goes on is let in', passage: FOLLOWING, fate: 'passes', by: '' },
    {
      name: 'IPv6 is none of its business',
      passage: { ...QUESTION, family: 6, interface: 'wan0' },
      fate: 'passes',
      by: '',
    },
  ] as const)('$name', ({ passage, fate, by }) => {
    expect(fateOf(passage, chains)).toMatchObject({ kind: fate, by });
  });
});
