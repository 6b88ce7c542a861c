import { NEVER, type Instant, toInstant } from '../core/time.ts';
import { HostFaultBuilder } from './build-host-faults.ts';
import { NetworkFaultBuilder } from './build-network-faults.ts';
import type { Fault, FaultCommon } from './fault.ts';
import type { Findings, Path } from './findings.ts';
import { quote } from './mistakes.ts';
import type { DeviceConfig, ServiceConfig } from './scenario.ts';
import type { HostFaultFile, NetworkFaultFile } from './schema-faults.ts';
import { pathText } from './source.ts';

export type FaultFile = Exclude<NetworkFaultFile | HostFaultFile, { do: 'restart' }>;

/** The id of a fault that has none of its own. */
export function faultId(
  file: { readonly do: string; readonly id?: string | undefined },
  index: number,
): string {
  return file.id ?? `${file.do}-${index}`;
}

/** The faults of a timeline. */
export class FaultBuilder {
  readonly #findings: Findings;
  readonly #network: NetworkFaultBuilder;
  readonly #hosts: HostFaultBuilder;
  readonly #ids = new Set<string>();

  constructor(devices: readonly DeviceConfig[], services: readonly ServiceConfig[], findings: Findings) {
    this.#findings = findings;
    this.#network = new NetworkFaultBuilder(devices, services, findings);
    this.#hosts = new HostFaultBuilder(devices, services, findings);
  }

  build(file: FaultFile, index: number): Fault | undefined {
    const path: Path = ['timeline', index];
    const common: FaultCommon = {
      at: toInstant(file.at ?? 0),
      path: pathText(path),
      id: this.#id(faultId(file, index), path),
      until: this.#end(file, path),
      mustFire: file['must-fire'],
    };
    switch (file.do) {
      case 'crash':
      case 'disk':
      case 'clock':
      case 'slow':
      case 'rogue':
      case 'fill-pool':
      case 'change':
        return this.#hosts.build(file, common, path);
      default:
        return this.#network.build(file, common, path);
    }
  }

  #id(id: string, path: Path): string {
    if (this.#ids.has(id))
      this.#findings.add(
        this.#findings.has([...path, 'id']) ? [...path, 'id'] : path,
        `the id ${quote(id)} is taken`,
        'give each fault its own',
      );
    this.#ids.add(id);
    return id;
  }

  #end(file: FaultFile, path: Path): Instant {
    const lasts = 'for' in file ? file.for : undefined;
    if (lasts === undefined) return NEVER;
    if (lasts === 0)
      this.#findings.add([...path, 'for'], 'it ends when it begins', 'write how long it lasts, such as 30s');
    return toInstant((file.at ?? 0) + lasts);
  }
}
