import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { screenModel, screenLines, SCREENS } from '../../../src/api/screen.ts';
import type { ScreenModel, ScreenName } from '../../../src/api/screen.ts';
import { loadScenario, prepareVirtual } from '../../../src/api/scenario.ts';
import { beginMacMessage, endMacMessage } from '../../../src/codec/docsis/mac-message.ts';
import { Writer } from '../../../src/core/bytes.ts';
import type { FrameEvent, Topology } from '../../../src/core/driver.ts';
import { toInstant } from '../../../src/core/time.ts';
import { lineText } from '../../../src/report/line.ts';
import type { ScreenView } from '../../../src/report/screen-frame.ts';
import { SCENARIOS } from '../../support/command-line.ts';

/** A scenario of this repository, looked at until a moment. */
async function look(
  file: string,
  untilUs: number,
  { ladders = [], set = [] }: { ladders?: readonly string[]; set?: readonly string[] } = {},
): Promise<{ model: ScreenModel; topology: Topology }> {
  const loaded = loadScenario(join(SCENARIOS, file), { set });
  const run = prepareVirtual(loaded);
  const { topology, seed } = run;
  const model = screenModel({ scenario: loaded.scenario, topology, seed }, ladders);
  await run.execute([model], { untilUs, begun: (facts) => model.begin(facts) });
  return { model, topology };
}

function draw(model: ScreenModel, screen: ScreenName, view: Partial<ScreenView> = {}): readonly string[] {
  return screenLines(model, {
    screen,
    first: 0,
    atUs: 12_000_000,
    ofUs: 120_000_000,
    pace: { speed: 1, isPaused: false },
    columns: 100,
    rows: 30,
    ...view,
  }).map((line) => lineText(line).trimEnd());
}

/** Without what stands around it and below it. */
function body(lines: readonly string[]): string {
  return lines.slice(2, -1).join('\n').trimEnd();
}

let model: ScreenModel;
let topology: Topology;
beforeAll(async () => {
  ({ model, topology } = await look('cable-modem-boot.yaml', 12_000_000));
});

describe('around each screen', () => {
  test.each([
    {
      pace: { speed: 0.5, isPaused: false },
      title: ' cable-modem-boot  seed 7 · 12.0 s of 2m · 0.5x · 99 packets',
      keys: ' 1 2 3 4 screens  + - speed  p pause  . step  q finish  Q stop',
    },
    {
      pace: { speed: 1, isPaused: true },
      title: ' cable-modem-boot  seed 7 · 12.0 s of 2m · paused (1x) · 99 packets',
      keys: ' 1 2 3 4 screens  + - speed  p pause  . step  q finish  Q stop',
    },
    {
      pace: undefined,
      title: ' cable-modem-boot  seed 7 · 12.0 s of 2m · live · 99 packets',
      keys: ' 1 2 3 4 screens  q finish  Q stop',
    },
  ])('$title', ({ pace, title, keys }) => {
    const lines = draw(model, 'hosts', { pace });
    expect(lines[0]).toBe(title);
    expect(lines[1]).toBe('  1 ladder cm[0]  2 counters  3 histogram  4 [hosts]');
    expect(lines.at(-1)).toBe(keys);
  });

  const sizes = [
    { columns: 100, rows: 30 },
    { columns: 80, rows: 24 },
    { columns: 40, rows: 10 },
    { columns: 200, rows: 60 },
    { columns: 12, rows: 4 },
    { columns: 1, rows: 1 },
  ];
  test.each(SCREENS.flatMap((screen) => sizes.map((size) => ({ screen, ...size }))))(
    '$screen fills a terminal of $columns x $rows and no more',
    ({ screen, columns, rows }) => {
      const lines = screenLines(model, {
        screen,
        first: 0,
        atUs: 12_000_000,
        ofUs: 120_000_000,
        pace: undefined,
        columns,
        rows,
      });
      expect(lines).toHaveLength(rows);
      for (const line of lines) expect(Array.from(lineText(line)).length).toBeLessThanOrEqual(columns);
    },
  );
});

describe('ladder', () => {
  test('the newest packet stands at the bottom', () => {
    expect(body(draw(model, 'ladder', { rows: 8 }))).toMatchInlineSnapshot(`
      " t (s)  cm[0]         cmts         dhcp         tod          tftp
         1.434  │◀───DATA 2──┼────────────┼────────────┼────────────│  last block, 476 octets
         1.446  │──REG-REQ──▶│            │            │            │
         1.457  │◀───REG-RSP─│            │            │            │  code 0, ok  → operational
         1.471  │──REG-ACK──▶│            │            │            │  cmts → online"
    `);
  });

  test('of another host', async () => {
    const other = await look('cable-modem-boot.yaml', 12_000_000, { ladders: ['cm[2]'] });
    expect(draw(other.model, 'ladder')[1]).toContain('[ladder cm[2]]');
    expect(draw(other.model, 'ladder')[2]).toMatch(/cm\[2\] +cmts +dhcp/);
  });

  test('before the first packet', async () => {
    const early = await look('cable-modem-boot.yaml', 1);
    expect(body(draw(early.model, 'ladder'))).toBe(' cm[0]: no packets');
  });

  test('of a host that is not there', async () => {
    await expect(look('cable-modem-boot.yaml', 1, { ladders: ['cn[0]'] })).rejects.toThrow(
      'did you mean cm[0]?',
    );
  });
});

