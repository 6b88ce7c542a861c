import { CLIENT_PORT, Option } from '../codec/dhcp/codes.ts';
import { typeNumber } from '../codec/dns/registry.ts';
import type { HostDeviceConfig, Question } from '../config/scenario.ts';
import type { Mac } from '../core/address.ts';
import { bug } from '../core/errors.ts';
import { Random, streamKey } from '../core/random.ts';
import type { Service } from '../core/service.ts';
import { utf8Octets } from '../core/text.ts';
import { type DhcpClientProfile, HOST_PROFILE } from '../engine/dhcp/client-profile.ts';
import { Bundle } from '../service/bundle.ts';
import { EchoService } from '../service/echo.ts';
import { HostService } from '../service/host.ts';
import type { LookupQuestion } from '../service/lookups.ts';
import { StubService } from '../service/stub.ts';
import { nameAt } from './name-at.ts';
import { anchorOf } from './signing.ts';
import type { World } from './world.ts';

/** The maker of one plain host: with a DHCP client, or with the address that the file gives. */
export function hostMaker(
  device: HostDeviceConfig,
  site: { readonly name: string; readonly mac: Mac },
  world: World,
): () => Service {
  const make = clientMaker(device, site, world);
  const { echoes, address } = device;
  if (echoes.length === 0) return make;
  const none = { tcpPorts: [], tables: [] };
  return () =>
    new Bundle([
      { name: 'client', service: make(), udpPorts: address === undefined ? [CLIENT_PORT] : [], ...none },
      { name: 'echo', service: new EchoService(echoes), udpPorts: echoes, ...none },
    ]);
}

function clientMaker(
  device: HostDeviceConfig,
  { name, mac }: { readonly name: string; readonly mac: Mac },
  world: World,
): () => Service {
  const { seed } = world;
  const { resolvers, ask, address, trustAnchors } = device;
  const validation =
    trustAnchors.length === 0
      ? undefined
      : {
          anchors: trustAnchors.map((zone) => anchorOf(zone, world)),
          epoch: world.epoch,
          crypto: world.crypto,
        };
  const question = ask && lookupQuestion(ask, name);
  const random = (): Random => new Random(streamKey(seed, name));
  if (address !== undefined)
    return () => new StubService({ resolvers, question, validation, random: random() });
  const profile = hostProfile(device);
  const hostName = utf8Octets(name);
  const common = { mac, via: 0, profile, hostName, resolvers, question, validation };
  return () => new HostService({ ...common, random: random() });
}

function hostProfile({ class: vendorClass }: HostDeviceConfig): DhcpClientProfile {
  if (vendorClass === undefined) return HOST_PROFILE;
  const option = { code: Option.vendorClass, octets: utf8Octets(vendorClass) };
  return { ...HOST_PROFILE, options: [...HOST_PROFILE.options, option] };
}

function lookupQuestion({ name, type, everyUs }: Question, device: string): LookupQuestion {
  const qtype = typeNumber(type) ?? bug(`config let the type ${type} pass`);
  return { qname: nameAt(`devices.${device}.ask`, name), qtype, everyUs };
}
