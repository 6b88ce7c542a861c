import { decodeConfigFile, type ConfigFile } from '../codec/docsis/config-file.ts';
import { configFromPlain, describeConfig } from '../codec/docsis/describe.ts';
import type { MicVerdict } from '../codec/docsis/mic.ts';
import { verifyCmMic, verifyCmtsMic } from '../codec/docsis/mic.ts';
import { secretFromFile } from '../codec/docsis/secret.ts';
import { signConfig } from '../codec/docsis/sign.ts';
import { ScenarioError } from '../config/mistakes.ts';
import { fromYaml, toYaml } from '../config/yaml-text.ts';
import { ConfigError, DecodeError } from '../core/errors.ts';
import type { Plain } from '../core/service.ts';
import { portableCrypto } from '../crypto/portable.ts';
import { FileError } from './failure.ts';
import { readOctets, readText } from './files.ts';

/** Far above any configuration file: a modem takes some kilobytes. */
const FILE_OCTETS_MAX = 1 << 20;
const SECRET_OCTETS_MAX = 1 << 16;

/** A modem's or MTA's configuration file as plain data. */
export function decodeDocsis(path: string): Plain {
  return describeConfig(decodeFile(path).config);
}

export function decodeDocsisYaml(path: string): string {
  return toYaml(decodeDocsis(path));
}

/** The octets of a configuration in text form, with both MICs computed under the secret. */
export function encodeDocsis(path: string, secretPath: string): Uint8Array {
  const source = fromYaml(readText(path, FILE_OCTETS_MAX), path);
  const secret = readSecret(secretPath);
  try {
    return signConfig(configFromPlain(source.value), { secret, crypto: portableCrypto });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const mistake = {
      ...source.placeOf(error.path),
      path: error.path,
      message: `${error.found} is not what belongs here`,
      hint: `write ${error.expected}`,
    };
    throw new ScenarioError(path, [mistake]);
  }
}

export interface MicReport {
  readonly cmMic: MicVerdict;
  readonly cmtsMic: MicVerdict;
}

/** Judges the MICs alone; a file that cannot be decoded is a `FileError`. */
export function verifyDocsis(path: string, secretPath: string): MicReport {
  const { octets } = decodeFile(path);
  return {
    cmMic: verifyCmMic(octets, portableCrypto),
    cmtsMic: verifyCmtsMic(octets, readSecret(secretPath), portableCrypto),
  };
}

function decodeFile(path: string): { readonly octets: Uint8Array; readonly config: ConfigFile } {
  const octets = readOctets(path, FILE_OCTETS_MAX);
  if (octets.length === 0)
    throw new FileError(path, 'the file is empty', 'a configuration has at least one TLV');
  try {
    return { octets, config: decodeConfigFile(octets) };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new FileError(path, error.message, 'it is damaged, or no DOCSIS configuration file');
  }
}

function readSecret(path: string): Uint8Array {
  return secretFromFile(readOctets(path, SECRET_OCTETS_MAX));
}
