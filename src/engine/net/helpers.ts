import type { Rule } from '../../core/rules.ts';
import { FW } from '../../core/rules/firewall.ts';
import { NAT } from '../../core/rules/nat.ts';
import type { PacketInput } from '../../core/service.ts';
import { formatEndpoint } from '../../core/address.ts';
import { latin1Octets, latin1Text } from '../../core/text.ts';
import type { Instant } from '../../core/time.ts';
import { FTP_PORT, formatSpoken, type SpokenEndpoint, spokenEndpoint } from '../../codec/ftp.ts';
import { TFTP_PORT } from '../../codec/tftp/packet.ts';
import type { Expectations } from './expectations.ts';
import type { Flow } from './flow.ts';
import type { Binding, PortTable } from './nat.ts';
import type { Direction, Session } from './sessions.ts';

/** What a helper says of a packet, and what it made of its payload. */
export interface Helped {
  readonly rule: Rule;
  readonly detail: string;
  readonly octets?: Uint8Array | undefined;
}

/** A packet of a session, and the flow that it goes on as. */
interface Read {
  readonly input: PacketInput;
  readonly onward: Flow;
  readonly now: Instant;
}

/** A control connection's lines are short; what is longer is no command of FTP. */
const LINE_OCTETS_MAX = 1024;

/** Nothing is opened: whoever asks for doors without going through them would keep all that there are. */
const TOO_MANY: Helped = { rule: FW.tooManyExpected, detail: '' };

/**
 * The helpers (application level gateways, RFC 2663 §2.9): they read which session a protocol will open next, expect it, and
 * write translated addresses into messages that speak of addresses. A command is read when it stands whole in one segment.
 */
export class Helpers {
  readonly #isOn: ReadonlySet<string>;
  readonly #expectations: Expectations;
  readonly #ports: PortTable | undefined;

  constructor(on: readonly ('ftp' | 'tftp')[], expectations: Expectations, ports: PortTable | undefined) {
    this.#isOn = new Set(on);
    this.#expectations = expectations;
    this.#ports = ports;
  }

  /** Whether packets of such a session may change their length. */
  changes({ protocol, to }: Flow): boolean {
    return this.#isOn.has('ftp') && protocol === 'tcp' && to.port === FTP_PORT && this.#ports !== undefined;
  }

  read(session: Session, direction: Direction, read: Read): Helped | undefined {
    const { protocol, to } = session.forth;
    if (protocol === 'udp' && to.port === TFTP_PORT && direction === 'forth') return this.#tftp(read);
    if (protocol === 'tcp' && to.port === FTP_PORT && read.input.octets.length > 0)
      return this.#ftp(session, direction, read);
    return undefined;
  }

  /** RFC 1350 §4: the answer to a request comes from a port that the server chooses for this transfer. */
  #tftp({ input, onward, now }: Read): Helped | undefined {
    if (!this.#isOn.has('tftp')) return undefined;
    const binding = this.#ports?.known('udp', input.from);
    const expected = { protocol: 'udp' as const, from: onward.to.address, to: { ...onward.from } };
    if (!this.#expectations.add({ ...expected, binding, helper: 'tftp' }, now)) return TOO_MANY;
    const detail = `tftp: an answer from any port of ${formatEndpoint({ ...onward.to, port: 0 }).replace(':0', '')} to ${formatEndpoint(onward.from)}`;
    return { rule: FW.helped, detail };
  }

  #ftp(session: Session, direction: Direction, read: Read): Helped | undefined {
    const { input, onward } = read;
    if (input.octets.length > LINE_OCTETS_MAX) return undefined;
    const text = latin1Text(input.octets);
    const [line = ''] = text.split('\r\n');
    const spoken = spokenEndpoint(line, input.from);
    const isCommand = spoken?.form === 'port' || spoken?.form === 'eprt';
    // The client says PORT, the server 227: the other way round it is only text.
    if (spoken === undefined || isCommand !== (direction === 'forth')) return undefined;
    if (!this.#isOn.has('ftp')) return this.#unhelped(spoken, read);
    if (spoken.endpoint.address !== input.from.address || spoken.endpoint.port < 1024)
      return { rule: FW.notHelped, detail: `ftp: ${line} says ${formatEndpoint(spoken.endpoint)}` };
    const binding = this.#bindingFor(spoken, read);
    if (binding === 'full') return { rule: NAT.portsFull, detail: `ftp: no outer port for ${line}` };
    const outer = binding?.outer ?? { ...spoken.endpoint, address: onward.from.address };
    const expected = { protocol: 'tcp' as const, from: onward.to.address, to: outer };
    if (!this.#expectations.add({ ...expected, binding, helper: 'ftp' }, read.now)) {
      if (binding !== undefined) this.#ports?.release(binding);
      return TOO_MANY;
    }
    const opened = `ftp: a connection from ${formatEndpoint({ ...onward.to, port: 0 }).replace(/:0$/, '')} to ${formatEndpoint(outer)}`;
    if (binding === undefined) return { rule: FW.helped, detail: opened };
    const said = formatSpoken(spoken.form, outer);
    const changed = text.slice(0, spoken.start) + said + text.slice(spoken.end);
    session.shift?.[direction].grow(input.sequence, changed.length - text.length);
    const detail = `${opened}; ${text.slice(spoken.start, spoken.end)} becomes ${said}`;
    return { rule: NAT.payloadTranslated, detail, octets: latin1Octets(changed) };
  }

  /** What stands for the spoken endpoint on the other side, where addresses are translated. */
  #bindingFor({ endpoint }: SpokenEndpoint, { input, onward }: Read): Binding | 'full' | undefined {
    const isTranslated = input.from.address !== onward.from.address;
    if (this.#ports === undefined || !isTranslated) return undefined;
    return this.#ports.bind('tcp', endpoint) ?? 'full';
  }

  /** Without a helper an inner address goes out as it is. */
  #unhelped({ form, endpoint }: SpokenEndpoint, { input, onward }: Read): Helped | undefined {
    if (input.from.address === onward.from.address || form === 'epsv') return undefined;
    return {
      rule: NAT.addressesSpoken,
      detail: `ftp: ${formatEndpoint(endpoint)}, seen outside as ${formatEndpoint(onward.from)}`,
    };
  }
}
