import { describe, expect, test } from 'vitest';
import { ScenarioError } from '../../../src/config/mistakes.ts';
import { formatNote } from '../../../src/import/notes.ts';
import { importText } from '../../support/import-fixtures.ts';

type Format = 'kea' | 'dhcpd' | 'dnsmasq';

const notesOf = (format: Format, text: string, severity: string): readonly string[] =>
  importText({ format, text, fileName: 'x' })
    .notes.filter((note) => note.severity === severity)
    .map(formatNote);

const mistakesOf = (format: Format | undefined, text: string): readonly string[] => {
  try {
    importText({ format, text, fileName: 'x' });
    return [];
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return error.message.split('\n');
  }
};

const kea = (more: string, subnet = ''): string => `{ "Dhcp4": { ${more} "subnet4": [
  { "subnet": "192.0.2.0/24", "pools": [{ "pool": "192.0.2.10-192.0.2.20" }]${subnet} } ] } }`;

describe('what was not taken over of Kea is told with its place', () => {
  test.each([
    { name: 'all of it was', text: kea(''), says: [] },
    {
      name: 'a key that nobody knows',
      text: kea('"frobnicate": 1,'),
      says: ['x:1:14 warning: "frobnicate" was not taken over: headend does not know it'],
    },
    {
      name: 'one inside of a pool',
      text: kea('').replace('-192.0.2.20"', '-192.0.2.20", "frob": {}'),
      says: ['x:2:76 warning: "frob" was not taken over: headend does not know it'],
    },
    {
      name: 'a test that asks too much: its pool is given to nobody',
      text: kea(
        '"client-classes": [{ "name": "odd", "test": "concat(option[60].hex,\'x\') == \'y\'" }],',
        ', "client-class": "odd"',
      ).replace(
        '] } }',
        ', { "subnet": "198.51.100.0/24", "pools": [{ "pool": "198.51.100.10/31" }] } ] } }',
      ),
      says: [
        'x:2:3 warning: the subnet 192.0.2.0/24 was left out: who "odd" is cannot be said here: write when: for it by hand',
      ],
    },
    {
      name: 'an option of no kind',
      text: kea('"option-data": [{ "name": "routers", "data": "gw.example" }],'),
      says: [
        'x:1:30 warning: the option "routers" was not taken over: option 3 (routers) takes one IPv4 address or a list of them',
      ],
    },
    {
      name: 'a lease that lasts for ever',
      text: kea('"valid-lifetime": 4294967295,'),
      says: [
        'x:2:3 warning: a lease of 192.0.2.0/24 that lasts for ever, or longer than 3650 days, was cut to that: reserve the addresses of clients that are to keep them',
      ],
    },
    {
      name: 'a reservation twice',
      text: kea(
        '',
        `, "reservations": [
          { "hw-address": "00:00:5e:00:53:01", "ip-address": "192.0.2.30" },
          { "hw-address": "00:00:5e:00:53:02", "ip-address": "192.0.2.30" },
          { "hw-address": "00:00:5e:00:53:03", "ip-address": "198.51.100.30" },
          { "duid": "0a:0b", "ip-address": "192.0.2.31" },
          { "hw-address": "00:00:5e:00:53:04", "hostname": "nowhere" } ]`,
      ),
      says: [
        'x:4:11 warning: another reservation of 192.0.2.30 was left out: here an address is reserved for one client',
        'x:5:11 warning: the reservation of 198.51.100.30 was left out: it is no host of 192.0.2.0/24',
        'x:6:13 warning: a reservation by "duid" was left out: here it is by mac, client-id or remote-id',
        'x:7:11 warning: a reservation without an address was left out: here a reservation is of an address; what it tells can go into classes:',
      ],
    },
    {
      name: 'ranges that overlap, and one that leaves its network',
      text: kea('').replace(
        '"192.0.2.10-192.0.2.20" }',
        '"192.0.2.10-192.0.2.20" }, { "pool": "192.0.2.15-192.0.2.30" }, { "pool": "192.0.2.250-192.0.2.255" }',
      ),
      says: [
        'x:2:80 warning: the range 192.0.2.15-192.0.2.30 shares addresses with another one, which keeps them',
        'x:2:117 warning: the range 192.0.2.250-192.0.2.255 was cut to the hosts of 192.0.2.0/24',
      ],
    },
    {
      name: 'an include that is not there',
      text: kea('<?include "gone.json"?>'),
      says: [
        'x:1:14 warning: "gone.json" was not read: there is no such file: what it says is missing in the result',
      ],
    },
  ])('$name', ({ text, says }) => {
    expect(notesOf('kea', text, 'warning')).toEqual(says);
  });
});

