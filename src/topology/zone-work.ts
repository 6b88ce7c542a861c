import { fromBase64 } from '../codec/dns/base64.ts';
import { ScenarioError } from '../config/mistakes.ts';
import type { ZoneConfig } from '../config/dns-settings.ts';
import type { DnsServiceConfig } from '../config/scenario.ts';
import type { DnsKeyConfig, PeerConfig } from '../config/zone-peers.ts';
import { int32At } from '../core/bytes.ts';
import { Random, streamKey } from '../core/random.ts';
import { utf8Text } from '../core/text.ts';
import type { Peer } from '../engine/dns/transfer/requests.ts';
import type { TsigKey } from '../engine/dns/tsig.ts';
import type { DnsWorkOptions } from '../service/dns.ts';
import type { ZoneDuties } from '../service/zone-keep.ts';
import { nameAt } from './name-at.ts';
import type { ZoneSigning, ZoneSignings } from './signing.ts';
import type { World } from './world.ts';

/** What a name server does with its zones beyond answering. */
export function dnsWork(config: DnsServiceConfig, signing: ZoneSignings, world: World): DnsWorkOptions {
  const { crypto, epoch, seed, entropy, listen } = world;
  const keys = config.keys.map((key) => readKey(key, world));
  const chance = entropy?.(4);
  return {
    duties: config.zones.map((zone) => ({
      ...dutiesOf(zone, keys, config),
      ...workOf(zone, signing(zone), world),
    })),
    keys,
    hashes: crypto,
    random: new Random(
      chance === undefined ? streamKey(seed, `${config.name} requests`) : int32At(chance, 0),
    ),
    epoch,
    addresses: listen ?? config.addresses.map(({ address }) => address),
  };
}

function dutiesOf(
  zone: ZoneConfig,
  keys: readonly TsigKey[],
  config: DnsServiceConfig,
): Omit<ZoneDuties, 'build' | 'copies'> {
  const { apex, peers } = zone;
  const peerOf = ({ address, port, key }: PeerConfig): Peer => ({
    address,
    port,
    key: keys.find(({ name }) => key !== undefined && name.equals(key)),
  });
  return {
    apex: nameAt(`services.${config.name}.zones`, apex),
    primaries: peers.primaries.map(peerOf),
    notify: peers.notify.map(peerOf),
    notifyServers: peers.notifiesServers ? 'servers' : undefined,
    allowTransfer: peers.allowTransfer,
    allowUpdate: peers.allowUpdate,
    allowNotify: peers.allowNotify,
  };
}

function workOf(
  { apex, check }: ZoneConfig,
  { signer, copies }: ZoneSigning,
  { crypto }: World,
): Pick<ZoneDuties, 'build' | 'copies'> {
  return { build: { file: apex, mode: check, sha1: crypto.sha1, signer }, copies };
}

/** The secret in base 64 alone, or between the quotes of what tsig-keygen prints. */
function readKey({ name, algorithm, secret }: DnsKeyConfig, { contents }: World): TsigKey {
  const text = utf8Text(contents.octets(secret));
  const digits = /secret\s+"([^"]+)"/.exec(text)?.[1] ?? text;
  const octets = fromBase64(digits.replace(/\s/g, ''));
  if (octets !== undefined && octets.length > 0) return { name, algorithm, secret: octets };
  // What stands there is a secret, and is not shown.
  const hint = 'write it in base 64, such as openssl rand -base64 32 prints';
  throw new ScenarioError(secret.path, [
    { line: 1, column: 1, path: secret.at, message: 'this is no secret', hint },
  ]);
}
