import { Reader } from 'mmdb-lib';
import { type Mistake, quote, ScenarioError } from '../config/mistakes.ts';
import type { FileReference } from '../config/place.ts';
import type { Scenario } from '../config/scenario.ts';
import { formatIp, ipv4At, ipv6At } from '../core/address.ts';
import type { GeoFinding, GeoLookup } from '../policy/dns/group.ts';
import { type Place, placeOfCountry } from '../policy/dns/place.ts';
import type { Point } from '../policy/dns/point.ts';

/** What databases of places have in common: MaxMind's by nested records, ip-location-db's by one code. */
interface PlaceRecord {
  readonly country?: { readonly iso_code?: string };
  readonly country_code?: string;
  readonly subdivisions?: readonly { readonly iso_code?: string }[];
  readonly location?: { readonly latitude?: number; readonly longitude?: number };
}

/** A database in the format of MaxMind; it is read whole and stays in memory. */
export function readPlaces(octets: Uint8Array, file: FileReference, scenario: Scenario): GeoLookup {
  const reader = openReader(octets, file, scenario);
  const hasIpv6 = reader.metadata.ipVersion === 6;
  return {
    find: (address): GeoFinding => {
      if (address.length === 16 && !hasIpv6) return UNKNOWN;
      const ip = address.length === 4 ? ipv4At(address, 0) : ipv6At(address, 0);
      const [record, prefixLength] = reader.getWithPrefixLength(formatIp(ip)) as [PlaceRecord | null, number];
      return { place: placeOf(record), at: pointOf(record), prefixLength };
    },
  };
}

const UNKNOWN: GeoFinding = { place: undefined, at: undefined, prefixLength: 0 };

function openReader(octets: Uint8Array, file: FileReference, { fileName }: Scenario): Reader<never> {
  try {
    return new Reader(Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength));
  } catch {
    const message = `${quote(file.path)} is no database of places`;
    const mistake: Mistake = {
      ...file.place,
      path: file.at,
      message,
      hint: 'name a file in the format of MaxMind (mmdb)',
    };
    throw new ScenarioError(fileName, [mistake]);
  }
}

function placeOf(record: PlaceRecord | null): Place | undefined {
  const country = record?.country?.iso_code ?? record?.country_code;
  return country === undefined ? undefined : placeOfCountry(country, record?.subdivisions?.[0]?.iso_code);
}

function pointOf(record: PlaceRecord | null): Point | undefined {
  const { latitude, longitude } = record?.location ?? {};
  return latitude === undefined || longitude === undefined ? undefined : { latitude, longitude };
}
