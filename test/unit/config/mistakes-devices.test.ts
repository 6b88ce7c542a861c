import { describe, expect, test } from 'vitest';
import { mistakesIn, plantWith } from './plant.ts';

describe('each mistake in devices, timeline and expect is shown at its place, with what to do', () => {
  test.each([
    {
      name: 'a giaddr that no subnet serves',
      piece: 'giaddr: 10.9.0.1',
      by: 'giaddr: 10.7.0.1/24',
      says: [
        'small.yaml:36:57 devices.cmts.giaddr: no DHCP subnet serves the relay 10.7.0.1: write this address as relay: of a subnet, or correct it',
      ],
    },
    {
      name: 'servers that are to answer a relay at an IPv6 address',
      piece: 'giaddr: 10.9.0.1',
      by: 'giaddr: 10.9.0.1, uplink-ip: "fd00::1/64", relay-source: uplink',
      says: [
        'small.yaml:36:78 devices.cmts.uplink-ip: servers answer a relay at an IPv4 address: write one, or take relay-source: uplink away',
      ],
    },
    {
      name: 'a modem on a segment without a CMTS',
      piece: 'count: 3, on: hfc',
      by: 'count: 3, on: lan',
      says: ['small.yaml:37:42 devices.cm.on: no CMTS has its cable on lan: the cables are hfc'],
    },
    {
      name: 'a computer behind a modem that is not there',
      piece: 'web: { kind: host, on: lan,',
      by: 'web: { kind: host, behind: cn,',
      says: [
        'small.yaml:38:30 devices.web.behind: "cn" is no device or service of this file: did you mean "cm"?',
      ],
    },
    {
      name: 'a computer behind a member that the group has not',
      piece: 'web: { kind: host, on: lan,',
      by: "web: { kind: host, behind: 'cm[3]',",
      says: ['small.yaml:38:31 devices.web.behind: cm has no member 3: write cm[0] to cm[2]'],
    },
    {
      name: 'a computer behind what is no modem',
      piece: 'web: { kind: host, on: lan,',
      by: 'web: { kind: host, behind: cmts,',
      says: ['small.yaml:38:30 devices.web.behind: "cmts" is no cable modem: the modems are cm'],
    },
    {
      name: 'a computer on a segment and behind a modem',
      piece: 'web: { kind: host, on: lan,',
      by: 'web: { kind: host, on: lan, behind: cm,',
      says: [
        'small.yaml:38:31 devices.web.behind: it is on a segment already: write on: or behind:, not both',
      ],
    },
    {
      name: 'a host that is nowhere',
      piece: 'web: { kind: host, on: lan,',
      by: 'web: { kind: host,',
      says: [
        'small.yaml:38:8 devices.web: nothing says where it is: write on: with a segment, or behind: with a modem',
      ],
    },
    {
      name: 'a group with one hardware address',
      piece: '00:10:18:00:00:{n:02x}',
      by: '00:10:18:00:00:01',
      says: [
        'small.yaml:37:52 devices.cm.mac: 3 members do not fit into this hardware address: put {n} into the address, such as "00:10:18:00:00:{n:02x}"',
      ],
    },
    {
      name: 'too many members for a hardware address',
      piece: 'count: 3, on: hfc',
      by: 'count: 300, on: hfc',
      says: [
        'small.yaml:37:54 devices.cm.mac: 300 members do not fit into this hardware address: give {n} more digits, such as {n:06x}',
      ],
    },
    {
      name: 'a resolver that is not there',
      piece: 'resolver: dns',
      by: 'resolver: dsn',
      says: [
        'small.yaml:39:68 devices.home.resolver: "dsn" is no name server of this file and no address: did you mean "dns"?',
      ],
    },
    {
      name: 'a question that is none',
      piece: 'ask: portal.lab.example A',
      by: 'ask: portal lab example',
      says: [
        'small.yaml:39:78 devices.home.ask: "portal lab example" is no question: write a name and a type in capitals, such as portal.lab.example A',
      ],
    },
    {
      name: 'a question for what is no name',
      piece: 'ask: portal.lab.example A',
      by: 'ask: portal..example A',
      says: [
        'small.yaml:39:78 devices.home.ask: "portal..example" is no domain name: it takes a label between two dots',
      ],
    },
    {
      name: 'a question for a type that is none',
      piece: 'ask: portal.lab.example A',
      by: 'ask: portal.lab.example AAAAA',
      says: ['small.yaml:39:97 devices.home.ask: "AAAAA" is no record type: did you mean "AAAA"?'],
    },
    {
      name: 'a timeline about nobody',
      piece: 'power-on, who: cm',
      by: 'power-on, who: cn',
      says: [
        'small.yaml:41:34 timeline[0].who: "cn" is no device or service of this file: did you mean "cm"?',
      ],
    },
    {
      name: 'an action that is none',
      piece: 'do: power-on',
      by: 'do: poweron',
      says: [
        'small.yaml:41:19 timeline[0].do: "poweron" is no action that headend knows: did you mean "power-on"?',
      ],
    },
    {
      name: 'an action after the end',
      piece: 'at: 10s',
      by: 'at: 10m',
      says: [
        'small.yaml:42:11 timeline[1].at: the run ends at 2m, so this never happens: write a longer duration: at the top, or an earlier moment here',
      ],
    },
    {
      name: 'an impairment of nothing',
      piece: 'where: hfc, loss: 2%',
      by: 'where: hcf, loss: 2%',
      says: [
        'small.yaml:42:46 timeline[1].where: "hcf" is no segment or link of this file: did you mean "hfc"?',
      ],
    },
    {
      name: 'an impairment that does nothing',
      piece: 'where: hfc, loss: 2%',
      by: 'where: hfc',
      says: [
        'small.yaml:42:5 timeline[1]: it makes nothing worse: write loss:, delay:, jitter:, reorder:, duplicate:, corrupt: or bandwidth: above 0',
      ],
    },
    {
      name: 'power for a server',
      piece: 'power-on, who: cm',
      by: 'power-on, who: dhcp',
      says: [
        'small.yaml:41:34 timeline[0].who: dhcp has power from the start: use do: crash and do: restart for it',
      ],
    },
    {
      name: 'a renewal by a modem',
      piece: 'do: power-on, who: cm',
      by: 'do: renew, who: cm',
      says: ['small.yaml:41:31 timeline[0].who: cm is no host: name a host that has its address by DHCP'],
    },
    {
      name: 'a member that the group does not have',
      piece: 'any: cm, cmts',
      by: 'any: "cm[3]", cmts',
      says: ['small.yaml:47:20 expect[3].never.any: cm has no member 3: write cm[0] to cm[2]'],
    },
    {
      name: 'an unknown host in a step',
      piece: 'OFFER dhcp>cmts',
      by: 'OFFER dhpc>cmts',
      says: [
        'small.yaml:44:60 expect[0].sequence.steps[0]: "dhpc" is no device or service of this file: did you mean "dhcp"?',
      ],
    },
    {
      name: 'an unknown packet in a step',
      piece: 'DHCP OFFER',
      by: 'DHCP OFER',
      says: ['small.yaml:44:54 expect[0].sequence.steps[0]: DHCP has no packet "OFER": did you mean OFFER?'],
    },
    {
      name: 'an unknown protocol in a step',
      piece: 'DHCP OFFER',
      by: 'DHPC OFFER',
      says: ['small.yaml:44:49 expect[0].sequence.steps[0]: "DHPC" is no protocol: did you mean DHCP?'],
    },
    {
      name: 'an unknown field in a step',
      piece: 'yiaddr=$ip',
      by: 'yadr=$ip',
      says: [
        'small.yaml:44:70 expect[0].sequence.steps[0]: DHCP has no field "yadr": did you mean "yiaddr"?',
      ],
    },
    {
      name: 'a step without its arrow',
      piece: 'OFFER dhcp>cmts',
      by: 'OFFER dhcp cmts',
      says: [
        'small.yaml:44:60 expect[0].sequence.steps[0]: a step says who sends to whom: write PROTOCOL KIND from>to field=value ..., such as "DHCP OFFER dhcp>cmts yiaddr=$ip", STATE who state, or RULE who HE-FW-002',
      ],
    },
    {
      name: 'a state that is misspelt',
      piece: 'STATE cm operational',
      by: 'STATE cm operationel',
      says: [
        'small.yaml:44:93 expect[0].sequence.steps[1]: a cable modem has no state "operationel": did you mean "operational"?',
      ],
    },
    {
      name: 'a CMTS state that is misspelt',
      piece: 'reject(m)',
      by: 'rejct(m)',
      says: [
        'small.yaml:47:35 expect[3].never.cmts-state: a CMTS has no state "rejct(m)": did you mean "reject(m)"?',
      ],
    },
    {
      name: 'a claim that is misspelt',
      piece: 'leases.unique',
      by: 'leases.uniqe',
      says: [
        'small.yaml:45:13 expect[1].always: "leases.uniqe" is no claim that headend can watch: did you mean "leases.unique"?',
      ],
    },
    {
      name: 'a queue that nobody measures',
      piece: 'dhcp.queue.depth',
      by: 'tftp.queue.depth',
      says: [
        'small.yaml:46:13 expect[2].always: nothing measures tftp.queue.depth: tftp is no service that has a capacity: services with a capacity are dhcp',
      ],
    },
    {
      name: 'an expectation of two kinds',
      piece: '- always: leases.unique',
      by: '- always: leases.unique\n    never: { any: cm, state: off }',
      says: [
        'small.yaml:45:5 expect[1]: an expectation is one of sequence, always, never, eventually, sometimes, metric, and this has 2: write exactly one of them in each item of the list',
      ],
    },
    {
      name: 'a metric that nobody counts',
      piece: '- always: leases.unique',
      by: '- metric: dhcp.retransmit < 10',
      says: [
        'small.yaml:45:13 expect[1].metric: "dhcp.retransmit" is no metric: did you mean "dhcp.retransmits"?',
      ],
    },
    {
      name: 'a metric of many values, without the one that is meant',
      piece: '- always: leases.unique',
      by: '- metric: boot < 10s',
      says: [
        'small.yaml:45:13 expect[1].metric: "boot" has many values: write one of boot.count, boot.rate, boot.mean, boot.min, boot.max, boot.p50, boot.p95, boot.p99',
      ],
    },
    {
      name: 'a bound without its unit',
      piece: '- always: leases.unique',
      by: '- metric: boot.p95 of cm < 90',
      says: [
        'small.yaml:45:30 expect[1].metric: "90" is no duration: write it with its unit, such as 90s or 250ms',
      ],
    },
    {
      name: 'a metric of somebody who is not there',
      piece: '- always: leases.unique',
      by: '- metric: boot.p95 of cn < 90s',
      says: [
        'small.yaml:45:25 expect[1].metric: "cn" is no device or service of this file: did you mean "cm"?',
      ],
    },
    {
      name: 'packets of no kind',
      piece: '- always: leases.unique',
      by: '- metric: packets DHCP NACK *>* < 1',
      says: ['small.yaml:45:26 expect[1].metric: DHCP has no packet "NACK": did you mean ACK?'],
    },
    {
      name: 'something to be seen once that is nothing',
      piece: '- always: leases.unique',
      by: '- sometimes: the queue is full',
      says: [
        'small.yaml:45:16 expect[1].sometimes: "the queue is full" is nothing that headend can wait for: write a measure such as dhcp.queue.full, a claim such as "dhcp.queue.depth >= 400", a packet such as "DHCP NAK *>*", or RULE HE-DHCP-006',
      ],
    },
    {
      name: 'a cache hit of who has no cache',
      piece: '- always: leases.unique',
      by: '- sometimes: { cache-hit: cm, age: "> 30s" }',
      says: ['small.yaml:45:29 expect[1].sometimes.cache-hit: "cm" has no cache: name a resolver'],
    },
    {
      name: 'a tolerance of nothing',
      piece: '- always: leases.unique',
      by: '- { always: leases.unique, tolerance: much }',
      says: [
        'small.yaml:45:41 expect[1].tolerance: "much" will not do: write a duration, a percentage, or both, such as 50ms, 10% or "50ms + 10%"',
      ],
    },
    {
      name: 'a deadline after the end',
      piece: 'state: operational, within: 30s',
      by: 'state: operational, within: 3m',
      says: [
        'small.yaml:48:56 expect[4].eventually.within: the run ends at 2m, before this does at 3m: write a longer duration: at the top, or less here',
      ],
    },
    {
      name: 'a goal of nothing',
      piece: 'state: operational, within: 30s',
      by: 'within: 30s',
      says: [
        'small.yaml:48:17 expect[4].eventually: it says one of state, cmts-state, sees, answers, rule, measure, and this has 0: write exactly one, such as state: operational',
      ],
    },
    {
      name: 'a bracket that is not closed',
      piece: '[10.0.0.37] }',
      by: '[10.0.0.37 }',
      says: [
        'small.yaml:22:45 there is a bracket that no "]" closes up to here: close it, or put text that has brackets into quotes',
      ],
    },
    {
      name: 'a tab as indentation',
      piece: '    on: core\n    ip: 10.0.0.67',
      by: '\ton: core\n    ip: 10.0.0.67',
      says: [
        'small.yaml:12:1 Tabs are not allowed as indentation: indent with spaces',
        'small.yaml:12:6 Nested mappings are not allowed in compact mappings: put text that has ": " into quotes',
        'small.yaml:12:6 Implicit keys need to be on a single line: a key stands on one line, followed by ":"',
      ],
    },
    {
      name: 'a text where a list belongs',
      piece: 'steps: ["DHCP OFFER dhcp>cmts yiaddr=$ip", "STATE cm operational"]',
      by: 'steps: STATE cm operational',
      says: [
        'small.yaml:44:47 expect[0].sequence.steps: "STATE cm operational" is text: write a list, such as [one, two]',
      ],
    },
    {
      name: "a device with a service's name",
      piece: '  web: {',
      by: '  dns: {',
      says: ['small.yaml:38:3 devices.dns: a service has this name: give the device another one'],
    },
  ])('$name', ({ piece, by, says }) => {
    expect(mistakesIn(plantWith(piece, by))).toEqual(says);
  });
});
