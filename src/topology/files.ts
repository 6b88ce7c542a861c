import { secretFromFile } from '../codec/docsis/secret.ts';
import { buildConfig } from '../codec/docsis/sign.ts';
import { ScenarioError } from '../config/mistakes.ts';
import type { Scenario, SecretConfig, TftpFileConfig, TftpServiceConfig } from '../config/scenario.ts';
import { fromYaml } from '../config/yaml-text.ts';
import type { Crypto } from '../core/crypto.ts';
import { ConfigError } from '../core/errors.ts';
import { utf8Octets, utf8Text } from '../core/text.ts';
import { type FileSource, FileTable } from '../store/file-table.ts';
import type { Contents } from './contents.ts';

/** What the files of a plant are made with. */
export interface Making {
  readonly scenario: Scenario;
  readonly contents: Contents;
  readonly crypto: Crypto;
}

/** What a TFTP server serves: the folder first, then the files named one by one, which win. */
export function buildFileTable(service: TftpServiceConfig, making: Making): FileTable {
  const table = new FileTable();
  if (service.folder !== undefined)
    for (const { name, source } of making.contents.folder(service.folder))
      table.set(utf8Octets(name), source);
  for (const file of service.files) table.set(utf8Octets(file.name), contentOf(file, making));
  return table;
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
