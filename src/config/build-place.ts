import type { InterfaceAddress } from '../core/service.ts';
import type { Findings, Path } from './findings.ts';
import type { PlaceConfig } from './scenario.ts';
import type { ServiceFile } from './schema-services.ts';

const VIRTUAL: PlaceConfig = { kind: 'virtual' };

/** Who stands where a service is, and what is said of a place that it does not have. */
export function buildPlace(
  file: ServiceFile,
  service: { readonly kind: string; readonly addresses: readonly InterfaceAddress[] },
  findings: Findings,
  path: Path,
): PlaceConfig {
  const place = file.place ?? 'virtual';
  if (place !== 'replay') {
    for (const key of ['trace', 'recorded-as', 'unrecorded'] as const)
      if (file[key] !== undefined)
        findings.add(
          [...path, key],
          'only a service with place: replay has this',
          'write place: replay beside it, or leave it out',
        );
    return VIRTUAL;
  }
  if (service.kind === 'ftp')
    findings.add(
      [...path, 'place'],
      'a recording of ftp is not replayed: it speaks TCP',
      'let it be virtual',
    );
  if (file.trace === undefined) {
    findings.add(
      path,
      'place: replay needs a recording',
      'name a capture or a trace, such as trace: ./files/boot.pcapng',
    );
    return VIRTUAL;
  }
  const recordedAs = file['recorded-as'];
  return {
    kind: 'replay',
    recording: findings.file(file.trace, 'file', [...path, 'trace']),
    recordedAs: recordedAs === undefined ? service.addresses.map(({ address }) => address) : [recordedAs],
    unrecorded: file.unrecorded ?? 'inconclusive',
  };
}
