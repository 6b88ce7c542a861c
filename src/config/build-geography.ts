import type { Point } from '../policy/dns/point.ts';
import { type Place, parsePlace } from '../policy/dns/place.ts';
import type { ClientLocation, Region } from '../policy/dns/group.ts';
import { MILLISECOND } from '../core/time.ts';
import { didYouMean, type Findings, type Path } from './findings.ts';
import { quote } from './mistakes.ts';
import type { GeographyConfig } from './dns-settings.ts';
import type { DnsFile } from './schema-services.ts';

/** Where clients and targets of a name server are. */
export function buildGeography(file: DnsFile, findings: Findings, path: Path): GeographyConfig {
  const regions = Object.entries(file.regions ?? {}).map(([name, { at }]): Region => ({
    name,
    at: buildPoint(at),
  }));
  const seen = new Map<string, string>();
  const locations = Object.entries(file.locations ?? {}).map(([name, location]): ClientLocation => {
    const here = [...path, 'locations', name];
    for (const { address, length } of location.networks) {
      const key = `${address}/${length}`;
      const other = seen.get(key);
      if (other !== undefined)
        findings.add(
          [...here, 'networks'],
          `a network of ${other} is here too`,
          'let each network be in one location',
        );
      seen.set(key, name);
    }
    return {
      name,
      networks: location.networks,
      place: buildPlace(location.place, findings, [...here, 'place']),
      at: buildPoint(location.at),
      latencyMs: buildLatency(location.latency, regions, findings, [...here, 'latency']),
    };
  });
  return {
    regions,
    locations,
    latencyDefault: buildLatency(file['latency-default'], regions, findings, [...path, 'latency-default']),
    geoip: file.geoip === undefined ? undefined : findings.file(file.geoip, 'file', [...path, 'geoip']),
  };
}

export function buildPoint(at: readonly [number, number] | undefined): Point | undefined {
  return at && { latitude: at[0], longitude: at[1] };
}

export function buildPlace(text: string | undefined, findings: Findings, path: Path): Place | undefined {
  if (text === undefined) return undefined;
  const place = parsePlace(text);
  if (!('fault' in place)) return place;
  findings.add(path, `${quote(text)} will not do`, `write ${place.fault}`);
  return undefined;
}

function buildLatency(
  file: Readonly<Record<string, number>> | undefined,
  regions: readonly Region[],
  findings: Findings,
  path: Path,
): ReadonlyMap<string, number> {
  const names = regions.map(({ name }) => name);
  const entries = Object.entries(file ?? {});
  for (const [name] of entries)
    if (!names.includes(name))
      findings.addAtKey(path, name, 'there is no such region', didYouMean(name, names, 'the regions are'));
  return new Map(entries.map(([name, us]) => [name, us / MILLISECOND]));
}
