import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../../../src/core/bytes.ts';
import type { Plain } from '../../../../src/core/service.ts';
import { utf8Octets } from '../../../../src/core/text.ts';
import { decodeConfigFile, encodeConfigFile } from '../../../../src/codec/docsis/config-file.ts';
import { configFromPlain, describeConfig } from '../../../../src/codec/docsis/describe.ts';
import {
  cmMic,
  cmtsMic,
  cmtsMicInput,
  verifyCmMic,
  verifyCmtsMic,
} from '../../../../src/codec/docsis/mic.ts';
import { buildConfig } from '../../../../src/codec/docsis/sign.ts';
import { TOP_LEVEL } from '../../../../src/codec/docsis/registry.ts';
import type { TlvTable } from '../../../../src/codec/docsis/registry.ts';
import { portableCrypto } from '../../../../src/crypto/portable.ts';

/** What two independent encoders made: fixtures/configs/a-docsis10-class.*. */
const read = (suffix: string) =>
  readFileSync(new URL(`../../../../fixtures/configs/a-docsis10-class.${suffix}`, import.meta.url), 'utf8');
const octets = fromHex(read('hex'))!;
const expected = JSON.parse(read('expected.json')) as {
  key_ascii: string;
  bytes: number;
  md5: string;
  cm_mic: string;
  cmts_mic: string;
  cmts_mic_empty_key: string;
  md5_empty_key: string;
  cmts_digest_input_len: number;
  file_order: number[];
};
interface Node {
  t: number;
  sub?: Node[];
  vb?: [string, 'ip' | 'str' | 'int' | 'hex', Plain];
  oidctl?: [string, number];
  u8?: number;
  u16?: number;
  u32?: number;
  str?: string;
  ip4?: string;
}
const tree = JSON.parse(read('tlv.json')) as Node[];
const secret = utf8Octets(expected.key_ascii);
const SNMP_WORDS = { ip: 'ip', str: 'string', int: 'integer', hex: 'hex-string' };

/** The vector's tree in our plain form. */
function toPlain(nodes: readonly Node[], table: TlvTable): Plain {
  return nodes.map((node) => {
    const definition = table.byType.get(node.t)!;
    const value = (): Plain => {
      if (node.sub !== undefined) return toPlain(node.sub, definition.children);
      if (node.vb !== undefined) return { oid: node.vb[0], [SNMP_WORDS[node.vb[1]]]: node.vb[2] };
      if (node.oidctl !== undefined) return { oid: node.oidctl[0], control: node.oidctl[1] };
      return node.u8 ?? node.u16 ?? node.u32 ?? node.str ?? node.ip4 ?? null;
    };
    return { [definition.name]: value() };
  });
}

describe('conformance: a DOCSIS 1.0 class of service', () => {
  test('the tree and the secret give the file, octet for octet', () => {
    const built = buildConfig(toPlain(tree, TOP_LEVEL), { secret, crypto: portableCrypto });
    expect(toHex(built)).toBe(toHex(octets));
    expect(built).toHaveLength(expected.bytes);
    expect(toHex(portableCrypto.md5(built))).toBe(expected.md5);
  });

  test('the empty key is a key', () => {
    const empty = new Uint8Array(0);
    const built = buildConfig(toPlain(tree, TOP_LEVEL), { secret: empty, crypto: portableCrypto });
    expect(toHex(portableCrypto.md5(built))).toBe(expected.md5_empty_key);
    expect(verifyCmtsMic(built, empty, portableCrypto)).toBe('good');
    expect(toHex(cmtsMic(built, empty, portableCrypto))).toBe(expected.cmts_mic_empty_key);
  });

  test('both MICs, and what is under the second', () => {
    expect(toHex(cmMic(octets, portableCrypto))).toBe(expected.cm_mic);
    expect(toHex(cmtsMic(octets, secret, portableCrypto))).toBe(expected.cmts_mic);
    expect(cmtsMicInput(octets)).toHaveLength(expected.cmts_digest_input_len);
    expect(verifyCmMic(octets, portableCrypto)).toBe('good');
    expect(verifyCmtsMic(octets, secret, portableCrypto)).toBe('good');
    expect(verifyCmtsMic(octets, utf8Octets('another'), portableCrypto)).toBe('bad');
  });

  test('the file is read in its order and comes back', () => {
    const file = decodeConfigFile(octets);
    expect(file.items.map((item) => (item.kind === 'tlv' ? item.type : 0))).toEqual(expected.file_order);
    expect(toHex(encodeConfigFile(file))).toBe(toHex(octets));
    expect(toHex(encodeConfigFile(configFromPlain(describeConfig(file))))).toBe(toHex(octets));
  });

  test('what a person reads', () => {
    expect(describeConfig(decodeConfigFile(octets))).toEqual(
      expect.arrayContaining([
        { 'network-access': true },
        {
          'class-of-service': {
            'class-id': 1,
            'max-downstream-rate': 8000000,
            'max-upstream-rate': 1500000,
            'upstream-priority': 3,
            'guaranteed-upstream-rate': 64000,
            'max-upstream-burst': 3044,
            'privacy-enable': true,
          },
        },
        { 'software-upgrade-server': '192.0.2.69' },
        { 'snmp-write-control': { oid: '1.3.6.1.2.1.69', control: 0 } },
        { 'snmp-set': { oid: '1.3.6.1.2.1.69.1.2.1.3.1', ip: '255.255.255.255' } },
        { 'snmp-set': { oid: '1.3.6.1.2.1.69.1.2.1.5.1', integer: 2 } },
        { 'cm-mic': expected.cm_mic },
        { end: '000000' },
      ]),
    );
  });
});
