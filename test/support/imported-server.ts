import type { DhcpOption } from '../../src/codec/dhcp/fields.ts';
import { describeMessage, type DhcpDescription } from '../../src/codec/dhcp/describe.ts';
import { decodeMessage } from '../../src/codec/dhcp/message.ts';
import { parseScenario } from '../../src/config/parse.ts';
import type { DhcpServiceConfig } from '../../src/config/scenario.ts';
import { formatIp } from '../../src/core/address.ts';
import { SECOND, toInstant } from '../../src/core/time.ts';
import { DhcpServer } from '../../src/engine/dhcp/server.ts';
import { dhcpServerOptions } from '../../src/topology/dhcp.ts';
import { clientMessage, ip, mac, option, textOption } from './dhcp-builders.ts';
import { hex } from './hex.ts';
import { importFixture } from './import-fixtures.ts';
import { RecordingEffects } from './recording-effects.ts';

/** A client of another server, which is to get the same of ours. */
export interface ImportedClient {
  readonly mac?: string;
  readonly giaddr?: string;
  /** Options 12, 60, 77 as text; 82, 61 and others as hex. */
  readonly sends?: Readonly<Record<number, string>>;
  readonly asks?: readonly number[];
}

const TEXTS = new Set([12, 60, 77]);

export function requestOf(
  type: 'discover' | 'request',
  { mac: own = '00:00:5e:00:53:99', giaddr, sends = {}, asks = [] }: ImportedClient,
  more: readonly DhcpOption[] = [],
): Uint8Array {
  const options = Object.entries(sends).map(([code, value]) =>
    TEXTS.has(Number(code)) ? textOption(Number(code), value) : { code: Number(code), octets: hex(value) },
  );
  // Option 82 is the relay's, which puts it at the end: RFC 3046 §2.1.
  const relayed = options.filter(({ code }) => code === 82);
  const own82 = options.filter(({ code }) => code !== 82);
  return clientMessage(type, {
    mac: mac(own),
    giaddr: ip(giaddr ?? '0.0.0.0'),
    options: [...own82, option(55, ...asks), ...more, ...relayed],
  });
}

/** Our server with what was made of a configuration under fixtures/import. */
export class ImportedServer {
  readonly address: string;
  readonly #server: DhcpServer;
  readonly #effects = new RecordingEffects();

  constructor(fixture: string) {
    const { services, epochUs } = parseScenario(importFixture(fixture).scenario, fixture, { paths: 'any' });
    const dhcp = services.find((service): service is DhcpServiceConfig => service.kind === 'dhcp')!;
    this.#server = new DhcpServer(dhcpServerOptions(dhcp, { epoch: { us: epochUs } }));
    this.address = formatIp(dhcp.addresses[0]!.address);
  }

  /** Undefined: it is silent. */
  answer(request: Uint8Array): DhcpDescription | undefined {
    this.#effects.clear();
    const arrival = { fromPort: 67, to: ip(this.address), via: 0 };
    this.#server.receive(request, arrival, toInstant(1000 * SECOND), this.#effects);
    const [sent] = this.#effects.of('send');
    return sent && describeMessage(decodeMessage(sent.octets));
  }
}
