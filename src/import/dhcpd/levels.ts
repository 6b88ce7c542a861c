import { parseIpv4, prefixContains, type Prefix } from '../../core/address.ts';
import type { DraftRange } from '../draft.ts';
import type { Origin } from '../notes.ts';
import { permitOf, rangeOf, type Part } from './pools.ts';
import { readConditional, Scope, type DhcpdContext } from './scope.ts';
import type { Statement } from './tree.ts';

/** A subnet of the file, with the parts of its addresses. */
export interface Network {
  readonly origin: Origin;
  readonly subnet: Prefix;
  readonly scope: Scope;
  readonly sharedNetwork: string | undefined;
  readonly parts: Part[];
}

export interface HostStatement {
  readonly statement: Statement;
  readonly scope: Scope;
}

/** Where a level stands: in which shared network and subnet. */
interface Site {
  readonly sharedNetwork: string | undefined;
  /** The subnets of the shared network, or of the file. */
  readonly networks: Network[];
  readonly network: Network | undefined;
}

const UNSUPPORTED: Readonly<Record<string, string>> = {
  failover: 'headend has no failover: two servers share a database later',
  key: 'headend does no dynamic DNS and no OMAPI',
  zone: 'headend does no dynamic DNS yet',
  'omapi-port': 'use headend leases and the control socket under --state',
  'omapi-key': 'use headend leases and the control socket under --state',
  subnet6: 'headend serves DHCPv4',
  'shared-network6': 'headend serves DHCPv4',
  dhcpv6: 'headend serves DHCPv4',
  lease: 'it is of a file of leases',
};

/** Walks the levels of the file: settings first, since they count for all that stands in their block. */
export class LevelReader {
  readonly networks: Network[] = [];
  readonly hosts: HostStatement[] = [];
  readonly #context: DhcpdContext;

  constructor(context: DhcpdContext) {
    this.#context = context;
  }

  read(statements: readonly Statement[], scope: Scope): void {
    this.#level(statements, scope, { sharedNetwork: undefined, networks: this.networks, network: undefined });
  }

  #level(statements: readonly Statement[], scope: Scope, site: Site): void {
    const blocks: Statement[] = [];
    for (let at = 0; at < statements.length; at++) {
      const statement = statements[at];
      if (statement === undefined) continue;
      if (statement.keyword === 'if')
        at += readConditional(statements, at, scope.settings, this.#context) - 1;
      else if (isLevel(statement)) blocks.push(statement);
      else if (!scope.settings.take(statement, this.#context)) this.#statement(statement, scope, site);
    }
    // A pool of a shared network may stand before the subnets that it is of.
    for (const block of blocks.toSorted(
      (a, b) => Number(a.keyword === 'pool') - Number(b.keyword === 'pool'),
    ))
      this.#block(block, scope, site);
  }

  #statement(statement: Statement, scope: Scope, { network }: Site): void {
    const { keyword, origin, tokens } = statement;
    const { notes, draft, classes } = this.#context;
    switch (keyword) {
      case 'class':
        return classes.readClass(statement, this.#context);
      case 'subclass':
        return classes.readSubclass(statement, this.#context);
      case 'authoritative':
      case 'not':
        return this.#authoritative(keyword === 'authoritative', statement, scope);
      case 'ignore-client-uids':
        draft.ignoreClientId = /^(?:true|on)$/i.test(tokens[1]?.text ?? '');
        return;
      case 'server-identifier': {
        const address = parseIpv4(tokens[1]?.text ?? '');
        if (address === undefined) notes.warn(origin, 'the server-identifier was not taken over');
        else draft.address ??= { address, origin };
        return;
      }
      case 'interface':
        return notes.say(
          origin,
          'a file does not name interfaces',
          `serve --interface ${tokens[1]?.text ?? ''}`,
        );
      case 'use-host-decl-names':
        this.#context.usesHostNames = /^(?:true|on)$/i.test(tokens[1]?.text ?? '');
        return;
      case 'boot-unknown-clients':
        scope.deniesUnknown = !/^(?:true|on)$/i.test(tokens[1]?.text ?? '');
        return;
      case 'allow':
      case 'deny':
      case 'ignore':
        return this.#permission(statement, scope);
      case 'range': {
        const range = rangeOf(statement, notes);
        if (range !== undefined) this.#addRange(range, network, statement);
        return;
      }
      default: {
        const hint = Object.hasOwn(UNSUPPORTED, keyword) ? UNSUPPORTED[keyword] : undefined;
        notes.warn(origin, `"${keyword}" was not taken over`, hint ?? 'headend does not know it');
      }
    }
  }

  #authoritative(is: boolean, { origin }: Statement, scope: Scope): void {
    const { draft, notes } = this.#context;
    if (scope.outer !== undefined && draft.authoritative !== is)
      notes.warn(
        origin,
        '"authoritative" of one network was not taken over',
        'it is for the whole server here',
      );
    else draft.authoritative = is;
  }

  #permission(statement: Statement, scope: Scope): void {
    const { keyword, origin } = statement;
    const permit = permitOf(statement);
    if (permit === 'unknown-clients') {
      scope.deniesUnknown = keyword !== 'allow';
      return;
    }
    const isUsual =
      keyword === 'allow' && /^(?:booting|bootp|duplicates|declines|client-updates)$/.test(permit);
    const isSame = /^(?:client-updates|leasequery)$/.test(permit);
    if (isUsual || isSame) this.#context.notes.say(origin, `"${keyword} ${permit}" needs no word here`);
    else
      this.#context.notes.warn(
        origin,
        `"${keyword} ${permit}" was not taken over`,
        'headend has no switch for it',
      );
  }

