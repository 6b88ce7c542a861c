import { toHex } from '../../core/bytes.ts';
import { ConfigError, DecodeError } from '../../core/errors.ts';
import type { Plain } from '../../core/service.ts';
import { nearest } from '../../core/text.ts';
import type { ConfigFile, ConfigItem } from './config-file.ts';
import { MTA_LEVEL, TOP_LEVEL } from './registry.ts';
import type { TlvDefinition, TlvTable } from './registry.ts';
import { MTA_DELIMITER, TlvCursor } from './tlv.ts';
import { describeValue, isMap, quote, rawHex, valueFromPlain } from './value.ts';

/** Deeper nesting is kept as hex; no TLV that has a name reaches it. */
const DEPTH_MAX = 8;

/** What is not a TLV but keeps the file's octets: a run of pads, and the hex of what follows the end marker. */
const PADS = 'pads';
const END = 'end';

/**
 * A file as plain data: `{ network-access: true, ... }`, in the file's order; a level in which a name repeats is a
 * list of one-key maps instead. `configFromPlain` gives the same octets back, MICs included.
 */
export function describeConfig(file: ConfigFile): Plain {
  const first = file.items.find((item) => item.kind === 'tlv');
  const table = first?.type === MTA_DELIMITER ? MTA_LEVEL : TOP_LEVEL;
  const entries: [string, Plain][] = file.items.map((item) =>
    item.kind === 'pad' ? [PADS, item.count] : describeTlv(table, item.type, item.value, 0),
  );
  if (file.tail !== undefined) entries.push([END, toHex(file.tail)]);
  return level(entries);
}

function describeTlv(table: TlvTable, type: number, value: Uint8Array, depth: number): [string, Plain] {
  const definition = table.byType.get(type);
  if (definition === undefined) return [`tlv-${type}`, toHex(value)];
  if (definition.kind !== 'nested') return [definition.name, describeValue(definition.kind, value)];
  const children = depth < DEPTH_MAX ? describeChildren(definition, value, depth) : undefined;
  return [definition.name, children ?? { hex: toHex(value) }];
}

