import type { Endpoint, Ipv4, Mac } from '../../src/core/address.ts';
import { formatEndpoint, formatMac } from '../../src/core/address.ts';
import type { Rule } from '../../src/core/rules.ts';
import type {
  Effects,
  InterfaceAddress,
  Plain,
  Rewrite,
  Row,
  StreamId,
  Target,
  Ticket,
  TlsCall,
} from '../../src/core/service.ts';

/** One call of the sink, octets copied. */
export type Effect =
  | { readonly kind: 'send'; readonly port: number; readonly to: Target; readonly octets: Uint8Array }
  | { readonly kind: 'mac-message'; readonly via: number; readonly to: Mac; readonly octets: Uint8Array }
  | { readonly kind: 'forward' }
  | { readonly kind: 'forward-as'; readonly rewrite: Rewrite }
  | { readonly kind: 'bind'; readonly port: number }
  | { readonly kind: 'release'; readonly port: number }
  | {
      readonly kind: 'connect';
      readonly stream: StreamId;
      readonly to: Endpoint;
      readonly fromPort?: number | undefined;
      readonly tls?: TlsCall | undefined;
    }
  | { readonly kind: 'write'; readonly stream: StreamId; readonly octets: Uint8Array }
  | { readonly kind: 'close' | 'reset'; readonly stream: StreamId }
  | { readonly kind: 'configure'; readonly via: number; readonly address: InterfaceAddress | undefined }
  | { readonly kind: 'probe'; readonly via: number; readonly address: Ipv4 }
  | { readonly kind: 'persist'; readonly ticket: Ticket; readonly rows: readonly Row[] }
  | { readonly kind: 'because'; readonly rule: Rule; readonly detail: string | undefined }
  | {
      readonly kind: 'state';
      readonly machine: string;
      readonly state: string;
      readonly subject: Mac | undefined;
    }
  | { readonly kind: 'measure'; readonly name: string; readonly value: number }
  | { readonly kind: 'reply'; readonly value: Plain };

export type EffectOf<Kind extends Effect['kind']> = Extract<Effect, { readonly kind: Kind }>;

/**
 * A sink that keeps every effect in the order made. Holding back what follows a `persist` is a driver's work and not done
 * here: a test reads the order in `log` and hands in the `settled` input itself.
 */
export class RecordingEffects implements Effects {
  readonly log: Effect[] = [];
  explains = true;
  /** What `bind` gives next: predictable here only. */
  nextPort = 49152;
  /** What `persist` gives next: a test with a sink for each input carries it on. */
  nextTicket = 1;
  /** What `unsent` gives: how far a stream's peer is behind. */
  unsentOctets = 0;
  #nextStream = 1;

  send(port: number, to: Target, octets: Uint8Array, length: number = octets.length): void {
    if (length > octets.length) throw new Error(`send of ${length} octets out of ${octets.length}`);
    this.log.push({ kind: 'send', port, to: { ...to }, octets: octets.slice(0, length) });
  }

  sendMacMessage(via: number, to: Mac, octets: Uint8Array, length: number = octets.length): void {
    this.log.push({ kind: 'mac-message', via, to, octets: octets.slice(0, length) });
  }

  forward(): void {
    this.log.push({ kind: 'forward' });
  }

  forwardAs(rewrite: Rewrite): void {
    this.log.push({ kind: 'forward-as', rewrite: structuredClone(rewrite) });
  }

  bind(): number {
    const port = this.nextPort++;
    this.log.push({ kind: 'bind', port });
    return port;
  }

  release(port: number): void {
    this.log.push({ kind: 'release', port });
  }

  connect(to: Endpoint, fromPort?: number, tls?: TlsCall): StreamId {
    const stream = this.#nextStream++;
    this.log.push({
      kind: 'connect',
      stream,
      to: { ...to },
      ...(fromPort === undefined ? {} : { fromPort }),
      ...(tls === undefined ? {} : { tls }),
    });
    return stream;
  }

  write(stream: StreamId, octets: Uint8Array): void {
    this.log.push({ kind: 'write', stream, octets: octets.slice() });
  }

  unsent(): number {
    return this.unsentOctets;
  }

  close(stream: StreamId): void {
    this.log.push({ kind: 'close', stream });
  }

  reset(stream: StreamId): void {
    this.log.push({ kind: 'reset', stream });
  }

  configure(via: number, address: InterfaceAddress | undefined): void {
    this.log.push({ kind: 'configure', via, address: address && { ...address } });
  }

  probe(via: number, address: Ipv4): void {
    this.log.push({ kind: 'probe', via, address });
  }

  persist(rows: readonly Row[]): Ticket {
    const ticket = this.nextTicket++;
    this.log.push({ kind: 'persist', ticket, rows: structuredClone(rows) });
    return ticket;
  }

  because(rule: Rule, detail?: string): void {
    this.log.push({ kind: 'because', rule, detail });
  }

  state(machine: string, state: string, subject?: Mac): void {
    this.log.push({ kind: 'state', machine, state, subject });
  }

  measure(name: string, value: number): void {
    this.log.push({ kind: 'measure', name, value });
  }

  reply(value: Plain): void {
    this.log.push({ kind: 'reply', value: structuredClone(value) });
  }

  /** All effects of one kind, in order. */
  of<Kind extends Effect['kind']>(kind: Kind): readonly EffectOf<Kind>[] {
    return this.log.filter((effect): effect is EffectOf<Kind> => effect.kind === kind);
  }

  /** The last effect of a kind; a test that expects one fails here when there is none. */
  last<Kind extends Effect['kind']>(kind: Kind): EffectOf<Kind> {
    const effect = this.of(kind).at(-1);
    if (effect === undefined) throw new Error(`no ${kind} among: ${this.words().join(', ') || 'nothing'}`);
    return effect;
  }

  /** Everything up to now, forgetting it. */
  take(): readonly Effect[] {
    return this.log.splice(0);
  }

  clear(): void {
    this.log.length = 0;
  }

  /** The ids of the rules given, in order. */
  rules(): readonly string[] {
    return this.of('because').map(({ rule }) => rule.id);
  }

  /** The log in a few words an effect, for comparing order: `persist`, `send 10.9.0.1:67`, `state host bound`. */
  words(): readonly string[] {
    return this.log.map(words);
  }
}

function words(effect: Effect): string {
  switch (effect.kind) {
    case 'send':
      return `send ${formatEndpoint(effect.to)}`;
    case 'mac-message':
      return `mac-message ${formatMac(effect.to)}`;
    case 'because':
      return `because ${effect.rule.id}`;
    case 'state':
      return `state ${effect.machine} ${effect.state}`;
    case 'measure':
      return `measure ${effect.name} ${effect.value}`;
    default:
      return effect.kind;
  }
}
