import { SubnetFamily } from '../codec/dns/query.ts';
import { ANY, type Ip, ipv4At, ipv6At } from '../core/address.ts';
import type { StreamId } from '../core/service.ts';
import type { Instant } from '../core/time.ts';
import type { Asker } from '../store/routing.ts';

export type Transport = 'udp' | 'tcp' | 'tls';

/** Who sent the present query, and how: one object, filled for each. */
export class DnsClient implements Asker {
  source: Ip;
  transport: Transport = 'udp';
  now: Instant;
  dnssecOk = false;
  compactOk = false;
  /** Over UDP, the port it asks from, and which of our endpoints it asked; else the stream. */
  port = 0;
  asked: Ip | undefined = undefined;
  askedPort = 0;
  stream: StreamId = 0;
  subnet: { readonly address: Ip; readonly prefixLength: number } | undefined = undefined;
  readonly #subnet: { address: Ip; prefixLength: number } = { address: ANY, prefixLength: 0 };
  readonly #octets = new Uint8Array(16);

  constructor(source: Ip, now: Instant) {
    this.source = source;
    this.now = now;
  }

  /** Takes the client's network from a CLIENT-SUBNET option (RFC 7871 §6) that was found to be right; empty: there is none. */
  setSubnet(option: Uint8Array): void {
    const family = option[1];
    this.subnet = undefined;
    if (family !== SubnetFamily.IPV4 && family !== SubnetFamily.IPV6) return;
    this.#octets.fill(0);
    for (let index = 4; index < option.length; index++) this.#octets[index - 4] = option[index] ?? 0;
    this.#subnet.address = family === SubnetFamily.IPV4 ? ipv4At(this.#octets, 0) : ipv6At(this.#octets, 0);
    this.#subnet.prefixLength = option[2] ?? 0;
    this.subnet = this.#subnet;
  }
}
