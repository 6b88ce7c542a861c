import { Name, parseName } from '../codec/dns/name.ts';
import type { Prefix } from '../core/address.ts';
import { PeerList } from '../store/access.ts';
import type { Findings, Path } from './findings.ts';
import { didYouMean } from './findings.ts';
import { quote } from './mistakes.ts';
import type { DnsFile } from './schema-services.ts';
import type { PeerText } from './values.ts';
import type { DnsKeyConfig, PeerConfig, ZonePeersConfig } from './zone-peers.ts';

const DNS_PORT = 53;

type ZoneFile = DnsFile['zones'][string];

export function buildKeys(file: DnsFile['keys'], findings: Findings, path: Path): readonly DnsKeyConfig[] {
  return Object.entries(file ?? {}).flatMap(([text, { algorithm, 'secret-file': secret }]) => {
    const name = parseName(text);
    if (!(name instanceof Name)) return [];
    const reference = findings.file(secret, 'file', [...path, text, 'secret-file']);
    return [{ name, algorithm: algorithm ?? 'hmac-sha256', secret: reference }];
  });
}

/** Who gives a zone, gets it, is told of it and may change it. */
export function buildZonePeers(
  file: ZoneFile,
  keys: readonly DnsKeyConfig[],
  findings: Findings,
  path: Path,
): ZonePeersConfig {
  const keyOf = (text: string | undefined, at: Path): Name | undefined => {
    if (text === undefined) return undefined;
    const name = parseName(text);
    const known = name instanceof Name ? keys.find((key) => key.name.equals(name)) : undefined;
    if (known === undefined) {
      const names = keys.map((key) => key.name.toString().slice(0, -1));
      findings.add(at, `${quote(text)} is no key of this server`, didYouMean(text, names, 'its keys are'));
    }
    return known?.name;
  };
  const peersOf = (list: readonly PeerText[] | undefined, key: string): PeerConfig[] =>
    (list ?? []).map((peer) => ({
      address: peer.address,
      port: peer.port ?? DNS_PORT,
      key: keyOf(peer.key, [...path, key]),
    }));
  const listOf = (key: 'allow-transfer' | 'allow-update' | 'allow-notify'): PeerList | undefined => {
    const list = file[key];
    return (
      list &&
      new PeerList(
        list.flat().map((entry: Entry) => ({ prefix: entry.prefix, key: keyOf(entry.key, [...path, key]) })),
      )
    );
  };
  const notify = file.notify ?? [];
  if (file.primaries !== undefined && file['allow-update'] !== undefined)
    findings.addAtKey(path, 'allow-update', 'the zone is a copy', 'allow updates at its primary');
  if (file.primaries === undefined && file['allow-notify'] !== undefined)
    findings.addAtKey(path, 'allow-notify', 'the zone is no copy', 'name its primaries, or leave this out');
  return {
    primaries: peersOf(file.primaries, 'primaries'),
    notify: peersOf(
      notify.filter((peer) => peer !== 'servers'),
      'notify',
    ),
    notifiesServers: notify.includes('servers'),
    allowTransfer: listOf('allow-transfer'),
    allowUpdate: listOf('allow-update'),
    allowNotify: listOf('allow-notify'),
  };
}

interface Entry {
  readonly prefix: Prefix | undefined;
  readonly key: string | undefined;
}
