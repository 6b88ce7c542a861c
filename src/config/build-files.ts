import { configFromPlain } from '../codec/docsis/describe.ts';
import { ConfigError } from '../core/errors.ts';
import type { Findings, Path } from './findings.ts';
import { quote } from './mistakes.ts';
import type { SecretConfig, TftpFileConfig } from './scenario.ts';
import type { TftpContentFile, TftpFile } from './schema-services.ts';
import { pathText } from './source.ts';

export function buildTftpFiles(
  files: NonNullable<TftpFile['files']>,
  findings: Findings,
  path: Path,
): TftpFileConfig[] {
  return Object.entries(files).map(([name, file]) => {
    const at = [...path, name];
    if (typeof file !== 'string') return { name, content: buildContent(file, findings, at) };
    if (LIKE_A_PATH.test(file))
      findings.add(
        at,
        `${quote(file)} would be the text that is served`,
        'write { file: PATH } for what is in a file, or { text: TEXT }',
      );
    return { name, content: { kind: 'text', text: file } };
  });
}

/** `./gold.cfg`, `../lab/gold.cfg`, `/srv/gold.cfg`: who writes that has a file in mind. */
const LIKE_A_PATH = /^(?:\.{1,2}\/|\/)\S+$/;

function buildContent(file: TftpContentFile, findings: Findings, path: Path): TftpFileConfig['content'] {
  const given = [file.file, file.text, file.docsis].filter((each) => each !== undefined);
  if (given.length !== 1) {
    const message = `a file comes from one of file, text, docsis, and this one has ${given.length}`;
    findings.add(path, message, 'write exactly one of them');
  }
  if (file.docsis === undefined) {
    for (const key of ['secret', 'secret-file'] as const)
      if (file[key] !== undefined)
        findings.addAtKey(path, key, 'only a docsis: file is signed', 'take it away, or write docsis:');
    return file.file === undefined
      ? { kind: 'text', text: file.text ?? '' }
      : { kind: 'file', file: findings.file(file.file, 'file', [...path, 'file']) };
  }
  const at = [...path, 'docsis'];
  const secret = buildSecret(file, findings, path);
  if (typeof file.docsis === 'string')
    return { kind: 'docsis-file', file: findings.file(file.docsis, 'file', at), secret };
  try {
    configFromPlain(file.docsis, pathText(at));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    findings.addTextPath(error.path, at, `${error.found} will not do`, `write ${error.expected}`);
  }
  return { kind: 'docsis', config: file.docsis, at: pathText(at), secret };
}

/** `secret:` or `secret-file:`; neither is the empty secret, which is legal and in use. */
export function buildSecret(
  file: { readonly secret?: string | undefined; readonly 'secret-file'?: string | undefined },
  findings: Findings,
  path: Path,
): SecretConfig {
  if (file['secret-file'] === undefined) return { kind: 'text', text: file.secret ?? '' };
  if (file.secret !== undefined)
    findings.addAtKey(path, 'secret', 'there is a secret-file too', 'keep one of the two');
  return { kind: 'file', file: findings.file(file['secret-file'], 'file', [...path, 'secret-file']) };
}
