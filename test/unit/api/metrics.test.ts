import { describe, expect, test } from 'vitest';
import { Metrics } from '../../../src/api/metrics.ts';
import { parseMetricsEndpoint } from '../../../src/api/metrics-server.ts';
import { formatEndpoint } from '../../../src/core/address.ts';
import type { HostSpec } from '../../../src/core/driver.ts';
import { DHCP } from '../../../src/core/rules/dhcp.ts';
import { TFTP_RULES } from '../../../src/core/rules/tftp.ts';
import { noCounts } from '../../../src/driver/real/world.ts';
import { clientMessage } from '../../support/dhcp-builders.ts';
import { parsePrometheus, type Sample, valueOf } from '../../support/prometheus-text.ts';

const named = (name: string, group = name): HostSpec => ({
  name,
  kind: 'dhcp',
  group,
  interfaces: [],
  routes: [],
  forwards: false,
  udpPorts: [],
  tcpPorts: [],
  create: () => {
    throw new Error('not made');
  },
});
const server = named('server');

/** The header of an answer, behind `before` octets. */
function answer(rcode: number, before = 0): Uint8Array {
  const octets = new Uint8Array(before + 12);
  octets[before + 3] = 0x80 | rcode;
  return octets;
}

async function samplesOf(metrics: Metrics): Promise<readonly Sample[]> {
  return parsePrometheus(await metrics.text());
}

describe('what is counted', () => {
  test('datagrams and their octets by port, others together', async () => {
    const metrics = new Metrics();
    metrics.received(server, 69, new Uint8Array(20));
    metrics.received(server, 69, new Uint8Array(22));
    metrics.sent(server, 0, new Uint8Array(516), 100);
    const samples = await samplesOf(metrics);
    const of = (name: string, port: string) => valueOf(samples, `headend_${name}`, { host: 'server', port });
    expect(of('datagrams_received_total', '69')).toBe(2);
    expect(of('datagram_received_bytes_total', '69')).toBe(42);
    expect(of('datagrams_sent_total', 'other')).toBe(1);
    expect(of('datagram_sent_bytes_total', 'other')).toBe(100);
  });

  test('DHCP messages by type, what is none, and BOOTP', async () => {
    const metrics = new Metrics();
    const discover = clientMessage('discover');
    const padded = new Uint8Array(discover.length + 50);
    padded.set(discover);
    metrics.received(server, 67, discover);
    metrics.received(server, 67, clientMessage('bootp'));
    metrics.received(server, 67, new Uint8Array(10));
    // Scratch goes on behind the message.
    metrics.sent(server, 67, padded, discover.length);
    const samples = await samplesOf(metrics);
    const of = (direction: string, type: string) =>
      valueOf(samples, 'headend_dhcp_messages_total', { host: 'server', direction, type });
    expect(of('received', 'DISCOVER')).toBe(1);
    expect(of('received', 'malformed')).toBe(1);
    expect(of('received', 'BOOTP')).toBe(1);
    expect(of('sent', 'DISCOVER')).toBe(1);
  });

  test('DNS answers by transport and RCODE', async () => {
    const metrics = new Metrics();
    metrics.sent(server, 53, answer(0), 12);
    metrics.sent(server, 53, answer(3), 12);
    metrics.sent(server, 53, answer(3), 12);
    metrics.streamed(server, 53, answer(5, 2));
    const secure = { ...server, tls: { port: 853, certificate: new Uint8Array(0), key: new Uint8Array(0) } };
    metrics.streamed(secure, 853, answer(2, 2));
    metrics.streamed(secure, 37, answer(2, 2));
    const samples = await samplesOf(metrics);
    const of = (transport: string, rcode: string) =>
      valueOf(samples, 'headend_dns_answers_total', { transport, rcode });
    expect([of('udp', 'NOERROR'), of('udp', 'NXDOMAIN'), of('tcp', 'REFUSED')]).toEqual([1, 2, 1]);
    expect(of('tls', 'SERVFAIL')).toBe(1);
  });

  test('decisions by rule, and transfers by how they ended', async () => {
    const metrics = new Metrics();
    metrics.because(server, DHCP.offerFresh);
    for (const rule of [
      TFTP_RULES.granted,
      TFTP_RULES.complete,
      TFTP_RULES.notFound,
      TFTP_RULES.notFoundCase,
    ])
      metrics.because(server, rule);
    metrics.measured(server, 'tftp.transfers', 7);
    metrics.measured(server, 'tftp.transfer.us', 2_000);
    const samples = await samplesOf(metrics);
    expect(valueOf(samples, 'headend_decisions_total', { rule: DHCP.offerFresh.id })).toBe(1);
    expect(valueOf(samples, 'headend_tftp_transfers_total', { result: 'complete' })).toBe(1);
    expect(valueOf(samples, 'headend_tftp_transfers_total', { result: 'not-found' })).toBe(2);
    expect(valueOf(samples, 'headend_tftp_transfers_total', { result: 'busy' })).toBeUndefined();
    expect(valueOf(samples, 'headend_tftp_transfers_open')).toBe(7);
    expect(valueOf(samples, 'headend_tftp_transfer_seconds_bucket', { le: '0.001' })).toBe(0);
    expect(valueOf(samples, 'headend_tftp_transfer_seconds_bucket', { le: '0.005' })).toBe(1);
  });

  test('how long services and the disk take', async () => {
    const metrics = new Metrics();
    metrics.handled(server, 'datagram', 40);
    metrics.handled(server, 'timer', 4);
    metrics.settled(server, 'durable', 3_000);
    const samples = await samplesOf(metrics);
    const handled = { host: 'server', input: 'datagram' };
    expect(valueOf(samples, 'headend_handle_seconds_sum', handled)).toBeCloseTo(4e-5, 9);
    expect(valueOf(samples, 'headend_handle_seconds_bucket', { ...handled, le: '0.00005' })).toBe(1);
    expect(valueOf(samples, 'headend_handle_seconds_bucket', { ...handled, le: '0.000025' })).toBe(0);
    expect(valueOf(samples, 'headend_settle_seconds_bucket', { outcome: 'durable', le: '0.005' })).toBe(1);
  });

  test('ten thousand modems are one line of each', async () => {
    const metrics = new Metrics();
    for (let index = 0; index < 10_000; index++)
      metrics.received(named(`cm[${index}]`, 'cm'), 0, new Uint8Array(4));
    const samples = (await samplesOf(metrics)).filter(
      ({ family }) => family === 'headend_datagrams_received_total',
    );
    expect(samples).toEqual([
      expect.objectContaining({ labels: { host: 'cm', port: 'other' }, value: 10_000 }),
    ]);
  });

  test('the process itself', async () => {
    const samples = await samplesOf(new Metrics());
    expect(valueOf(samples, 'process_resident_memory_bytes')).toBeGreaterThan(1_000_000);
  });
});

