import { formatEndpoint, isIpv4, maskIp, type Endpoint, type Ip } from '../../core/address.ts';
import { IntMap } from '../../core/int-map.ts';
import { WideMap } from '../../core/wide-map.ts';
import type { Transfer } from './sender.ts';

/** A customer has a whole network of IPv6 addresses: RFC 6177 §2. */
const SITE_BITS = 56;

/** The transfers of one server: by its port, by the client's endpoint, and how many each client has. */
export class TransferTable {
  readonly #transfers: (Transfer | undefined)[] = [];
  readonly #free: number[] = [];
  readonly #byPort = new IntMap();
  readonly #byPeer = new WideMap();
  readonly #byPeer6 = new Map<string, number>();
  readonly #bySource = new IntMap();
  readonly #bySource6 = new Map<Ip, number>();

  get count(): number {
    return this.#transfers.length - this.#free.length;
  }

  /** The one with a port of its own. */
  ofPort(port: number): Transfer | undefined {
    const place = this.#byPort.get(port);
    return place < 0 ? undefined : this.#transfers[place];
  }

  ofPeer(peer: Endpoint): Transfer | undefined {
    const place = isIpv4(peer.address)
      ? this.#byPeer.get(peerKey(peer))
      : this.#byPeer6.get(formatEndpoint(peer));
    return place === undefined || place < 0 ? undefined : this.#transfers[place];
  }

  /** Transfers of one client's address or one IPv6 site. */
  countOf(address: Ip): number {
    if (!isIpv4(address)) return this.#bySource6.get(maskIp(address, SITE_BITS)) ?? 0;
    return Math.max(0, this.#bySource.get(address));
  }

  /** `hasPort`: its port is its own, and no other's. */
  add(transfer: Transfer, hasPort: 'own port' | 'shared port'): void {
    const { address } = transfer;
    const place = this.#free.pop() ?? this.#transfers.length;
    this.#transfers[place] = transfer;
    if (hasPort === 'own port') this.#byPort.set(transfer.ownPort, place);
    if (isIpv4(address)) {
      this.#byPeer.set(peerKey(transfer), place);
      this.#bySource.set(address, this.countOf(address) + 1);
    } else {
      this.#byPeer6.set(formatEndpoint(transfer), place);
      this.#bySource6.set(maskIp(address, SITE_BITS), this.countOf(address) + 1);
    }
  }

  /** Takes out one that is there; whether it had a port of its own. */
  remove(transfer: Transfer): boolean {
    const { address, ownPort } = transfer;
    const left = this.countOf(address) - 1;
    let place: number;
    if (isIpv4(address)) {
      place = this.#byPeer.get(peerKey(transfer));
      this.#byPeer.delete(peerKey(transfer));
      if (left > 0) this.#bySource.set(address, left);
      else this.#bySource.delete(address);
    } else {
      const key = formatEndpoint(transfer);
      place = this.#byPeer6.get(key) ?? -1;
      this.#byPeer6.delete(key);
      if (left > 0) this.#bySource6.set(maskIp(address, SITE_BITS), left);
      else this.#bySource6.delete(maskIp(address, SITE_BITS));
    }
    this.#transfers[place] = undefined;
    this.#free.push(place);
    if (this.#byPort.get(ownPort) !== place) return false;
    this.#byPort.delete(ownPort);
    return true;
  }
}

/** 48 bits: looking a client up makes no text. */
function peerKey({ address, port }: { readonly address: Ip; readonly port: number }): number {
  return (Number(address) >>> 0) * 0x10000 + port;
}
