import { parsePrefix } from '../../src/core/address.ts';
import type { Instant } from '../../src/core/time.ts';
import { SECOND, toInstant } from '../../src/core/time.ts';
import type { DhcpDescription } from '../../src/codec/dhcp/describe.ts';
import { describeMessage } from '../../src/codec/dhcp/describe.ts';
import type { DhcpFields } from '../../src/codec/dhcp/fields.ts';
import { decodeMessage } from '../../src/codec/dhcp/message.ts';
import type { DhcpServerOptions, DhcpSubnetOptions } from '../../src/engine/dhcp/options.ts';
import type { Provision } from '../../src/policy/provision.ts';
import { DHCP_SERVER_DEFAULTS } from '../../src/engine/dhcp/options.ts';
import { DhcpServer } from '../../src/engine/dhcp/server.ts';
import type { Mac } from '../../src/core/address.ts';
import { clientMessage, ip, ipOption, mac } from './dhcp-builders.ts';
import { hex } from './hex.ts';
import { RecordingEffects } from './recording-effects.ts';
import { expect } from 'vitest';

const SERVER = ip('10.0.0.67');
export const RELAY = ip('10.9.0.1');
export const OTHER_MAC = mac('00:10:18:00:00:02');
export const DAY = 86_400;
export const GOLD: Provision = { server: ip('10.0.0.69'), file: 'gold.cfg', siaddr: ip('10.0.0.69') };
export const SUBNET: DhcpSubnetOptions = {
  subnet: parsePrefix('10.9.0.0/18')!,
  relays: [],
  ranges: [{ first: ip('10.9.16.1'), last: ip('10.9.16.3') }],
  lease: { defaultSeconds: DAY, minSeconds: 60, maxSeconds: 2 * DAY },
  vendorClass: undefined,
  member: undefined,
  routers: [RELAY],
  provisions: [{ provision: GOLD }],
  options: [{ code: 4, octets: hex('0a000025') }],
  reservations: [],
};

export let server: DhcpServer;
export let effects: RecordingEffects;
export let now: Instant;

export function make(
  subnets: readonly Partial<DhcpSubnetOptions>[] = [{}],
  more: Partial<DhcpServerOptions> = {},
): void {
  now = toInstant(1000 * SECOND);
  effects = new RecordingEffects();
  server = serverOf(subnets, more);
}

/** A new server with other settings takes over from the one there is. */
export function succeed(
  subnets: readonly Partial<DhcpSubnetOptions>[],
  more: Partial<DhcpServerOptions> = {},
): void {
  const before = server;
  server = serverOf(subnets, more);
  server.inherit(before, now);
}

function serverOf(
  subnets: readonly Partial<DhcpSubnetOptions>[],
  more: Partial<DhcpServerOptions>,
): DhcpServer {
  return new DhcpServer({
    ...DHCP_SERVER_DEFAULTS,
    addresses: [SERVER],
    epoch: { us: 1_767_225_600_000_000 },
    ...more,
    subnets: subnets.map((subnet) => ({ ...SUBNET, ...subnet })),
  });
}

export type Fields = Partial<DhcpFields> & { readonly mac?: Mac };
export type Sent = 'discover' | 'request' | 'decline' | 'release' | 'inform' | 'bootp';

export const via = { fromPort: 67, to: SERVER, via: 0 };

/** Through the relay unless `giaddr` says otherwise. */
export function hear(type: Sent, fields: Fields = {}, arrival = via): void {
  effects.clear();
  server.receive(clientMessage(type, { giaddr: RELAY, ...fields }), arrival, now, effects);
}

export function settle(outcome: 'durable' | 'failed' | 'conflict' = 'durable'): void {
  const { ticket } = effects.last('persist');
  effects.clear();
  server.settled({ kind: 'settled', ticket, outcome }, now, effects);
}

export const reply = (): DhcpDescription => describeMessage(decodeMessage(effects.last('send').octets));
export const optionOf = (code: number) => reply().options.find((each) => each.code === code)?.value;
export const isSilent = (): boolean => effects.of('send').length === 0;
export const rule = (): string | undefined => effects.rules().at(-1);
export const later = (seconds: number): void => {
  now = toInstant(now + seconds * SECOND);
};

export const selecting = (address: string, serverId = '10.0.0.67'): Fields => ({
  options: [ipOption(50, address), ipOption(54, serverId)],
});

export function bind(fields: Fields = {}): string {
  hear('discover', fields);
  const { yiaddr } = reply();
  hear('request', { ...fields, options: [...(fields.options ?? []), ...selecting(yiaddr).options!] });
  expect(reply().type).toBe('ACK');
  settle();
  return yiaddr;
}
