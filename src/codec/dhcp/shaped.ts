import { formatIpv4, formatMac, ipv4At, macAt } from '../../core/address.ts';
import { toHex, u32At } from '../../core/bytes.ts';
import type { Plain } from '../../core/service.ts';
import { showOctets } from '../../core/text.ts';
import { describeCcc } from './option/ccc.ts';
import { describeClientId } from './option/client-id.ts';
import { RelaySuboption, docsisVersion } from './option/relay-agent.ts';
import { formatRoute, routesOf } from './option/routes.ts';
import { searchNamesOf } from './option/search.ts';
import type { Suboption } from './option/suboptions.ts';
import { suboptionsOf } from './option/suboptions.ts';
import { DOCSIS_VENDOR_NAMES } from './option/vendor.ts';
import { CABLELABS, CableLabsSuboption, enterprisesOf } from './option/vivso.ts';
import type { OptionKind } from './registry.ts';

/** An option with a shape of its own as plain data, keyed by the names of its parts; undefined when it is broken. */
export function describeShaped(kind: OptionKind, octets: Uint8Array): Plain | undefined {
  switch (kind) {
    case 'client-id':
      return describeClientId(octets);
    case 'vendor':
      return described(octets, describeVendor);
    case 'relay-agent':
      return described(octets, describeRelay);
    case 'ccc':
      return described(octets, describeCcc);
    case 'names':
      return searchNamesOf(octets)?.map((name) => showOctets(Uint8Array.from(name, (c) => c.charCodeAt(0))));
    case 'routes':
      return routesOf(octets)?.map(formatRoute);
    case 'enterprises':
      return describeEnterprises(octets);
    default:
      return undefined;
  }
}

function described(
  octets: Uint8Array,
  describe: (suboption: Suboption) => readonly [name: string, value: Plain],
): Plain | undefined {
  const suboptions = suboptionsOf(octets);
  return suboptions && Object.fromEntries(suboptions.map(describe));
}

function describeVendor({ code, octets }: Suboption): readonly [string, Plain] {
  const name = DOCSIS_VENDOR_NAMES[code];
  return name === undefined ? [String(code), toHex(octets)] : [name, showOctets(octets)];
}

const RELAY_NAMES: ReadonlyMap<number, string> = new Map([
  [RelaySuboption.circuitId, 'circuit-id'],
  [RelaySuboption.remoteId, 'remote-id'],
  [RelaySuboption.deviceClass, 'device-class'],
  [RelaySuboption.linkSelection, 'link-selection'],
  [RelaySuboption.subscriberId, 'subscriber-id'],
  [RelaySuboption.vendorSpecific, 'vendor-specific'],
  [RelaySuboption.flags, 'flags'],
  [RelaySuboption.serverOverride, 'server-override'],
  [RelaySuboption.relayId, 'relay-id'],
  [RelaySuboption.sourcePort, 'source-port'],
]);

function describeRelay({ code, octets }: Suboption): readonly [string, Plain] {
  return [RELAY_NAMES.get(code) ?? String(code), describeRelayValue(code, octets)];
}

function describeRelayValue(code: number, octets: Uint8Array): Plain {
  switch (code) {
    case RelaySuboption.remoteId:
      return octets.length === 6 ? formatMac(macAt(octets, 0)) : showOctets(octets);
    case RelaySuboption.linkSelection:
    case RelaySuboption.serverOverride:
      return octets.length === 4 ? formatIpv4(ipv4At(octets, 0)) : toHex(octets);
    case RelaySuboption.deviceClass:
      return octets.length === 4 ? u32At(octets, 0) : toHex(octets);
    case RelaySuboption.subscriberId:
      return showOctets(octets);
    case RelaySuboption.vendorSpecific:
      return describeRelayVendor(octets);
    default:
      return toHex(octets);
  }
}

function describeRelayVendor(octets: Uint8Array): Plain {
  const version = docsisVersion(Uint8Array.of(RelaySuboption.vendorSpecific, octets.length, ...octets));
  return version === undefined ? toHex(octets) : { docsis: `${version >> 8}.${version & 255}` };
}

function describeEnterprises(octets: Uint8Array): Plain | undefined {
  const shares = enterprisesOf(octets);
  if (shares === undefined) return undefined;
  return Object.fromEntries(
    shares.map(({ enterprise, octets: data }) => {
      const suboptions = suboptionsOf(data);
      if (suboptions === undefined) return [String(enterprise), toHex(data)];
      const describe = enterprise === CABLELABS ? describeCableLabs : describeUnknown;
      return [String(enterprise), Object.fromEntries(suboptions.map(describe))];
    }),
  );
}

function describeUnknown({ code, octets }: Suboption): readonly [string, Plain] {
  return [String(code), toHex(octets)];
}

function describeCableLabs({ code, octets }: Suboption): readonly [string, Plain] {
  switch (code) {
    case CableLabsSuboption.requests:
      return ['requests', [...octets]];
    case CableLabsSuboption.tftpServers:
      return ['tftp-servers', octets.length % 4 === 0 ? addresses(octets) : toHex(octets)];
    case CableLabsSuboption.modemCapabilities:
      return ['modem-capabilities', toHex(octets)];
    default:
      return describeUnknown({ code, octets });
  }
}

function addresses(octets: Uint8Array): string[] {
  return Array.from({ length: octets.length / 4 }, (_, index) => formatIpv4(ipv4At(octets, index * 4)));
}
