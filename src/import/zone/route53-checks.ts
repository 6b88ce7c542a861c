import type { Plain } from '../../core/service.ts';
import type { Notes } from '../notes.ts';
import type { ZoneDraft } from './draft.ts';
import type { Item } from './item.ts';

type Keys = Record<string, Plain>;

const PORTS: Readonly<Record<string, number>> = { HTTP: 80, HTTPS: 443 };

/** Health checks of Route 53 as `checks:`, by their identifiers. */
export class Route53Checks {
  readonly #definitions = new Map<string, Item>();
  readonly #names = new Map<string, string>();
  readonly #draft: ZoneDraft;
  readonly #notes: Notes;

  constructor(list: readonly Item[], draft: ZoneDraft, notes: Notes) {
    for (const check of list) {
      const id = check.get('Id').text;
      if (id !== undefined) this.#definitions.set(id, check.get('HealthCheckConfig'));
    }
    this.#draft = draft;
    this.#notes = notes;
  }

  /** The name of the check with this identifier, which is made when it is first spoken of. */
  name(id: string, asker: Item): string {
    const known = this.#names.get(id);
    if (known !== undefined) return known;
    const name = `check-${id.replace(/[^A-Za-z0-9]+/g, '-').slice(0, 56)}`;
    this.#names.set(id, name);
    // Its place among the checks is before those it is made of.
    this.#draft.checks.set(name, { kind: 'admin' });
    const config = this.#definitions.get(id);
    if (config === undefined)
      this.#notes.warn(
        asker.origin,
        `the health check ${id} is not described: ${name} is changed by an operator only`,
        'give the output of aws route53 list-health-checks beside it',
      );
    else this.#draft.checks.set(name, this.#check(name, config));
    return name;
  }

  #check(name: string, config: Item): Keys {
    const type = config.get('Type').text ?? '';
    const common: Keys = {
      ...(config.get('Inverted').isTrue ? { invert: true } : {}),
      ...(config.get('Disabled').isTrue ? { disabled: true } : {}),
    };
    const probed: Keys = {
      ...common,
      every: `${config.get('RequestInterval').number ?? 30}s`,
      threshold: config.get('FailureThreshold').number ?? 3,
    };
    switch (type) {
      case 'HTTP':
      case 'HTTPS':
      case 'HTTP_STR_MATCH':
      case 'HTTPS_STR_MATCH':
        return this.#http(name, config, { ...probed, kind: type.startsWith('HTTPS') ? 'https' : 'http' });
      case 'TCP':
        return this.#placed(name, config, 0, { ...probed, kind: 'tcp' });
      case 'CALCULATED': {
        const children = config.get('ChildHealthChecks').list;
        return {
          ...common,
          kind: 'calculated',
          of: children.flatMap((child) => (child.text === undefined ? [] : this.name(child.text, child))),
          'at-least': config.get('HealthThreshold').number ?? children.length,
        };
      }
      default:
        this.#notes.warn(
          config.origin,
          `a health check of type ${type} has no probe here: ${name} is changed by an operator only`,
          'probe the target itself, or set it with headend health set',
        );
        return { ...common, kind: 'admin' };
    }
  }

  #http(name: string, config: Item, keys: Keys): Keys {
    const host = config.get('FullyQualifiedDomainName').text;
    const contains = config.get('SearchString').text;
    return this.#placed(name, config, PORTS[keys['kind'] === 'https' ? 'HTTPS' : 'HTTP'] ?? 80, {
      ...keys,
      ...(host === undefined ? {} : { host }),
      path: config.get('ResourcePath').text ?? '/',
      ...(contains === undefined ? {} : { contains }),
    });
  }

  /** With the address that it probes; Route 53 also looks one up, and that we do not. */
  #placed(name: string, config: Item, defaultPort: number, keys: Keys): Keys {
    const address = config.get('IPAddress').text;
    const port = config.get('Port').number ?? defaultPort;
    if (address !== undefined)
      return { ...keys, to: address.includes(':') ? `[${address}]:${port}` : `${address}:${port}` };
    this.#notes.warn(
      config.origin,
      `the address of the check is to be looked up, which is not done here: ${name} is changed by an operator only`,
      'write kind, and to: with an address',
    );
    return { kind: 'admin' };
  }
}