  #block(statement: Statement, scope: Scope, site: Site): void {
    const { keyword, tokens, origin, block = [] } = statement;
    const { notes } = this.#context;
    switch (keyword) {
      case 'group':
        return this.#level(block, new Scope(scope), site);
      case 'host':
        this.hosts.push({ statement, scope });
        return;
      case 'shared-network': {
        const networks: Network[] = [];
        const name = tokens[1]?.text ?? 'shared-network';
        this.#level(block, new Scope(scope), { sharedNetwork: name, networks, network: undefined });
        this.networks.push(...networks);
        return;
      }
      case 'subnet': {
        const subnet = subnetOf(statement);
        if (subnet === undefined)
          return notes.warn(
            origin,
            'the subnet was not taken over',
            'write subnet 192.0.2.0 netmask 255.255.255.0',
          );
        const own = new Scope(scope);
        const network: Network = { origin, subnet, scope: own, sharedNetwork: site.sharedNetwork, parts: [] };
        site.networks.push(network);
        return this.#level(block, own, { ...site, network });
      }
      default:
        return this.#pool(statement, scope, site);
    }
  }

  #pool({ block = [], origin }: Statement, scope: Scope, site: Site): void {
    const { notes } = this.#context;
    const own = new Scope(scope);
    const ranges: DraftRange[] = [];
    const allow: string[] = [];
    const deny: string[] = [];
    for (let at = 0; at < block.length; at++) {
      const statement = block[at];
      if (statement === undefined) continue;
      const { keyword } = statement;
      if (keyword === 'if') at += readConditional(block, at, own.settings, this.#context) - 1;
      else if (keyword === 'range') {
        const range = rangeOf(statement, notes);
        if (range !== undefined) ranges.push(range);
      } else if (keyword === 'allow') allow.push(permitOf(statement));
      else if (keyword === 'deny' || keyword === 'ignore') deny.push(permitOf(statement));
      else if (keyword === 'failover')
        notes.warn(statement.origin, '"failover" was not taken over', 'headend has no failover');
      else if (!own.settings.take(statement, this.#context))
        notes.warn(statement.origin, `"${keyword}" in a pool was not taken over`);
    }
    const about = [...allow.map((each) => `allow ${each}`), ...deny.map((each) => `deny ${each}`)].join('; ');
    const part = { origin, about: about === '' ? 'pool' : `pool, ${about}`, settings: own.settings };
    const candidates = site.network === undefined ? site.networks : [site.network];
    for (const network of candidates) {
      const inside = ranges.filter(({ first }) => prefixContains(network.subnet, first));
      if (inside.length > 0) network.parts.push({ ...part, ranges: inside, permits: { allow, deny } });
    }
    for (const { first, origin: at } of ranges)
      if (!candidates.some(({ subnet }) => prefixContains(subnet, first)))
        notes.warn(at, 'the range was left out', 'it is in no subnet that its pool is of');
  }

  #addRange(range: DraftRange, network: Network | undefined, { origin }: Statement): void {
    if (network === undefined)
      return this.#context.notes.warn(origin, 'the range was left out', 'it stands outside of a subnet');
    network.parts.push({
      origin,
      about: 'subnet',
      ranges: [range],
      settings: undefined,
      permits: { allow: [], deny: [] },
    });
  }
}

function isLevel({ keyword, block }: Statement): boolean {
  return block !== undefined && /^(?:group|host|shared-network|subnet|pool)$/.test(keyword);
}

/** The network of `subnet 192.0.2.0 netmask 255.255.255.0`. */
function subnetOf({ tokens }: Statement): Prefix | undefined {
  const [, address, word, mask] = tokens.map(({ text }) => text);
  const network = parseIpv4(address ?? '');
  const bits = parseIpv4(mask ?? '');
  if (network === undefined || word?.toLowerCase() !== 'netmask' || bits === undefined) return undefined;
  const length = Math.clz32(~bits);
  if (bits !== (length === 0 ? 0 : -1 << (32 - length)) || (network & bits) !== network) return undefined;
  return { address: network, length };
}