const SUBNET = 'subnet 192.0.2.0 netmask 255.255.255.0 { range 192.0.2.10 192.0.2.20; }';

describe('what was not taken over of dhcpd is told with its place', () => {
  test.each([
    { name: 'all of it was', text: SUBNET, says: [] },
    {
      name: 'a statement that nobody knows',
      text: `${SUBNET}\nfrobnicate 1;`,
      says: ['x:2:1 warning: "frobnicate" was not taken over: headend does not know it'],
    },
    {
      name: 'a computed option',
      text: `option domain-name = concat("a", ".example");\n${SUBNET}`,
      says: ['x:1:1 warning: option "domain-name" was not taken over: its value is computed'],
    },
    {
      name: 'an if of something that a scenario does not know',
      text: `if packet(24, 4) = 00:00:00:00 { filename "x"; }\n${SUBNET}`,
      says: [
        'x:1:1 warning: what "if, line 1" says was not taken over: who it is for cannot be said here: write classes: with when: by hand',
      ],
    },
    {
      name: 'a pool for a class that nobody defines: given to nobody',
      text: 'subnet 192.0.2.0 netmask 255.255.255.0 { range 192.0.2.5 192.0.2.6;\n pool { allow members of "x"; range 192.0.2.10 192.0.2.20; } }',
      says: [
        'x:2:2 warning: the range was left out: who "allow members of x" is cannot be said here: write range: and when: for it by hand',
      ],
    },
    {
      name: 'names where headend wants addresses',
      text: `host a { hardware ethernet 00:00:5e:00:53:01; fixed-address a.example; next-server b.example; }\n${SUBNET}`,
      says: [
        'x:1:61 warning: the address "a.example" of "a" was not taken over: write its number: headend asks no DNS',
        'x:1:72 warning: next-server "b.example" was not taken over: write its address: headend asks no DNS',
      ],
    },
    {
      name: 'failover, OMAPI, dynamic DNS',
      text: `failover peer "a" { primary; }\nomapi-port 7911;\nzone x. { primary 127.0.0.1; }\n${SUBNET}`,
      says: [
        'x:1:1 warning: "failover" was not taken over: headend has no failover: two servers share a database later',
        'x:2:1 warning: "omapi-port" was not taken over: use headend leases and the control socket under --state',
        'x:3:1 warning: "zone" was not taken over: headend does no dynamic DNS yet',
      ],
    },
  ])('$name', ({ text, says }) => {
    expect(notesOf('dhcpd', text, 'warning')).toEqual(says);
  });
});

const RANGE = 'dhcp-range=192.0.2.10,192.0.2.20,255.255.255.0,1h';

describe('what was not taken over of dnsmasq is told with its place', () => {
  test.each([
    { name: 'all of it was', text: RANGE, says: [] },
    {
      name: 'a key that nobody knows',
      text: `${RANGE}\n  frobnicate=1 # why`,
      says: ['x:2:3 warning: "frobnicate" was not taken over: headend does not know it'],
    },
    {
      name: 'IPv6',
      text: `${RANGE}\ndhcp-range=2001:db8::10,2001:db8::20,64,12h\ndhcp-option=option6:dns-server,[::]`,
      says: [
        'x:2:1 warning: the range "2001:db8::10,2001:db8::20,64,12h" was not taken over: headend serves DHCPv4: it is an IPv4 address',
        'x:3:1 warning: a DHCPv6 option was left out: headend serves DHCPv4',
      ],
    },
    {
      name: 'a tag that is set by what a scenario cannot ask',
      text: `dhcp-name-match=set:x,laptop\ndhcp-option=tag:x,3,192.0.2.1\n${RANGE}`,
      says: [
        'x:1:1 warning: who has the tag "x" was not understood: write when: for it by hand',
        'x:2:1 warning: what "x" is told was not taken over: who it is cannot be said here: write classes: with when: by hand',
      ],
    },
    {
      name: 'DNS that forwards, an alias with other records, a record that is none',
      text: `server=198.51.100.1\ncname=a.lab.example,b.lab.example\nhost-record=a.lab.example,192.0.2.7\nsrv-host=_x._tcp.lab.example,h.lab.example,99999`,
      says: [
        'x:1:1 warning: "server" was not taken over: headend serves its own zones and forwards nothing',
        'x:3:1 warning: the record of type A of "a.lab.example" was left out: an alias has no other records: RFC 1034 §3.6.2',
        'x:4:1 warning: a record of type SRV was left out: its data will not do: port, 0 to 65535 is expected',
      ],
    },
  ])('$name', ({ text, says }) => {
    expect(notesOf('dnsmasq', text, 'warning')).toEqual(says);
  });
});

