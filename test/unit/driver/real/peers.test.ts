import { expect, test } from 'vitest';
import { parseIp } from '../../../../src/core/address.ts';
import { LIMITS_DEFAULT } from '../../../../src/core/limits.ts';
import { Peers } from '../../../../src/driver/real/peers.ts';

const limits = { ...LIMITS_DEFAULT.connections, total: 4, perSource: 2 };
interface Stream {
  readonly name: string;
}

function peersOf(...from: readonly string[]) {
  const peers = new Peers<Stream>();
  const streams = from.map((address, index) => {
    const stream = { name: `${index}` };
    peers.add(stream, parseIp(address)!);
    return stream;
  });
  return { peers, streams };
}

test.each([
  { name: 'there is room', from: ['10.0.0.1'], next: '10.0.0.1', goes: undefined },
  {
    name: 'of one source',
    from: ['10.0.0.2', '10.0.0.1', '10.0.0.1'],
    next: '10.0.0.1',
    goes: '1',
    to: 'its source',
  },
  { name: 'of one /56', from: ['fd00::1', 'fd00:0:0:ff::2'], next: 'fd00::3', goes: '0', to: 'its source' },
  {
    name: 'of all',
    from: ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'],
    next: '10.0.0.5',
    goes: '0',
    to: 'all',
  },
])('who was quiet longest makes room: $name', ({ from, next, goes, to }) => {
  const { peers } = peersOf(...from);
  const yielding = peers.yielding(parseIp(next)!, limits);
  expect(yielding && { goes: yielding.stream.name, to: yielding.to }).toEqual(
    goes === undefined ? undefined : { goes, to },
  );
});

test('an octet keeps a connection, and one that has gone makes room by itself', () => {
  const { peers, streams } = peersOf('10.0.0.1', '10.0.0.1');
  peers.touch(streams[0]!);
  expect(peers.yielding(parseIp('10.0.0.1')!, limits)?.stream).toBe(streams[1]);
  peers.remove(streams[0]!);
  peers.remove(streams[0]!);
  peers.touch(streams[0]!);
  expect(peers.yielding(parseIp('10.0.0.1')!, limits)).toBeUndefined();
  expect(peers.count).toBe(1);
});
