import { Name, parseName } from '../codec/dns/name.ts';
import { typeNumber, typeWords } from '../codec/dns/registry.ts';
import { didYouMean, type Findings, type Path } from './findings.ts';
import { quote } from './mistakes.ts';

/** A name and a type in capitals, as written; the type is A where there is none. Mistakes are added. */
export function readQuestion(
  text: string,
  findings: Findings,
  path: Path,
): { readonly name: string; readonly type: string } {
  const parts = /^(\S+?)(?:\s+([A-Z][A-Z0-9]{0,9}))?$/.exec(text);
  if (parts === null) {
    const hint = 'write a name and a type in capitals, such as portal.lab.example A';
    findings.add(path, `${quote(text)} is no question`, hint);
    return { name: text, type: 'A' };
  }
  const [, name = '', type = 'A'] = parts;
  const parsed = parseName(name);
  if (!(parsed instanceof Name))
    findings.add(path, `${quote(name)} is no domain name`, `it takes ${parsed.fault}`);
  if (typeNumber(type) === undefined)
    findings.addInside(
      path,
      text.length - type.length,
      `${quote(type)} is no record type`,
      didYouMean(type, typeWords(), 'the types are'),
    );
  return { name, type };
}
