import { describe, expect, test } from 'vitest';
import { formatIp } from '../../../src/core/address.ts';
import { Random } from '../../../src/core/random.ts';
import type { Input } from '../../../src/core/service.ts';
import { SECOND, toInstant } from '../../../src/core/time.ts';
import { Option } from '../../../src/codec/dhcp/codes.ts';
import { decodeMessage, encodeMessage } from '../../../src/codec/dns/message.ts';
import { toName } from '../../../src/codec/dns/name.ts';
import { Type } from '../../../src/codec/dns/registry.ts';
import { HOST_PROFILE } from '../../../src/engine/dhcp/client-profile.ts';
import { HostService, type HostServiceOptions } from '../../../src/service/host.ts';
import { CLIENT_MAC, SERVER, ip, ipOption, option, serverMessage } from '../../support/dhcp-builders.ts';
import { RecordingEffects } from '../../support/recording-effects.ts';

const HOST = ip('10.0.0.9');
const PROFILE = { ...HOST_PROFILE, startWaitUsMin: 0, startWaitUsMax: 0, probes: 0 };
const QUESTION = { qname: toName('portal.lab.example'), qtype: Type.A, everyUs: 60 * SECOND };

/** A host that is led through DORA by hand. */
class Bench {
  readonly effects = new RecordingEffects();
  readonly host: HostService;

  constructor(change: Partial<HostServiceOptions> = {}) {
    this.host = new HostService({
      mac: CLIENT_MAC,
      random: new Random(1),
      via: 0,
      profile: PROFILE,
      question: QUESTION,
      ...change,
    });
  }

  at(seconds: number, input: Input): this {
    this.host.handle(input, toInstant(seconds * SECOND), this.effects);
    return this;
  }

  datagram(
    seconds: number,
    octets: Uint8Array,
    from: { address: typeof HOST; port: number },
    port: number,
  ): this {
    const to = { address: HOST, port };
    return this.at(seconds, { kind: 'datagram', octets, from, to, via: 0, hardware: undefined });
  }

  /** DORA, with the DNS servers of option 6. */
  boot(...servers: readonly string[]): this {
    this.at(0, { kind: 'command', verb: 'power-on', args: {} });
    const dns = servers.map((text) => ipOption(Option.domainNameServers, text).octets);
    const options =
      dns.length === 0 ? [] : [option(Option.domainNameServers, ...dns.flatMap((one) => [...one]))];
    for (const type of ['offer', 'ack'] as const) {
      const request = this.effects.last('send').octets;
      const fields = {
        yiaddr: HOST,
        leaseSeconds: 600,
        options: [...options, ipOption(Option.subnetMask, '255.255.255.0')],
      };
      this.datagram(0, serverMessage(type, request, fields), { address: SERVER, port: 67 }, 68);
    }
    return this;
  }

  get questions() {
    return this.effects.of('send').filter(({ to }) => to.port === 53);
  }

  get states() {
    return this.effects.of('state').map(({ machine, state }) => `${machine} ${state}`);
  }
}

describe('a host that looks a name up', () => {
  test('asks when it is bound, the first server of option 6', () => {
    const bench = new Bench();
    expect(bench.questions).toEqual([]);
    bench.boot('10.0.0.53', '10.0.0.54');
    expect(bench.questions.map(({ to }) => formatIp(to.address))).toEqual(['10.0.0.53']);
    expect(bench.states.slice(-2)).toEqual(['host bound', 'stub asking']);
  });

  test('takes the answer, and asks again after its interval', () => {
    const bench = new Bench().boot('10.0.0.53');
    const [asked] = bench.questions;
    const query = decodeMessage(asked!.octets);
    const octets = encodeMessage({ ...query, flags: 0x8400, rcode: 3 });
    bench.datagram(1, octets, { address: ip('10.0.0.53'), port: 53 }, asked!.port);
    expect(bench.states.at(-1)).toBe('stub nxdomain');
    expect(bench.host.deadline()).toBe(60 * SECOND);
    bench.at(60, { kind: 'timer' });
    expect(bench.questions.length).toBe(2);
  });

  test('asks its own resolvers where it has some, whatever DHCP says', () => {
    const bench = new Bench({ resolvers: [ip('10.9.9.9')] }).boot('10.0.0.53');
    expect(bench.questions.map(({ to }) => formatIp(to.address))).toEqual(['10.9.9.9']);
  });

  test('has nobody to ask when DHCP names no server', () => {
    expect(new Bench().boot().states.slice(-2)).toEqual(['stub asking', 'stub failed']);
  });

  test('is silent after a power cut', () => {
    const bench = new Bench().boot('10.0.0.53');
    bench.at(1, { kind: 'command', verb: 'power-off', args: {} });
    expect(bench.host.deadline()).toBe(Infinity);
    bench.at(90, { kind: 'timer' });
    expect(bench.questions.length).toBe(1);
  });

  test('renews its lease without asking twice', () => {
    const bench = new Bench().boot('10.0.0.53');
    bench.at(1, { kind: 'command', verb: 'renew', args: {} });
    const ack = serverMessage('ack', bench.effects.last('send').octets, { yiaddr: HOST, leaseSeconds: 600 });
    bench.datagram(1, ack, { address: SERVER, port: 67 }, 68);
    expect(bench.states.slice(-2)).toEqual(['host renewing', 'host bound']);
    expect(bench.questions.length).toBe(1);
  });
});
