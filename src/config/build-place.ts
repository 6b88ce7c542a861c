import type { InterfaceAddress } from '../core/service.ts';
import type { Findings, Path } from './findings.ts';
import type { LiveDeviceConfig, PlaceConfig } from './scenario.ts';
import type { ServiceFile } from './schema-services.ts';
import { placeOf } from './source.ts';

const VIRTUAL: PlaceConfig = { kind: 'virtual' };

/** Who stands where a service is, and what is said of a place that it does not have. */
export function buildPlace(
  file: ServiceFile,
  service: { readonly kind: string; readonly addresses: readonly InterfaceAddress[] },
  findings: Findings,
  path: Path,
): PlaceConfig {
  const place = file.place ?? 'virtual';
  if (place !== 'live' && file.outside !== undefined)
    findings.add(
      [...path, 'outside'],
      'only a service with place: live has this',
      'write place: live beside it, or leave it out',
    );
  if (place !== 'replay') {
    for (const key of ['trace', 'recorded-as', 'unrecorded'] as const)
      if (file[key] !== undefined)
        findings.add(
          [...path, key],
          'only a service with place: replay has this',
          'write place: replay beside it, or leave it out',
        );
    return place === 'live' ? buildLive(file, service, findings, path) : VIRTUAL;
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

function buildLive(
  file: ServiceFile,
  { kind }: { readonly kind: string },
  findings: Findings,
  path: Path,
): PlaceConfig {
  const at = [...path, 'place'];
  if (kind === 'ftp')
    findings.add(
      at,
      'a real ftp server is not reached: its data connections come from ports of their own',
      'let it be virtual',
    );
  for (const key of ['capacity', 'limiter'] as const)
    if (file[key] !== undefined)
      findings.addAtKey(
        path,
        key,
        'a real server has its own',
        'leave it out, or let the service be virtual',
      );
  return { kind: 'live', outside: file.outside, at: placeOf(findings.root, at) };
}

interface DeviceFile {
  readonly place?: 'virtual' | 'live' | 'headend' | undefined;
  readonly interface?: string | undefined;
  readonly mac?: unknown;
}

/** Whether a device is real, or another headend's, and where; `own` are the keys that say what a simulated one does. */
export function buildLiveDevice<File extends DeviceFile>(
  file: File,
  own: readonly (keyof File & string)[],
  findings: Findings,
  path: Path,
): LiveDeviceConfig | undefined {
  if (file.place !== 'live' && file.place !== 'headend') {
    if (file.interface !== undefined)
      findings.addAtKey(
        path,
        'interface',
        'only a device with place: live is plugged in anywhere',
        'write place: live beside it, or leave it out',
      );
    return undefined;
  }
  const at = placeOf(findings.root, [...path, 'place']);
  if (file.place === 'headend') return { who: 'headend', interface: file.interface, at };
  if (file.mac === undefined)
    findings.add(path, 'a real device is known by its hardware address', 'write mac: with the one it has');
  for (const key of own)
    if (file[key] !== undefined)
      findings.addAtKey(
        path,
        key,
        'a real device says this itself',
        'leave it out, or let the device be virtual',
      );
  return { who: 'real', interface: file.interface, at };
}
