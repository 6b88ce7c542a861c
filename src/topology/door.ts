import type { ServiceConfig } from '../config/scenario.ts';
import type { HostSpec } from '../core/driver.ts';
import { limiterSpec } from '../policy/limit/limiter.ts';
import { sourceReader } from '../policy/limit/source.ts';

/** The queue and the limiter of a host: config lets only one of the services at an address have each. */
export function doorOf(services: readonly ServiceConfig[]): Pick<HostSpec, 'capacity' | 'limiter'> {
  const queued = services.find(({ capacity }) => capacity !== undefined);
  const limited = services.find(({ limiter }) => limiter !== undefined);
  return {
    capacity: queued?.capacity && {
      ...queued.capacity,
      name: queued.name,
      sourceOf: sourceReader('source', queued.kind),
    },
    limiter:
      limited?.limiter &&
      limiterSpec(limited.limiter, limited.name, sourceReader(limited.limiter.by, limited.kind)),
  };
}
