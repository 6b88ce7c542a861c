import { Name, parseName } from '../codec/dns/name.ts';
import { ConfigError } from '../core/errors.ts';

/** A name of the file; throws `ConfigError` under `path`. */
export function nameAt(path: string, text: string): Name {
  const name = parseName(text);
  if (name instanceof Name) return name;
  throw new ConfigError(path, text, `a domain name: it takes ${name.fault}`);
}
