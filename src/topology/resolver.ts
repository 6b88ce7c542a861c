import { typeNumber } from '../codec/dns/registry.ts';
import type {
  Asked,
  AttackerDeviceConfig,
  PopulationDeviceConfig,
  ResolverServiceConfig,
} from '../config/resolver.ts';
import { isIpv4 } from '../core/address.ts';
import { bug } from '../core/errors.ts';
import { Random, streamKey } from '../core/random.ts';
import type { Service } from '../core/service.ts';
import { AttackerService } from '../service/attacker.ts';
import { PopulationService } from '../service/population.ts';
import { ResolverService } from '../service/resolver.ts';
import { nameAt } from './name-at.ts';
import { anchorOf } from './signing.ts';
import type { World } from './world.ts';

export function resolverMaker(config: ResolverServiceConfig, world: World): () => Service {
  const { seed, crypto, epoch } = world;
  const { name, roots, allowQuery, cache, minimises, fixedPort, usesCookies, networks, addresses } = config;
  const options = {
    roots,
    allowQuery,
    ...cache,
    minimises,
    fixedPort,
    usesCookies,
    networks,
    // It asks from its own addresses, so servers of another family are out of reach.
    usesIpv4: addresses.some(({ address }) => isIpv4(address)),
    usesIpv6: addresses.some(({ address }) => !isIpv4(address)),
    validation:
      config.trustAnchors.length === 0
        ? undefined
        : { anchors: config.trustAnchors.map((zone) => anchorOf(zone, world)), crypto, epoch },
  };
  return () => new ResolverService({ ...options, random: new Random(streamKey(seed, name)) });
}

export function populationMaker(device: PopulationDeviceConfig, seed: number): () => Service {
  const { name, stubs, rate, shares, asks, reportUs } = device;
  const questions = asks.map((asked) => questionOf(asked, name));
  return () =>
    new PopulationService({
      stubs,
      rate,
      shares,
      questions,
      reportUs,
      random: new Random(streamKey(seed, name)),
    });
}

export function attackerMaker(device: AttackerDeviceConfig, seed: number): () => Service {
  const { name, address, resolver, server, port, packets, everyUs, rounds } = device;
  const zone = nameAt(`devices.${name}.zone`, device.zone);
  const options = { own: address.address, resolver, server, zone, port, packets, everyUs, rounds };
  return () => new AttackerService({ ...options, random: new Random(streamKey(seed, name)) });
}

function questionOf({ name, type }: Asked, device: string) {
  const qtype = typeNumber(type) ?? bug(`config let the type ${type} pass`);
  return { qname: nameAt(`devices.${device}.ask`, name), qtype };
}
