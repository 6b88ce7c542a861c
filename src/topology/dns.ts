import { ScenarioError } from '../config/mistakes.ts';
import type { DnsServiceConfig } from '../config/scenario.ts';
import type { FileReference } from '../config/place.ts';
import type { ZoneConfig } from '../config/dns-settings.ts';
import { fromHex } from '../core/bytes.ts';
import { Random, streamKey } from '../core/random.ts';
import { runSteps } from '../core/steps.ts';
import { utf8Octets, utf8Text } from '../core/text.ts';
import type { ServerCookieOptions } from '../engine/dns/cookies.ts';
import { DEFAULT_RATES, type ResponseRateLimits } from '../engine/dns/response-rates.ts';
import { ZonePolicies, type ZonePoliciesOptions } from '../engine/dns/policy-routing.ts';
import { Atlas } from '../policy/dns/client.ts';
import { ALL_HEALTHY, type HealthSource } from '../policy/dns/health-view.ts';
import type { DnsServiceOptions } from '../service/dns.ts';
import type { Zone } from '../store/zone.ts';
import { ZoneSet } from '../store/zone-set.ts';
import { nameAt } from './name-at.ts';
import type { Contents } from './contents.ts';
import type { World } from './world.ts';
import { type ZoneSignings, zoneSignings } from './signing.ts';
import { dnsWork } from './zone-work.ts';
import { zoneSteps } from './zones.ts';

const SECRET_OCTETS = 16;

/** All but its dice. */
type MadeOptions = Omit<DnsServiceOptions, 'random' | 'health'> & { readonly health: HealthSource };

/** What a name server is made with: its zones are read here, once. */
export function dnsServerOptions(config: DnsServiceConfig, world: World): MadeOptions {
  const health: HealthSource = { current: ALL_HEALTHY };
  const signing = zoneSignings(config, world);
  return {
    zones: buildZones(config, { health, signing }, world),
    health,
    udpOctetsMax: config.udpOctetsMax,
    tlsPort: config.tls?.port,
    allowQuery: config.allowQuery,
    nsid: config.nsid === undefined ? undefined : utf8Octets(config.nsid),
    cookies: config.cookies === 'off' ? undefined : cookieOptions(config, world),
    wantsCookie: config.cookies === 'required',
    rates: buildRates(config),
    work: dnsWork(config, signing, world),
  };
}

function cookieOptions(config: DnsServiceConfig, world: World): ServerCookieOptions {
  const { crypto, contents, epoch, seed, entropy } = world;
  const chance = new Random(streamKey(seed, `${config.name} cookies`));
  return {
    secrets: config.cookieSecrets === undefined ? [] : readSecrets(config.cookieSecrets, contents, world),
    draw: () =>
      entropy?.(SECRET_OCTETS) ?? Uint8Array.from({ length: SECRET_OCTETS }, () => chance.below(256)),
    sipHash24: (key, message) => crypto.sipHash24(key, message),
    epoch,
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

interface ZoneCompany {
  readonly health: HealthSource;
  readonly signing: ZoneSignings;
}

function buildZones(config: DnsServiceConfig, { health, signing }: ZoneCompany, world: World): ZoneSet {
  const access = new Map<string, ZoneConfig['allowQuery']>();
  const atlas = buildAtlas(config, world);
  const zones = config.zones.flatMap((zone) => {
    if (zone.source.kind === 'copy') return [];
    const policies = buildPolicies(zone, { server: config.name, atlas, health }, world);
    const steps = zoneSteps(zone, config.name, world, {
      routed: policies && ((plain) => policies.routedSets(plain)),
      signer: signing(zone).signer,
    });
    const built = runSteps(steps);
    refuseSigned(zone, built, world);
    access.set(built.apex.key, zone.allowQuery);
    return [built];
  });
  const set = new ZoneSet(zones, ({ key }) => ({ allowQuery: access.get(key) }));
  for (const { source, apex, allowQuery } of config.zones)
    if (source.kind === 'copy') set.reserve(nameAt(`services.${config.name}.zones`, apex), { allowQuery });
  return set;
}

function buildAtlas({ geography }: DnsServiceConfig, { contents }: World): Atlas {
  const { geoip } = geography;
  return new Atlas({ ...geography, database: geoip && contents.places?.(geoip) });
}

function buildPolicies(
  { apex, routing }: ZoneConfig,
  around: Pick<ZonePoliciesOptions, 'server' | 'atlas' | 'health'>,
  { scenario, seed }: World,
): ZonePolicies | undefined {
  if (routing.length === 0) return undefined;
  const groups = routing.map((group) => ({ ...group, place: { ...group.place, file: scenario.fileName } }));
  return new ZonePolicies(groups, { zone: nameAt(`services.${around.server}.zones`, apex), seed, ...around });
}

/** What somebody else signed has a signature for one answer, not for the many that a policy may give. */
function refuseSigned({ routing }: ZoneConfig, { soa, apex }: Zone, { scenario }: World): void {
  const [first] = routing;
  if (first === undefined || soa.signatures === undefined) return;
  const { line, column } = first.place;
  throw new ScenarioError(scenario.fileName, [
    {
      line,
      column,
      path: '',
      message: `${apex.toString()} came signed, and no policy can choose among signed records`,
      hint: 'let the server sign the zone itself, or put these names into a zone of their own',
    },
  ]);
}
