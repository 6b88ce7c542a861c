import { utf8Octets } from '../../src/core/text.ts';
import { ipOctets, isIpv4, parsePrefix } from '../../src/core/address.ts';

/** What a record may be made of: MaxMind DB file format specification 2.0, "Data field format". */
export type MmdbValue = string | number | readonly MmdbValue[] | { readonly [key: string]: MmdbValue };

const NODE_OCTETS = 6;

/** A small database in the format of MaxMind: networks to records, in a tree of both families. */
export function mmdb(networks: Readonly<Record<string, MmdbValue>>): Uint8Array {
  const nodes: [number | string, number | string][] = [['', '']];
  for (const network of Object.keys(networks)) insert(nodes, network);
  const data: number[] = [];
  const places = new Map<string, number>();
  for (const [network, value] of Object.entries(networks)) {
    places.set(network, data.length);
    data.push(...encode(value));
  }
  const tree = nodes.flatMap((node) =>
    node.flatMap((record) => {
      const number =
        typeof record === 'number' ? record : nodes.length + (record === '' ? 0 : 16 + places.get(record)!);
      return [number >>> 16, (number >>> 8) & 255, number & 255];
    }),
  );
  if (tree.length !== nodes.length * NODE_OCTETS) throw new Error('a node has six octets');
  const metadata = encode({
    node_count: nodes.length,
    record_size: 24,
    ip_version: 6,
    database_type: 'lab',
    languages: [],
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 0,
    description: {},
  });
  const marker = [0xab, 0xcd, 0xef, ...utf8Octets('MaxMind.com')];
  return Uint8Array.from([...tree, ...new Array<number>(16).fill(0), ...data, ...marker, ...metadata]);
}

/** IPv4 stands in the first 32 bits below 96 zeros. */
function insert(nodes: [number | string, number | string][], network: string): void {
  const { address, length } = parsePrefix(network)!;
  const octets = isIpv4(address)
    ? [...new Array<number>(12).fill(0), ...ipOctets(address)]
    : [...ipOctets(address)];
  const depth = isIpv4(address) ? length + 96 : length;
  let at = 0;
  for (let index = 0; index < depth; index++) {
    const bit = ((octets[index >>> 3]! >>> (7 - (index & 7))) & 1) as 0 | 1;
    if (index === depth - 1) {
      nodes[at]![bit] = network;
      return;
    }
    let next = nodes[at]![bit];
    if (typeof next !== 'number') {
      next = nodes.push(['', '']) - 1;
      nodes[at]![bit] = next;
    }
    at = next;
  }
}

/** Type and size in a control octet: strings 2, doubles 3, 32-bit numbers 6, maps 7, lists 11. */
function encode(value: MmdbValue): number[] {
  if (typeof value === 'string') return [(2 << 5) | value.length, ...utf8Octets(value)];
  if (typeof value === 'number') {
    const view = new DataView(new ArrayBuffer(8));
    if (Number.isInteger(value) && value >= 0) {
      view.setUint32(0, value);
      return [(6 << 5) | 4, ...new Uint8Array(view.buffer, 0, 4)];
    }
    view.setFloat64(0, value);
    return [(3 << 5) | 8, ...new Uint8Array(view.buffer)];
  }
  if (Array.isArray(value)) return [value.length, 11 - 7, ...value.flatMap(encode)];
  const entries = Object.entries(value as Record<string, MmdbValue>);
  return [
    (7 << 5) | entries.length,
    ...entries.flatMap(([key, inner]) => [...encode(key), ...encode(inner)]),
  ];
}
