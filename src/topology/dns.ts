import { ScenarioError } from '../config/mistakes.ts';
import type { DnsServiceConfig, FileReference, ZoneConfig } from '../config/scenario.ts';
import { fromHex } from '../core/bytes.ts';
import { ConfigError } from '../core/errors.ts';
import { Random, streamKey } from '../core/random.ts';
import { utf8Octets, utf8Text } from '../core/text.ts';
import type { ServerCookieOptions } from '../engine/dns/cookies.ts';
import { DEFAULT_RATES, type ResponseRateLimits } from '../engine/dns/response-rates.ts';
import type { DnsServiceOptions } from '../service/dns.ts';
import type { Zone } from '../store/zone.ts';
import { loadZone } from '../store/zone-builder.ts';
import type { ZoneFinding } from '../store/zone-finding.ts';
import { ZoneSet } from '../store/zone-set.ts';
import type { Contents } from './contents.ts';
import { nameAt } from './name-at.ts';
import type { World } from './world.ts';

const SECRET_OCTETS = 16;

/** What a name server is made with: its zones are read here, once. */
export function dnsServerOptions(config: DnsServiceConfig, world: World): Omit<DnsServiceOptions, 'random'> {
  return {
    zones: buildZones(config, world),
    udpOctetsMax: config.udpOctetsMax,
    tlsPort: config.tls?.port,
    allowQuery: config.allowQuery,
    nsid: config.nsid === undefined ? undefined : utf8Octets(config.nsid),
    cookies: config.cookies === 'off' ? undefined : cookieOptions(config, world),
    wantsCookie: config.cookies === 'required',
    rates: buildRates(config),
  };
}

function cookieOptions(config: DnsServiceConfig, world: World): ServerCookieOptions {
  const { crypto, contents, epochUs, seed, entropy } = world;
  const chance = new Random(streamKey(seed, `${config.name} cookies`));
  return {
    secrets: config.cookieSecrets === undefined ? [] : readSecrets(config.cookieSecrets, contents, world),
    draw: () =>
      entropy?.(SECRET_OCTETS) ?? Uint8Array.from({ length: SECRET_OCTETS }, () => chance.below(256)),
    sipHash24: (key, message) => crypto.sipHash24(key, message),
    epochUs,
  };
}

function readSecrets(file: FileReference, contents: Contents, { scenario }: World): readonly Uint8Array[] {
  const lines = utf8Text(contents.octets(file)).split('\n');
  const secrets: Uint8Array[] = [];
  for (const [index, line] of lines.entries()) {
    const text = line.trim();
    if (text === '' || text.startsWith('#')) continue;
    const secret = fromHex(text);
    // What stands there is a secret, and is not shown.
    if (secret?.length !== SECRET_OCTETS)
      throw new ScenarioError(file.path, [
        {
          line: index + 1,
          column: 1,
          path: file.at,
          message: 'this is no cookie secret',
          hint: 'write 32 hex digits',
        },
      ]);
    secrets.push(secret);
  }
  if (secrets.length > 0) return secrets;
  const hint = 'write a line of 32 hex digits, such as openssl rand -hex 16 prints';
  throw new ScenarioError(scenario.fileName, [
    { ...file.place, path: file.at, message: `no secret is in ${file.path}`, hint },
  ]);
}

function buildRates({ rateLimit }: DnsServiceConfig): ResponseRateLimits | undefined {
  if (rateLimit === undefined) return undefined;
  const { perSecond, windowSeconds, slip, ipv4Length, ipv6Length, flowsMax } = DEFAULT_RATES;
  return {
    perSecond: rateLimit.perSecond ?? perSecond,
    windowSeconds: rateLimit.windowSeconds ?? windowSeconds,
    slip: rateLimit.slip ?? slip,
    ipv4Length: rateLimit.ipv4Length ?? ipv4Length,
    ipv6Length: rateLimit.ipv6Length ?? ipv6Length,
    flowsMax: rateLimit.flowsMax ?? flowsMax,
  };
}

function buildZones(config: DnsServiceConfig, world: World): ZoneSet {
  const access = new Map<string, ZoneConfig['allowQuery']>();
  const zones = config.zones.map((zone) => {
    const built = buildZone(zone, config.name, world);
    access.set(built.apex.key, zone.allowQuery);
    return built;
  });
  return new ZoneSet(zones, ({ key }) => ({ allowQuery: access.get(key) }));
}

function buildZone({ apex, check, source }: ZoneConfig, name: string, world: World): Zone {
  const { contents, crypto, scenario } = world;
  const options = {
    origin: nameAt(`services.${name}.zones`, apex),
    mode: check,
    report: (finding: ZoneFinding) => world.notice?.(noticeOf(finding)),
    sha1: crypto.sha1,
  };
  if (source.kind === 'text') return loadZone(source.text, { ...options, file: source.at });
  try {
    const { file } = source;
    return loadZone(utf8Text(contents.octets(file)), {
      ...options,
      file: file.path,
      include: contents.beside && ((path) => contents.beside?.(file, path) ?? { fault: 'no $INCLUDE' }),
    });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw zoneMistake(error, scenario.fileName);
  }
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
