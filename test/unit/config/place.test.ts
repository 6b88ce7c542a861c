import { expect, test } from 'vitest';
import { formatIp } from '../../../src/core/address.ts';
import { parseScenario } from '../../../src/config/parse.ts';
import { mistakesIn, plantWith } from './plant.ts';

const DHCP = 'ip: 10.0.0.67\n';

function placeOf(lines: string): unknown {
  const { services } = parseScenario(plantWith(DHCP, `${DHCP}    ${lines}\n`), 'small.yaml');
  const place = services.find(({ name }) => name === 'dhcp')?.place;
  return place?.kind === 'replay'
    ? { ...place, recording: place.recording.path, recordedAs: place.recordedAs.map(formatIp) }
    : place;
}

test.each([
  { name: 'the service itself', lines: 'authoritative: true', place: { kind: 'virtual' } },
  {
    name: 'a recording of its own address',
    lines: 'place: replay\n    trace: ./boot.pcapng',
    place: {
      kind: 'replay',
      recording: './boot.pcapng',
      recordedAs: ['10.0.0.67'],
      unrecorded: 'inconclusive',
    },
  },
  {
    name: 'a recording of another',
    lines: 'place: replay\n    trace: ./boot.pcapng\n    recorded-as: 192.0.2.1\n    unrecorded: silent',
    place: { kind: 'replay', recording: './boot.pcapng', recordedAs: ['192.0.2.1'], unrecorded: 'silent' },
  },
])('$name', ({ lines, place }) => {
  expect(placeOf(lines)).toEqual(place);
});

test.each([
  {
    name: 'a recording that is not named',
    lines: 'place: replay',
    says: [
      'small.yaml:12:5 services.dhcp: place: replay needs a recording: name a capture or a trace, such as trace: ./files/boot.pcapng',
    ],
  },
  {
    name: 'a recording of a service that is itself',
    lines: 'trace: ./boot.pcapng',
    says: [
      'small.yaml:14:12 services.dhcp.trace: only a service with place: replay has this: write place: replay beside it, or leave it out',
    ],
  },
  {
    name: 'a place that is none',
    lines: 'place: repaly',
    says: ['small.yaml:14:12 services.dhcp.place: "repaly" is no choice here: did you mean "replay"?'],
  },
])('$name', ({ lines, says }) => {
  expect(mistakesIn(plantWith(DHCP, `${DHCP}    ${lines}\n`))).toEqual(says);
});

test('a recording of FTP', () => {
  const text = plantWith(
    'services:\n',
    'services:\n  ftp:\n    on: core\n    ip: 10.0.0.21\n    place: replay\n    trace: ./x.pcap\n',
  );
  expect(mistakesIn(text)).toEqual([
    'small.yaml:14:12 services.ftp.place: a recording of ftp is not replayed: it speaks TCP: let it be virtual',
  ]);
});
