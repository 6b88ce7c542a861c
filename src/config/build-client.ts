import { SECOND } from '../core/time.ts';
import { interfaceAddress } from './addresses.ts';
import { didYouMean, type Findings, type Path } from './findings.ts';
import { quote } from './mistakes.ts';
import type { ClientDeviceConfig } from './router.ts';
import type { ServiceConfig } from './scenario.ts';
import type { ClientFile } from './schema-router.ts';

const PATIENCE_US = 30 * SECOND;

/** A host that fetches one file; undefined when nothing it names is there. */
export function buildClient(
  name: string,
  file: ClientFile,
  services: readonly ServiceConfig[],
  findings: Findings,
  path: Path,
): ClientDeviceConfig {
  findings.segment(file.on, [...path, 'on']);
  const fitting = services.filter(({ kind }) => kind === 'tftp' || kind === 'ftp');
  const service = fitting.find((one) => one.name === file.from);
  if (service === undefined)
    findings.add(
      [...path, 'from'],
      `${quote(file.from)} is no service that gives files`,
      didYouMean(
        file.from,
        fitting.map((one) => one.name),
        'they are',
      ),
    );
  const protocol = service?.kind === 'ftp' ? 'ftp' : 'tftp';
  if (service !== undefined && protocol === 'tftp') {
    if (file.fetch === undefined)
      findings.add(path, 'TFTP has no list of files to ask for', 'write fetch: with the name of a file');
    for (const key of ['mode', 'patience'] as const)
      if (file[key] !== undefined) findings.addAtKey(path, key, `TFTP has no ${key}`, 'take it away');
  }
  if (file.patience === 0)
    findings.add([...path, 'patience'], 'it would not wait at all', 'write 1s or more');
  const address = interfaceAddress(file.ip, file.router);
  return {
    name,
    kind: 'client',
    count: file.count,
    on: file.on,
    mac: undefined,
    address,
    protocol,
    server: file.at ?? service?.addresses[0]?.address ?? address.address,
    file: file.fetch,
    mode: file.mode ?? 'passive',
    patienceUs: file.patience ?? PATIENCE_US,
  };
}