test('each choice that was made is a note', () => {
  expect(notesOf('dnsmasq', 'dhcp-range=192.0.2.2,192.0.2.20', 'note')).toEqual([
    'x:1:1 note: the range does not say the length of its network: /24 was taken: write it behind the range',
    'x:1:1 note: the file does not say which address the server has: 192.0.2.21 was chosen: give its own with --ip, or change ip: in what was written',
  ]);
});

describe('a file that cannot be read is a mistake with its place', () => {
  test.each<{ name: string; format?: Format; text: string; says: string }>([
    {
      name: 'a key without quotes',
      format: 'kea',
      text: '{ Dhcp4: {} }',
      says: 'x:1:3 there is no key here: write a key in double quotes, or close with }',
    },
    {
      name: 'a comma too few',
      format: 'kea',
      text: '{ "Dhcp4": { "a": 1\n "b": 2 } }',
      says: 'x:2:2 an object is not closed here: write a comma and a key, or }',
    },
    {
      name: 'a comment without an end',
      format: 'kea',
      text: '{\n /* "Dhcp4": {} }',
      says: 'x:2:2 a comment does not end: close it with */',
    },
    {
      name: 'DHCPv6',
      text: '{ "Dhcp6": {} }',
      says: 'x:1:1 the file is for DHCPv6: headend serves DHCPv4',
    },
    {
      name: 'nothing to serve',
      text: '{ "Dhcp4": { } }',
      says: 'x:1:1 there is nothing in it that headend can serve: is it the right file?',
    },
    {
      name: 'a file that includes itself',
      format: 'dhcpd',
      text: 'include "dhcpd-loop.conf";',
      says: 'dhcpd-loop.conf:2:1 "dhcpd-loop.conf" is one include too many: files nest 8 deep and are 200 at most: does one include itself?',
    },
    {
      name: 'a statement without an end',
      format: 'dhcpd',
      text: 'subnet 192.0.2.0 netmask 255.255.255.0 {\n range 192.0.2.1 192.0.2.2\n}',
      says: 'x:3:1 the statement "range" does not end: close it with ; before what follows',
    },
    {
      name: 'a block without an end',
      format: 'dhcpd',
      text: 'subnet 192.0.2.0 netmask 255.255.255.0 {',
      says: 'x:1:40 the block that begins here does not end: close it with }',
    },
    {
      name: 'a } too many',
      format: 'dhcpd',
      text: 'authoritative;\n}',
      says: 'x:2:1 a } closes nothing: take it away',
    },
    {
      name: 'a text without an end',
      format: 'dhcpd',
      text: 'filename "x;\n',
      says: 'x:1:10 the text does not end on its line: close it with "',
    },
    {
      name: 'no line of dnsmasq',
      format: 'dnsmasq',
      text: 'domain-needed\n<html>',
      says: 'x:2:1 the line is not understood: write key=value, or give --format when it is no file of dnsmasq',
    },
  ])('$name', ({ format, text, says }) => {
    expect(mistakesOf(format, text)).toEqual([says]);
  });
});

test('many levels are a mistake, not a stack that is too deep', () => {
  expect(mistakesOf('kea', '['.repeat(100_000))[0]).toMatch(/nest deeper than 64/);
  expect(mistakesOf('dhcpd', 'group {'.repeat(100_000))[0]).toMatch(/nest deeper than 32/);
});
