import { formatEndpoint, formatIp, parseIp, parsePrefix } from '../../src/core/address.ts';
import type { Endpoint, Ip } from '../../src/core/address.ts';
import type { PacketInput } from '../../src/core/service.ts';
import { SECOND, toInstant } from '../../src/core/time.ts';
import { parseAccessLine, listKind } from '../../src/config/access-list.ts';
import type { AccessList } from '../../src/policy/access-list.ts';
import type { NatOptions } from '../../src/engine/net/nat.ts';
import { Router, type RouterOptions } from '../../src/engine/net/router.ts';
import { RecordingEffects } from './recording-effects.ts';

export const LAN = 0;
export const WAN = 1;

export function ip(text: string): Ip {
  const address = parseIp(text);
  if (address === undefined) throw new Error(`not an address: ${text}`);
  return address;
}

/** `10.8.0.10:5000` */
export function end(text: string): Endpoint {
  const [address = '', port = '0'] = text.split(':');
  return { address: ip(address), port: Number(port) };
}

export function list(name: string, ...lines: string[]): AccessList {
  return {
    name,
    lines: lines.map((text, index) => {
      const line = parseAccessLine(text, (index + 1) * 10, listKind(name));
      if (line === undefined || 'message' in line) throw new Error(`no line: ${text}`);
      return line;
    }),
  };
}

export interface Sent {
  readonly via?: number;
  readonly protocol?: PacketInput['protocol'];
  readonly octets?: Uint8Array;
  readonly flags?: number;
  readonly sequence?: number;
  readonly acknowledgment?: number;
}

/** What came of a packet: how it went on, or `dropped`, and by which rules. */
export interface Result {
  /** `from > to` as it goes on; undefined: dropped. */
  readonly onward: string | undefined;
  readonly rules: readonly string[];
  readonly detail: string;
  readonly octets: Uint8Array;
  readonly sequence: number;
  readonly acknowledgment: number;
}

const MINUTE = 60 * SECOND;

/** A router between 10.8.0.0/24 (lan) and 198.51.100.0/24 (wan), with a way to everywhere by 198.51.100.254. */
export class RouterBench {
  readonly router: Router;
  #now = 0;

  constructor(
    options: Partial<RouterOptions> & {
      readonly in?: AccessList;
      readonly out?: AccessList;
      readonly answers?: AccessList;
    } = {},
  ) {
    const all = parsePrefix('0.0.0.0/0');
    if (all === undefined) throw new Error('no prefix');
    this.router = new Router({
      interfaces: [
        { name: 'lan', addresses: [{ address: ip('10.8.0.1'), prefixLength: 24 }], inbound: options.in },
        {
          name: 'wan',
          addresses: [{ address: ip('198.51.100.1'), prefixLength: 24 }],
          inbound: options.answers,
          outbound: options.out,
        },
      ],
      routes: [{ to: all, via: WAN, nextHop: ip('198.51.100.254') }],
      stateful: false,
      entriesMax: 100,
      timeouts: {
        udpUs: 5 * MINUTE,
        icmpUs: MINUTE,
        establishedUs: 124 * MINUTE,
        transitoryUs: 4 * MINUTE,
      },
      helpers: [],
      ...options,
    });
  }

  /** `out('10.8.0.10:5000', '192.0.2.53:53')`: from the lan. */
  out(from: string, to: string, more: Sent = {}): Result {
    return this.send(from, to, { via: LAN, ...more });
  }

  /** From the wan. */
  in(from: string, to: string, more: Sent = {}): Result {
    return this.send(from, to, { via: WAN, ...more });
  }

  send(from: string, to: string, more: Sent): Result {
    const effects = new RecordingEffects();
    const input: PacketInput = {
      kind: 'packet',
      protocol: 'udp',
      from: end(from),
      to: end(to),
      octets: new Uint8Array(0),
      flags: 0,
      sequence: 0,
      acknowledgment: 0,
      via: LAN,
      ...more,
    };
    this.router.receive(input, toInstant(this.#now), effects);
    const reasons = effects.log.filter((effect) => effect.kind === 'because');
    const went = effects.log.find((effect) => effect.kind === 'forward' || effect.kind === 'forward-as');
    const rewrite = went?.kind === 'forward-as' ? went.rewrite : {};
    return {
      onward:
        went === undefined
          ? undefined
          : `${show(rewrite.from ?? input.from)} > ${show(rewrite.to ?? input.to)}`,
      rules: reasons.map(({ rule }) => rule.id.slice(3)),
      detail: reasons.at(-1)?.detail ?? '',
      octets: rewrite.octets ?? input.octets,
      sequence: rewrite.sequence ?? input.sequence,
      acknowledgment: rewrite.acknowledgment ?? input.acknowledgment,
    };
  }

  /** Lets seconds pass, with the timers that come due. */
  pass(seconds: number): readonly string[] {
    const rules: string[] = [];
    const until = this.#now + seconds * SECOND;
    for (let at = this.router.deadline(); at <= until; at = this.router.deadline()) {
      const effects = new RecordingEffects();
      this.#now = Math.max(this.#now, at);
      this.router.wake(toInstant(this.#now), effects);
      for (const effect of effects.log) if (effect.kind === 'because') rules.push(effect.rule.id.slice(3));
      if (this.router.deadline() <= at) throw new Error('the deadline did not move on');
    }
    this.#now = until;
    return rules;
  }

  tables(): { readonly [key: string]: unknown } {
    return this.router.show(toInstant(this.#now), new RecordingEffects()) as { [key: string]: unknown };
  }
}

export const NAT: NatOptions = {
  outside: WAN,
  pool: [ip('198.51.100.1') as NatOptions['pool'][number]],
  ports: { first: 1024, last: 65_535 },
  filter: 'address',
  hairpin: true,
  forwards: [],
};

function show(endpoint: Endpoint): string {
  return endpoint.port === 0 ? formatIp(endpoint.address) : formatEndpoint(endpoint);
}
