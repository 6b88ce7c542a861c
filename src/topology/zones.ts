import { ScenarioError } from '../config/mistakes.ts';
import type { FileReference } from '../config/place.ts';
import type { Scenario } from '../config/scenario.ts';
import type { ZoneConfig } from '../config/dns-settings.ts';
import { toHex } from '../core/bytes.ts';
import type { Crypto } from '../core/crypto.ts';
import { ConfigError, bug } from '../core/errors.ts';
import type { Steps } from '../core/steps.ts';
import { utf8Octets, utf8Text } from '../core/text.ts';
import type { PlainSets, RoutedSet } from '../store/routing.ts';
import type { Zone } from '../store/zone.ts';
import { loadZoneSteps } from '../store/zone-builder.ts';
import type { ZoneSigner } from '../store/zone-security.ts';
import type { ZoneFinding } from '../store/zone-finding.ts';
import type { Contents } from './contents.ts';
import { nameAt } from './name-at.ts';

/** What zones are made with. */
export interface ZoneMaking {
  readonly scenario: Scenario;
  readonly contents: Contents;
  readonly crypto: Crypto;
  /** Is told what was forgiven; left out, nobody is. */
  readonly notice?: ((text: string) => void) | undefined;
  /** Zones that need not be made again; left out, all are made. */
  readonly zones?: ZoneKeeper | undefined;
}

interface Kept {
  readonly zone: Zone;
  /** A digest of the file, and of each that it includes by the name it does it with. */
  readonly file: string;
  readonly included: ReadonlyMap<string, string>;
}

/** Zones by what their files held when they were made: a reload makes only those that have changed. */
export class ZoneKeeper {
  readonly #kept = new Map<string, Kept>();
  #before: ReadonlyMap<string, Kept>;

  /** Goes on with the zones of `before`. */
  constructor(before?: ZoneKeeper) {
    this.#before = before === undefined ? new Map() : before.#kept;
  }

  find(key: string): Kept | undefined {
    return this.#kept.get(key) ?? this.#before.get(key);
  }

  keep(key: string, kept: Kept): void {
    this.#kept.set(key, kept);
  }

  /** Lets go of those that nobody asked for. */
  forget(): void {
    this.#before = new Map();
  }
}

/** Makes the zones of all name servers ahead of the topology that then finds them kept; throws `ScenarioError`. */
export function* allZoneSteps(making: ZoneMaking & { readonly zones: ZoneKeeper }): Steps<void> {
  for (const service of making.scenario.services)
    if (service.kind === 'dns')
      for (const zone of service.zones)
        // Policies and signers are made with the server they are of.
        if (zone.source.kind === 'file' && zone.routing.length === 0 && zone.dnssec === undefined)
          yield* zoneSteps(zone, service.name, making);
}

/** What a zone has beside its records. */
export interface ZoneCompany {
  readonly routed?: ((plain: PlainSets) => Iterable<RoutedSet>) | undefined;
  readonly signer?: ZoneSigner | undefined;
}

/** Makes one zone of the name server `name`, or finds it kept; one with policies or a signer is made anew each time. */
export function* zoneSteps(
  config: ZoneConfig,
  name: string,
  making: ZoneMaking,
  { routed, signer }: ZoneCompany = {},
): Steps<Zone> {
  const isKept = routed === undefined && signer === undefined;
  const { apex, check, source } = config;
  const options = {
    origin: nameAt(`services.${name}.zones`, apex),
    mode: check,
    report: (finding: ZoneFinding) => making.notice?.(noticeOf(finding)),
    sha1: making.crypto.sha1,
    routed,
    signer,
  };
  if (source.kind === 'copy') bug('a copy comes from its primary');
  if (source.kind === 'text')
    return yield* placed(loadZoneSteps(source.text, { ...options, file: source.at }), making);
  const { file } = source;
  const octets = making.contents.octets(file);
  const digest = digestOf(octets, making);
  const key = [name, apex, check, file.path].join(' ');
  const kept = making.zones?.find(key);
  if (isKept && kept !== undefined && kept.file === digest && sameIncluded(kept, file, making)) {
    making.zones?.keep(key, kept);
    return kept.zone;
  }
  const included = new Map<string, string>();
  const include = (path: string): string | { readonly fault: string } => {
    const text = making.contents.beside?.(file, path) ?? { fault: 'no $INCLUDE' };
    if (typeof text === 'string') included.set(path, digestOf(utf8Octets(text), making));
    return text;
  };
  const zone = yield* placed(
    loadZoneSteps(utf8Text(octets), {
      ...options,
      file: file.path,
      include: making.contents.beside && include,
    }),
    making,
  );
  if (isKept) making.zones?.keep(key, { zone, file: digest, included });
  return zone;
}

/** A zone file's mistakes as those of a file that the scenario names. */
function* placed(steps: Steps<Zone>, { scenario }: ZoneMaking): Steps<Zone> {
  try {
    return yield* steps;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw zoneMistake(error, scenario.fileName);
  }
}

function digestOf(octets: Uint8Array, { crypto }: ZoneMaking): string {
  return toHex(crypto.sha1(octets));
}

function sameIncluded({ included }: Kept, file: FileReference, making: ZoneMaking): boolean {
  for (const [path, digest] of included) {
    const text = making.contents.beside?.(file, path);
    if (typeof text !== 'string' || digestOf(utf8Octets(text), making) !== digest) return false;
  }
  return true;
}

function noticeOf({ severity, rule, place, found, expected }: ZoneFinding): string {
  const at = place === undefined ? 'zone' : `${place.file}:${place.line}:${place.column}`;
  return `${at}: ${severity} ${rule.id}: ${found}: expected ${expected}`;
}

/** A zone file's mistake has its place in its path, as `lab.zone:3:7`. */
function zoneMistake({ path, found, expected }: ConfigError, fileName: string): ScenarioError {
  const place = /^(.*):(\d+):(\d+)$/.exec(path);
  const hint = `expected ${expected}`;
  if (place === null)
    return new ScenarioError(fileName, [{ line: 1, column: 1, path, message: found, hint }]);
  const [, file = '', line, column] = place;
  return new ScenarioError(file, [
    { line: Number(line), column: Number(column), path: '', message: found, hint },
  ]);
}
