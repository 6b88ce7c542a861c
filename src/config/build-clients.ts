import { optionNamed } from '../codec/dhcp/registry.ts';
import { RelaySuboption } from '../codec/dhcp/option/relay-agent.ts';
import { fromHex } from '../core/bytes.ts';
import { latin1Octets } from '../core/text.ts';
import type { ClientCondition, ClientTestOptions, OctetsMatch } from '../policy/address/client-test.ts';
import { didYouMean, type Findings, type Path } from './findings.ts';
import { quote } from './mistakes.ts';
import type { ClientFile } from './schema-services.ts';

/** Sub-options of option 82 that a test may name. */
const RELAY_NAMES: Readonly<Record<string, number>> = {
  'circuit-id': RelaySuboption.circuitId,
  'remote-id': RelaySuboption.remoteId,
  'subscriber-id': RelaySuboption.subscriberId,
};

/** `when:` and `unless:` of a subnet or a class. */
export function buildClientTest(
  file: {
    readonly when?: readonly ClientFile[] | undefined;
    readonly unless?: readonly ClientFile[] | undefined;
  },
  findings: Findings,
  path: Path,
): ClientTestOptions {
  const list = (key: 'when' | 'unless'): ClientCondition[][] =>
    (file[key] ?? []).map((client, index) => {
      const at = findings.has([...path, key, index]) ? [...path, key, index] : [...path, key];
      return buildConditions(client, findings, at);
    });
  return { when: list('when'), unless: list('unless') };
}

function buildConditions(file: ClientFile, findings: Findings, path: Path): ClientCondition[] {
  if (Object.keys(file).length === 0)
    findings.add(path, 'nothing is asked of the client', 'write an option and a pattern');
  return Object.entries(file).flatMap(([name, value]): readonly ClientCondition[] => {
    if (name === 'member') {
      if (value === 'modem' || value === 'cpe') return [{ kind: 'member', member: value }];
      findings.add([...path, name], `${quote(value)} is no member`, 'write modem or cpe');
      return [];
    }
    const match = buildMatch(value, findings, [...path, name]);
    if (name === 'mac') return [{ kind: 'mac', match }];
    const relay = Object.hasOwn(RELAY_NAMES, name) ? RELAY_NAMES[name] : undefined;
    if (relay !== undefined) return [{ kind: 'relay', code: relay, match }];
    const spec = optionNamed(name);
    if (spec !== undefined) return [{ kind: 'option', code: spec.code, match }];
    const words = ['vendor-class-identifier', 'user-class', 'mac', 'member', ...Object.keys(RELAY_NAMES)];
    const hint = didYouMean(name, words, 'write the name of a DHCP option, or one of');
    findings.addAtKey(path, name, 'a client has no such thing', hint);
    return [];
  });
}

function buildMatch(value: ClientFile[string], findings: Findings, path: Path): OctetsMatch {
  if (typeof value === 'string') {
    if (latin1Octets(value) === undefined)
      findings.add(path, `${quote(value)} has a character that is no octet`, 'write { hex: ... } for it');
    return { kind: 'glob', glob: value };
  }
  if ('hex' in value) return { kind: 'octets', octets: fromHex(value.hex) ?? new Uint8Array(0), at: 'whole' };
  return { kind: 'octets', octets: fromHex(value['hex-start']) ?? new Uint8Array(0), at: 'start' };
}