function describeChildren(parent: TlvDefinition, value: Uint8Array, depth: number): Plain | undefined {
  const entries: [string, Plain][] = [];
  const table = childTable(parent, value);
  const cursor = new TlvCursor(value, 0, value.length, 'nested');
  try {
    while (cursor.next())
      entries.push(describeTlv(table, cursor.type, value.subarray(cursor.start, cursor.end), depth + 1));
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
  // One TLV named `hex` alone would read as raw octets; none is.
  return level(entries);
}

const EXTENSION_FIELD = 43;
const VENDOR_ID = 8;

/** TLV 43 has names only under the vendor id ffffff, which comes first; what a vendor put there is opaque. */
function childTable(parent: TlvDefinition, value: Uint8Array): TlvTable {
  if (parent.type !== EXTENSION_FIELD || parent.children.byName.get('vendor-id') === undefined)
    return parent.children;
  const general =
    value[0] === VENDOR_ID && value[1] === 3 && (value[2] ?? 0) + (value[3] ?? 0) + (value[4] ?? 0) === 765;
  return general ? parent.children : VENDOR_ONLY;
}

const VENDOR_ONLY: TlvTable = vendorOnly();

function vendorOnly(): TlvTable {
  const definition = TOP_LEVEL.byType.get(EXTENSION_FIELD)?.children.byName.get('vendor-id');
  if (definition === undefined) return { byType: new Map(), byName: new Map() };
  return { byType: new Map([[VENDOR_ID, definition]]), byName: new Map([[definition.name, definition]]) };
}

function level(entries: readonly [string, Plain][]): Plain {
  const unique = new Set(entries.map(([name]) => name)).size === entries.length;
  return unique ? Object.fromEntries(entries) : entries.map(([name, value]) => ({ [name]: value }));
}

/** A file from a person's plain data; a mistake is a `ConfigError` whose path begins with `path`. */
export function configFromPlain(plain: Plain, path = ''): ConfigFile {
  const items: ConfigItem[] = [];
  let tail: Uint8Array | undefined;
  const entries = entriesOf(plain, path);
  // An MTA's TLV 64 has two octets of length, so its value may be longer.
  const mta = entries.find((entry) => entry.name !== PADS)?.name === nameOf(MTA_DELIMITER);
  for (const { name, value, at } of entries) {
    if (tail !== undefined) throw new ConfigError(at, name, 'nothing behind `end`');
    if (name === END) tail = valueFromPlain('hex', value, at);
    else if (name === PADS) items.push({ kind: 'pad', count: padCount(value, at) });
    else items.push(tlvFromPlain(mta ? MTA_LEVEL : TOP_LEVEL, name, value, at, mta ? 65535 : 255));
  }
  if (items.length === 0 && tail === undefined)
    throw new ConfigError(path, quote(plain), 'at least one TLV, such as `network-access: true`');
  return { items, tail };
}

function nameOf(type: number): string {
  return TOP_LEVEL.byType.get(type)?.name ?? '';
}

function padCount(plain: Plain, path: string): number {
  if (typeof plain !== 'number' || !Number.isInteger(plain) || plain < 1 || plain > 65535)
    throw new ConfigError(path, quote(plain), 'how many pads, 1 to 65535');
  return plain;
}

interface Entry {
  readonly name: string;
  readonly value: Plain;
  readonly at: string;
}

/** Both forms of a level: a map, or a list of one-key maps. */
function entriesOf(plain: Plain, path: string): Entry[] {
  const join = (name: string) => (path === '' ? name : `${path}.${name}`);
  if (isMap(plain)) return Object.entries(plain).map(([name, value]) => ({ name, value, at: join(name) }));
  if (!Array.isArray(plain))
    throw new ConfigError(path, quote(plain), 'TLVs as a map or a list of one-key maps');
  return (plain as readonly Plain[]).map((item, index) => {
    const [only, ...more] = isMap(item) ? Object.entries(item) : [];
    if (only === undefined || more.length > 0)
      throw new ConfigError(`${path}[${index}]`, quote(item), 'a map with one key, the name of a TLV');
    return { name: only[0], value: only[1], at: `${path}[${index}].${only[0]}` };
  });
}

function tlvFromPlain(
  table: TlvTable,
  name: string,
  plain: Plain,
  path: string,
  wideMax: number,
): ConfigItem & { kind: 'tlv' } {
  const definition = table.byName.get(name);
  const type = definition?.type ?? unnamedType(table, name, path);
  const value =
    definition === undefined
      ? valueFromPlain('hex', plain, path)
      : definition.kind === 'nested'
        ? nestedFromPlain(definition, plain, path)
        : valueFromPlain(definition.kind, plain, path);
  const max = type === 64 ? wideMax : 255;
  if (value.length > max) throw new ConfigError(path, `${value.length} octets`, `${max} octets at most`);
  return { kind: 'tlv', type, value };
}

/** `tlv-200`: a TLV without a name. */
function unnamedType(table: TlvTable, name: string, path: string): number {
  const type = /^tlv-(\d{1,3})$/.exec(name)?.[1];
  if (type !== undefined && Number(type) <= 255) return Number(type);
  const meant = nearest(name, table.byName.keys());
  throw new ConfigError(
    path,
    `no TLV is called ${quote(name)}`,
    meant === undefined ? 'a name of the registry, or tlv-NUMBER with its value in hex' : `\`${meant}\`?`,
  );
}

function nestedFromPlain(definition: TlvDefinition, plain: Plain, path: string): Uint8Array {
  const raw = rawHex(plain);
  if (raw !== undefined) return valueFromPlain('hex', raw, path);
  const octets: number[] = [];
  for (const { name, value, at } of entriesOf(plain, path)) {
    const tlv = tlvFromPlain(definition.children, name, value, at, 255);
    octets.push(tlv.type, tlv.value.length, ...tlv.value);
  }
  return Uint8Array.from(octets);
}
