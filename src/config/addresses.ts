import { compareIpv4, formatIp, formatIpv4, ipv4, isIpv4, type Ip, type Ipv4 } from '../core/address.ts';
import { formatMac } from '../core/address.ts';
import type { InterfaceAddress } from '../core/service.ts';
import type { Findings, Path } from './findings.ts';
import { quote } from './mistakes.ts';
import type { MacTemplate } from './template.ts';
import type { AddressText } from './values.ts';

/** An address of the file with the length of its network: /24 and /64 where it says none. */
export function interfaceAddress(text: AddressText, router: Ip | undefined): InterfaceAddress {
  const prefixLength = text.prefixLength ?? (isIpv4(text.address) ? 24 : 64);
  return router === undefined
    ? { address: text.address, prefixLength }
    : { address: text.address, prefixLength, router };
}

interface Block {
  readonly first: number;
  readonly last: number;
  readonly owner: string;
}

/** Who has which address: two owners of one are a mistake. Groups are blocks, so that a million members cost one entry. */
export class AddressBook {
  readonly #findings: Findings;
  readonly #ipv4: Block[] = [];
  readonly #ipv6 = new Map<Ip, string>();
  readonly #macs: Block[] = [];

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** `count` addresses from `first` on. */
  claim(first: Ip, count: number, owner: string, path: Path): void {
    const taken = isIpv4(first)
      ? this.#ownerOf(this.#ipv4, first >>> 0, (first >>> 0) + count - 1)
      : this.#ipv6.get(first);
    if (taken !== undefined && taken !== owner) {
      this.#findings.add(
        path,
        `${formatIp(first)} is already the address of ${taken}`,
        `give ${owner} another one`,
      );
      return;
    }
    if (isIpv4(first)) this.#ipv4.push({ first: first >>> 0, last: (first >>> 0) + count - 1, owner });
    else this.#ipv6.set(first, owner);
  }

  claimMacs(template: MacTemplate, count: number, owner: string, path: Path): void {
    if (count > template.capacity) {
      const hint =
        template.capacity === 1
          ? 'put {n} into the address, such as "00:10:18:00:00:{n:02x}"'
          : 'give {n} more digits, such as {n:06x}';
      this.#findings.add(path, `${count} members do not fit into this hardware address`, hint);
      return;
    }
    const last = template.base + count - 1;
    const taken = this.#ownerOf(this.#macs, template.base, last);
    if (taken !== undefined)
      this.#findings.add(
        path,
        `${formatMac(template.base)} and on are already the addresses of ${taken}`,
        `change a fixed part of it for ${owner}`,
      );
    this.#macs.push({ first: template.base, last, owner });
  }

  /** Who stands inside of [first, last], if anybody. */
  inside(first: Ipv4, last: Ipv4): { readonly address: Ipv4; readonly owner: string } | undefined {
    const block = this.#ipv4.find((each) => each.first <= last >>> 0 && each.last >= first >>> 0);
    return block && { address: ipv4(Math.max(block.first, first >>> 0)), owner: block.owner };
  }

  /** The first host address of a network that nobody has. */
  firstFree(network: Ipv4, prefixLength: number): Ipv4 | undefined {
    const last = (network >>> 0) + 2 ** (32 - prefixLength) - 2;
    for (let address = (network >>> 0) + 1; address <= last; address++)
      if (this.#ownerOf(this.#ipv4, address, address) === undefined) return ipv4(address);
    return undefined;
  }

  /** The first of `count` addresses of a network, one after another, that nobody has. */
  freeBlock(network: Ipv4, prefixLength: number, count: number): Ipv4 | undefined {
    const last = (network >>> 0) + 2 ** (32 - prefixLength) - 2;
    let first = (network >>> 0) + 1;
    while (first + count - 1 <= last) {
      const taken = this.#ipv4.find((each) => each.first <= first + count - 1 && each.last >= first);
      if (taken === undefined) return ipv4(first);
      first = taken.last + 1;
    }
    return undefined;
  }

  #ownerOf(blocks: readonly Block[], first: number, last: number): string | undefined {
    return blocks.find((block) => block.first <= last && block.last >= first)?.owner;
  }
}

/** Ranges of one server that would give one address out twice. */
export function checkOverlap(
  ranges: readonly { readonly first: Ipv4; readonly last: Ipv4; readonly path: Path }[],
  findings: Findings,
): void {
  const sorted = [...ranges].sort((a, b) => compareIpv4(a.first, b.first));
  for (const [index, range] of sorted.entries()) {
    const before = sorted[index - 1];
    if (before === undefined || compareIpv4(range.first, before.last) > 0) continue;
    const other = `${formatIpv4(before.first)}-${formatIpv4(before.last)}`;
    findings.add(
      range.path,
      `the range shares addresses with ${quote(other)} of the same server`,
      'let each address be in one range only',
    );
  }
}
