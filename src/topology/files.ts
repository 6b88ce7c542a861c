import { secretFromFile } from '../codec/docsis/secret.ts';
import { CM_MIC } from '../codec/docsis/mic.ts';
import { buildConfig, signConfig } from '../codec/docsis/sign.ts';
import { decodeConfigFile } from '../codec/docsis/config-file.ts';
import { ScenarioError } from '../config/mistakes.ts';
import type {
  FtpServiceConfig,
  Scenario,
  SecretConfig,
  TftpFileConfig,
  TftpServiceConfig,
} from '../config/scenario.ts';
import { fromYaml } from '../config/yaml-text.ts';
import type { Crypto } from '../core/crypto.ts';
import { ConfigError } from '../core/errors.ts';
import { type Ip, ipOctets, isIpv4 } from '../core/address.ts';
import { latin1Text, utf8Octets, utf8Text } from '../core/text.ts';
import { MAC_WORD } from '../policy/provision.ts';
import { type FileMaker, type FileSource, FileTable } from '../store/file-table.ts';
import type { Contents } from './contents.ts';

/** What the files of a plant are made with. */
export interface Making {
  readonly scenario: Scenario;
  readonly contents: Contents;
  readonly crypto: Crypto;
}

/** What a TFTP or FTP server serves: the folder first, then the files named one by one, which win. */
export function buildFileTable(service: TftpServiceConfig | FtpServiceConfig, making: Making): FileTable {
  const table = new FileTable();
  if (service.folder !== undefined)
    for (const { name, source } of making.contents.folder(service.folder))
      table.set(utf8Octets(name), source);
  for (const file of service.files) {
    const content = contentOf(file, making);
    if (file.name.includes(MAC_WORD)) table.addMaker(ownFiles(file, content, making));
    else table.set(utf8Octets(file.name), content);
  }
  return table;
}

/**
 * Makes a modem's own file when it is asked for: any name that has a hardware address where `file.name` has `{mac}`. A DOCSIS
 * configuration is signed with the asker's address in it (TLV 20), so that no other modem can register with it.
 */
function ownFiles(file: TftpFileConfig, content: Uint8Array | FileSource, making: Making): FileMaker {
  const [before = '', ...after] = file.name.split(MAC_WORD).map((part) => latin1Text(utf8Octets(part)));
  const whole = content instanceof Uint8Array ? content : readAll(content);
  const own = ownConfig(file.content, whole, making);
  return ({ name, client }) => {
    const text = latin1Text(name);
    const mac = text.slice(before.length, before.length + MAC_DIGITS);
    return /^[0-9a-f]{12}$/.test(mac) && text === [before, ...after].join(mac) ? own(client) : undefined;
  };
}

const MAC_DIGITS = 12;
const PROVISIONED_ADDRESS = 20;

function ownConfig(
  content: TftpFileConfig['content'],
  whole: Uint8Array,
  { contents, crypto }: Making,
): (client: Ip) => Uint8Array {
  if (content.kind === 'text' || content.kind === 'file') return () => whole;
  const { items } = decodeConfigFile(whole);
  const signing = { secret: buildSecret(content.secret, contents), crypto };
  // Both MICs stand at the end of what was signed here; the address goes before them.
  const micAt = items.findIndex((item) => item.kind === 'tlv' && item.type === CM_MIC);
  return (client) => {
    if (!isIpv4(client)) return whole;
    const address = { kind: 'tlv' as const, type: PROVISIONED_ADDRESS, value: ipOctets(client) };
    return signConfig({ items: items.toSpliced(micAt, 0, address), tail: undefined }, signing);
  };
}

function readAll(source: FileSource): Uint8Array {
  const octets = new Uint8Array(source.size);
  return octets.subarray(0, Math.max(0, source.read(0, octets, 0, octets.length)));
}

export function buildSecret(secret: SecretConfig, contents: Contents): Uint8Array {
  return secret.kind === 'text' ? utf8Octets(secret.text) : secretFromFile(contents.octets(secret.file));
}

function contentOf({ content }: TftpFileConfig, making: Making): Uint8Array | FileSource {
  const { contents, crypto, scenario } = making;
  switch (content.kind) {
    case 'text':
      return utf8Octets(content.text);
    case 'file':
      return contents.source(content.file);
    case 'docsis':
      // Its mistakes are shown by path: the file's own place is known to config alone.
      return buildConfig(
        content.config,
        { secret: buildSecret(content.secret, contents), crypto },
        content.at,
      );
    case 'docsis-file': {
      const name = besideScenario(scenario.fileName, content.file.path);
      const signing = { secret: buildSecret(content.secret, contents), crypto };
      return buildFromYaml(utf8Text(contents.octets(content.file)), name, signing);
    }
  }
}

/** A configuration's text form to signed octets; what is wrong in it is a `ScenarioError` with its place. */
function buildFromYaml(
  text: string,
  name: string,
  signing: { secret: Uint8Array; crypto: Crypto },
): Uint8Array {
  const file = fromYaml(text, name);
  try {
    return buildConfig(file.value, signing);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const { path, found, expected } = error;
    throw new ScenarioError(name, [
      { ...file.placeOf(path), path, message: found, hint: `expected ${expected}` },
    ]);
  }
}

/** The name under which a person finds a file that the scenario names. */
function besideScenario(scenario: string, path: string): string {
  const folder = scenario.slice(0, scenario.lastIndexOf('/') + 1);
  return `${folder}${path.replace(/^\.\//, '')}`;
}
