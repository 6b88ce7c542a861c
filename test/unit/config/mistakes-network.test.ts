import { describe, expect, test } from 'vitest';
import { mistakesIn, PLANT, plantWith } from './plant.ts';

describe('each mistake in net and services is shown at its place, with what to do', () => {
  test('the plant itself has none', () => {
    expect(mistakesIn(PLANT)).toEqual([]);
  });

  test.each([
    {
      name: 'a key that is misspelt',
      piece: 'delay: 8ms',
      by: 'dealy: 8ms',
      says: ['small.yaml:6:25 net.hfc.dealy: there is no such key here: did you mean "delay"?'],
    },
    {
      name: 'a top-level key that is misspelt',
      piece: 'timeline:',
      by: 'timelime:',
      says: ['small.yaml:40:1 timelime: there is no such key here: did you mean "timeline"?'],
    },
    {
      name: 'a key that is nothing like another',
      piece: 'seed: 7',
      by: 'zzzzzz: 7',
      says: [
        'small.yaml:3:1 zzzzzz: there is no such key here: the keys are $schema, headend, name, about, seed, duration, epoch, extends, params, matrix, net, services, devices, timeline, expect, limits',
      ],
    },
    {
      name: 'a key that is there twice',
      piece: 'seed: 7',
      by: 'seed: 7\nseed: 8',
      says: ['small.yaml:4:1 the key "seed" is there twice: keep one of the two'],
    },
    {
      name: 'a missing version',
      piece: 'headend: 1\n',
      by: '',
      says: ['small.yaml:1:1 headend: is missing: write 1'],
    },
    {
      name: 'another version',
      piece: 'headend: 1',
      by: 'headend: 2',
      says: ['small.yaml:1:10 headend: "2" is no choice here: write 1'],
    },
    {
      name: 'T1 after T2',
      piece: 'lease: 24h',
      by: 'lease: { default: 24h, renew: 10h, rebind: 9h }',
      says: [
        'small.yaml:19:16 services.dhcp.subnets[0].lease: renew, rebind and default are not in this order: let 0s < renew < rebind < default',
      ],
    },
    {
      name: 'T2 after the end',
      piece: 'lease: 24h',
      by: 'lease: { default: 24h, rebind: 24h }',
      says: [
        'small.yaml:19:16 services.dhcp.subnets[0].lease: renew, rebind and default are not in this order: let 0s < renew < rebind < default',
      ],
    },
    {
      name: 'an option that the server makes itself',
      piece: 'time-servers: [10.0.0.37]',
      by: 'renewal-time: 10',
      says: [
        'small.yaml:22:20 services.dhcp.subnets[0].options.renewal-time: the server makes this option itself: write lease: { renew: ... } instead',
      ],
    },
    {
      name: 'a name with a space',
      piece: 'name: small',
      by: 'name: Small Plant',
      says: [
        'small.yaml:2:7 name: "Small Plant" has characters that may not be here: write small letters, digits and dashes, at most 64, such as cable-modem-boot',
      ],
    },
    {
      name: 'a duration without a unit',
      piece: 'delay: 8ms',
      by: 'delay: 8',
      says: [
        'small.yaml:6:32 net.hfc.delay: "8" has no unit: write a duration with its unit, such as 200us, 8ms, 1.5s, 2m, 24h, 7d or 3m15s, up to 3650d',
      ],
    },
    {
      name: 'a duration with a unit nobody knows',
      piece: 'duration: 2m',
      by: 'duration: 2 min',
      says: [
        'small.yaml:4:11 duration: "2 min" will not do: write a duration with its unit, such as 200us, 8ms, 1.5s, 2m, 24h, 7d or 3m15s, up to 3650d',
      ],
    },
    {
      name: 'a loss without a percent sign',
      piece: 'loss: 2% }\n  core',
      by: 'loss: 0.02 }\n  core',
      says: [
        'small.yaml:6:43 net.hfc.loss: "0.02" has no % sign: write a percentage from 0% to 100%, such as 2% or 0.1%',
      ],
    },
    {
      name: 'a bandwidth without a unit',
      piece: '10Mbit/s',
      by: '10000000',
      says: [
        'small.yaml:7:49 net.core.bandwidth: "10000000" has no unit: write a bandwidth such as 64kbit/s, 10Mbit/s or 1Gbit/s',
      ],
    },
    {
      name: 'a rate without a unit',
      piece: 'rate: 200/s',
      by: 'rate: 200',
      says: [
        'small.yaml:14:23 services.dhcp.capacity.rate: "200" has no unit: write a rate such as 200/s, from 0.001/s to 10000000/s',
      ],
    },
    {
      name: 'a segment kind that is none',
      piece: 'lan: { kind: segment }',
      by: 'lan: { kind: segmnet }',
      says: [
        'small.yaml:8:16 net.lan.kind: "segmnet" is no kind that headend knows: did you mean "segment"?',
      ],
    },
    {
      name: 'a segment without a kind',
      piece: 'lan: { kind: segment }',
      by: 'lan: { delay: 1ms }',
      says: ['small.yaml:8:8 net.lan.kind: is missing: write kind: and one of segment, link'],
    },
    {
      name: 'a link to a segment that is not there',
      piece: 'between: [core, lan]',
      by: 'between: [core, lna]',
      says: ['small.yaml:9:40 net.metro.between[1]: "lna" is no segment of this file: did you mean "lan"?'],
    },
    {
      name: 'a service on a segment that is not there',
      piece: 'tod: { on: core',
      by: 'tod: { on: cor',
      says: ['small.yaml:30:14 services.tod.on: "cor" is no segment of this file: did you mean "core"?'],
    },
    {
      name: 'a service that is misspelt',
      piece: '  tod: {',
      by: '  tdo: {',
      says: [
        'small.yaml:30:8 services.tdo.kind: is missing: did you mean the service "tod"? Under any other name write kind: and one of dhcp, tftp, tod, dns, ftp, resolver',
      ],
    },
    {
      name: 'an address with an octet over 255',
      piece: 'ip: 10.0.0.53',
      by: 'ip: 10.0.0.530',
      says: [
        'small.yaml:33:9 services.dns.ip: "10.0.0.530" is no address: each of the four numbers is 0 to 255, without a zero before it: write an address such as 10.0.0.67, or with the length of its network: 10.0.0.67/24',
      ],
    },
    {
      name: 'an address that is a word',
      piece: 'ip: 10.0.0.53',
      by: 'ip: nameserver',
      says: [
        'small.yaml:33:9 services.dns.ip: "nameserver" will not do: write an address such as 10.0.0.67, or with the length of its network: 10.0.0.67/24',
      ],
    },
    {
      name: 'two hosts with one address',
      piece: 'ip: 10.2.0.10 ',
      by: 'ip: 10.0.0.69 ',
      says: [
        'small.yaml:38:35 devices.web.ip: 10.0.0.69 is already the address of tftp: give web another one',
      ],
    },
    {
      name: 'a subnet with bits after its length',
      piece: '10.9.0.0/18',
      by: '10.9.0.1/18',
      says: [
        'small.yaml:16:17 services.dhcp.subnets[0].subnet: "10.9.0.1/18" is no network: bits are set after the first 18, or the length is out of bounds: write an IPv4 network such as 10.9.0.0/18, from /8 to /30',
      ],
    },
    {
      name: 'a range outside of its subnet',
      piece: '10.9.16.1-10.9.16.99',
      by: '10.9.16.1-10.9.99.1',
      says: [
        'small.yaml:18:16 services.dhcp.subnets[0].range: the end of the range, 10.9.99.1 is outside of the subnet 10.9.0.0/18: write an address of 10.9.0.0/18, or another subnet',
      ],
    },
    {
      name: 'a range that runs backwards',
      piece: '10.9.16.1-10.9.16.99',
      by: '10.9.16.99-10.9.16.1',
      says: [
        'small.yaml:18:16 services.dhcp.subnets[0].range: "10.9.16.99-10.9.16.1" will not do: write two IPv4 addresses, the lower first, such as 10.9.16.1-10.9.16.99',
      ],
    },
    {
      name: "a range with somebody's address in it",
      piece: '10.9.16.1-10.9.16.99',
      by: '10.9.0.1-10.9.16.99',
      says: [
        'small.yaml:18:16 services.dhcp.subnets[0].range: the range has 10.9.0.1 in it, which is the address of cmts: let the range begin after it, or end before it',
      ],
    },
    {
      name: 'a reservation outside of its subnet',
      piece: 'ip: 10.9.15.1',
      by: 'ip: 10.8.15.1',
      says: [
        'small.yaml:23:56 services.dhcp.subnets[0].reservations[0].ip: the reserved address 10.8.15.1 is outside of the subnet 10.9.0.0/18: write an address of 10.9.0.0/18, or another subnet',
      ],
    },
    {
      name: "a reservation of the server's own address",
      piece: '    ip: 10.0.0.67\n',
      by: '    ip: [10.0.0.67, 10.9.15.1]\n',
      says: [
        "small.yaml:23:56 services.dhcp.subnets[0].reservations[0].ip: 10.9.15.1 is the server's own address: reserve one that no other host has",
      ],
    },
    {
      name: 'a reservation by nothing',
      piece: 'mac: "00:10:18:00:00:63", ip',
      by: 'ip',
      says: [
        'small.yaml:23:24 services.dhcp.subnets[0].reservations[0]: a reservation is by one of mac, client-id, remote-id, and this one has 0: write exactly one of them',
      ],
    },
    {
      name: 'a hardware address that YAML read as a number',
      piece: '"00:10:18:00:00:63"',
      by: '001018000063',
      says: [
        'small.yaml:23:31 services.dhcp.subnets[0].reservations[0].mac: YAML read this as "1018000063", which is no text: write a hardware address in quotes, such as "00:10:18:00:00:01"',
      ],
    },
    {
      name: 'a hardware address with five octets',
      piece: '"00:10:18:00:00:63"',
      by: '"00:10:18:00:63"',
      says: [
        'small.yaml:23:31 services.dhcp.subnets[0].reservations[0].mac: "00:10:18:00:63" will not do: write a hardware address in quotes, such as "00:10:18:00:00:01"',
      ],
    },
    {
      name: 'a DHCP option that is misspelt',
      piece: 'time-servers:',
      by: 'time-server:',
      says: [
        'small.yaml:22:20 services.dhcp.subnets[0].options.time-server: there is no such DHCP option: write the name of a DHCP option (did you mean time-servers?) or its number',
      ],
    },
    {
      name: 'a DHCP option with the wrong value',
      piece: '[10.0.0.37]',
      by: '[noon]',
      says: [
        'small.yaml:22:34 services.dhcp.subnets[0].options.time-servers: ["noon"] will not do: write one IPv4 address or a list of them',
      ],
    },
    {
      name: 'a path out of the folder',
      piece: './files/gold.yaml',
      by: '../gold.yaml',
      says: [
        'small.yaml:28:27 services.tftp.files.gold.cfg.docsis: "../gold.yaml" leads out of the scenario\'s folder: keep the file under that folder, or allow other paths with --allow-path',
      ],
    },
    {
      name: 'an absolute path',
      piece: './files/plant.key',
      by: '/etc/shadow',
      says: [
        'small.yaml:28:59 services.tftp.files.gold.cfg.secret-file: "/etc/shadow" leads out of the scenario\'s folder: keep the file under that folder, or allow other paths with --allow-path',
      ],
    },
    {
      name: 'a file that comes from nowhere',
      piece: 'motd: { text: hello }',
      by: 'motd: {}',
      says: [
        'small.yaml:29:13 services.tftp.files.motd: a file comes from one of file, text, docsis, and this one has 0: write exactly one of them',
      ],
    },
    {
      name: 'a path where the text of a file stands',
      piece: 'motd: { text: hello }',
      by: 'motd: ./files/motd',
      says: [
        'small.yaml:29:13 services.tftp.files.motd: "./files/motd" would be the text that is served: write { file: PATH } for what is in a file, or { text: TEXT }',
      ],
    },
    {
      name: 'a secret that is no text: it is not shown',
      piece: 'motd: { text: hello }',
      by: 'motd: { docsis: ./files/gold.yaml, secret: 12345678 }',
      says: [
        'small.yaml:29:50 services.tftp.files.motd.secret: the secret will not do: write text in quotes, at most 1000 characters',
      ],
    },
    {
      name: 'a secret for a file that is not signed',
      piece: 'motd: { text: hello }',
      by: 'motd: { text: hello, secret: x }',
      says: [
        'small.yaml:29:28 services.tftp.files.motd.secret: only a docsis: file is signed: take it away, or write docsis:',
      ],
    },
  ])('$name', ({ piece, by, says }) => {
    expect(mistakesIn(plantWith(piece, by))).toEqual(says);
  });
});