describe('counters', () => {
  test('beside each other on a wide terminal', async () => {
    const storm = await look('boot-storm-5000.yaml', 20_000_000, { set: ['devices.cm.count=40'] });
    expect(body(draw(storm.model, 'counters'))).toMatchInlineSnapshot(`
      " packets                     sent       lost    counted
       ARP REPLY                     43          1    dhcp.discovers                41
       ARP REQUEST                   43          0    dhcp.offers                   41
       DHCP ACK                      80          0    dhcp.acks                     40
       DHCP DISCOVER                 82          0    dhcp.naks                      0
       DHCP OFFER                    82          1    dhcp.retransmits               1
       DHCP REQUEST                  80          0    tftp.requests                 40
       REG ACK                       40          0    tftp.retransmits               6
       REG REQ                       42          2
       REG RSP                       40          0    faults
       RNG REQ                       83          1    plant-noise                   11
       RNG RSP                       82          2
       TFTP ACK                      82          2    states
       TFTP DATA                     84          2    cm                   operational 40
       TFTP RRQ                      40          0"
    `);
  });

  test('below each other on a narrow one, states first', () => {
    expect(body(draw(model, 'counters', { columns: 60, rows: 24 }))).toMatchInlineSnapshot(`
      " counted
       dhcp.discovers                 3
       dhcp.offers                    3
       dhcp.acks                      3
       dhcp.naks                      0
       dhcp.retransmits               0
       tftp.requests                  3
       tftp.retransmits               0

       states
       cm                   operational 3

       packets                     sent       lost
       ARP REPLY                      6          0
       ARP REQUEST                    6          0
       DHCP ACK                       6          0
       DHCP DISCOVER                  6          0
       DHCP OFFER                     6          0
       DHCP REQUEST                   6          0
       REG ACK                        3          0
       and 9 kinds more"
    `);
  });

  test('packets of more and more kinds share a row', () => {
    const flooded = screenModel(
      { scenario: loadScenario(join(SCENARIOS, 'cable-modem-boot.yaml')).scenario, topology, seed: 7 },
      [],
    );
    for (let type = 0; type < 200; type++) flooded.frame(macMessage(type));
    expect(flooded.packets.size).toBe(65);
    const total = [...flooded.packets.values()].reduce((sum, { sent }) => sum + sent, 0);
    expect(total).toBe(200);
  });
});

/** From a modem to the CMTS, of any type, with nothing in it. */
function macMessage(type: number): FrameEvent {
  const sender = topology.hosts.find(({ name }) => name === 'cm[0]')!;
  const receiver = topology.hosts.find(({ name }) => name === 'cmts')!;
  const writer = new Writer(new Uint8Array(64));
  beginMacMessage(writer, receiver.interfaces[0]!.mac, sender.interfaces[0]!.mac, type);
  const octets = writer.octets.slice(0, endMacMessage(writer));
  return {
    sentAt: toInstant(0),
    at: toInstant(0),
    segment: 'hfc',
    sender,
    receiver,
    fate: 'delivered',
    fault: undefined,
    sourceMac: sender.interfaces[0]!.mac,
    destinationMac: receiver.interfaces[0]!.mac,
    packet: type,
    body: { kind: 'mac-message', octets },
    rule: undefined,
    detail: undefined,
  };
}

describe('histogram', () => {
  test('nobody is up', async () => {
    const early = await look('cable-modem-boot.yaml', 1);
    expect(body(draw(early.model, 'histogram'))).toBe(' no modem is up yet');
  });

  test('a bar for each span of time', async () => {
    const storm = await look('boot-storm-5000.yaml', 60_000_000, { set: ['devices.cm.count=40'] });
    expect(body(draw(storm.model, 'histogram', { columns: 60, rows: 16 }))).toMatchInlineSnapshot(`
      " boot times   40 modems   p50 1.29 s   p95 4.1 s   p99 4.29…

               0.5 to 1.0 s         9 ██████████████
               1.0 to 1.5 s        18 ████████████████████████████
               1.5 to 2.0 s         8 ████████████▍
               2.0 to 2.5 s         1 █▌
               2.5 to 3.0 s         1 █▌
               3.0 to 3.5 s         0
               3.5 to 4.0 s         0
               4.0 to 4.5 s         3 ████▋"
    `);
  });

  test('one modem, one bar', async () => {
    const one = await look('cable-modem-boot.yaml', 30_000_000, { set: ['devices.cm.count=1'] });
    expect(body(draw(one.model, 'histogram', { columns: 60 })).split('\n')).toHaveLength(3);
  });
});

describe('hosts', () => {
  test('state, address, and since when', () => {
    expect(body(draw(model, 'hosts'))).toMatchInlineSnapshot(`
      " host                state                      address                    since
       dhcp                -                          10.0.0.67                  -
       tftp                -                          10.0.0.69                  -
       tod                 -                          10.0.0.37                  -
       cmts                -                          10.9.0.1                   -
       cm[0]               operational                10.9.16.1                  1.471 s (10.5 s ago)
       cm[1]               operational                10.9.16.2                  2.814 s (9.19 s ago)
       cm[2]               operational                10.9.16.3                  5.135 s (6.87 s ago)
       1 to 7 of 7"
    `);
  });

  test.each([{ first: 2 }, { first: 9_999 }])('from place $first on', ({ first }) => {
    const lines = body(draw(model, 'hosts', { first, rows: 7 })).split('\n');
    const names = topology.hosts.map(({ name }) => name);
    const start = Math.min(first, names.length - 2);
    expect(lines.slice(1, 3).map((line) => line.trim().split(' ')[0])).toEqual(names.slice(start, start + 2));
    expect(lines[3]).toBe(` ${start + 1} to ${start + 2} of ${names.length}: arrows and PgUp, PgDn move`);
  });
});