test('what is looked at when somebody asks: addresses by subnet and state, tickets, connections, the disk, checks', async () => {
  const metrics = new Metrics();
  const pool = { subnet: '10.9.0.0/18', addresses: 99, bound: 3, offered: 1, declined: 0, free: 95 };
  const counts = noCounts();
  let diskFailure: string | undefined;
  const servers = {
    driver: { counts, datagramsLimited: 12, openTickets: 2, connections: 5 },
    diskFailure: () => diskFailure,
    pools: () => Promise.resolve([{ host: 'dhcp', pools: [pool, { ...pool, bound: 9 }] }]),
    checks: () =>
      Promise.resolve([
        {
          host: 'dns',
          checks: [
            { name: 'web-a', healthy: true },
            { name: 'web-b', healthy: false },
          ],
        },
        { host: 'other', checks: null },
      ]),
  };
  metrics.watch(servers);
  counts.streamsCut = 4;
  counts.unsentOctets = 1000;
  const first = await samplesOf(metrics);
  const bound = (number: string) =>
    valueOf(first, 'headend_dhcp_addresses', {
      host: 'dhcp',
      pool: number,
      subnet: '10.9.0.0/18',
      state: 'bound',
    });
  expect([bound('0'), bound('1')]).toEqual([3, 9]);
  expect(valueOf(first, 'headend_dhcp_pool_addresses', { pool: '1' })).toBe(99);
  expect(valueOf(first, 'headend_datagrams_limited_total')).toBe(12);
  expect(valueOf(first, 'headend_connections_cut_total')).toBe(4);
  expect(valueOf(first, 'headend_unsent_bytes')).toBe(1000);
  expect(valueOf(first, 'headend_tickets_open')).toBe(2);
  expect(valueOf(first, 'headend_connections_open')).toBe(5);
  expect(valueOf(first, 'headend_check_healthy', { host: 'dns', check: 'web-a' })).toBe(1);
  expect(valueOf(first, 'headend_check_healthy', { host: 'dns', check: 'web-b' })).toBe(0);
  expect(valueOf(first, 'headend_disk_good')).toBe(1);
  diskFailure = 'no space left on device';
  expect(valueOf(await samplesOf(metrics), 'headend_disk_good')).toBe(0);
});

describe('where --metrics listens', () => {
  test.each([
    { text: '9167', is: '127.0.0.1:9167' },
    { text: ':9167', is: '127.0.0.1:9167' },
    { text: '10.0.0.1:80', is: '10.0.0.1:80' },
    { text: '[fd00::1]:9167', is: '[fd00::1]:9167' },
    { text: '127.0.0.1:0', is: '127.0.0.1:0' },
  ])('$text', ({ text, is }) => {
    expect(formatEndpoint(parseMetricsEndpoint(text))).toBe(is);
  });

  test.each([
    '',
    '127.0.0.1',
    'localhost:9167',
    '10.0.0.256:80',
    '70000',
    'fd00::1:9167',
    '1:2:3',
    '[fd00::1]',
  ])('not at "%s"', (text) => {
    expect(() => parseMetricsEndpoint(text)).toThrow('write a port');
  });
});
