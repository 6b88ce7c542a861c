import { expect, test } from 'vitest';
import { parseIp } from '../../../../src/core/address.ts';
import { Random } from '../../../../src/core/random.ts';
import { toInstant } from '../../../../src/core/time.ts';
import { Flag } from '../../../../src/codec/dns/header.ts';
import { decodeMessage, encodeMessage } from '../../../../src/codec/dns/message.ts';
import { toName } from '../../../../src/codec/dns/name.ts';
import { Type } from '../../../../src/codec/dns/registry.ts';
import { Exchanges } from '../../../../src/engine/recursor/exchange.ts';
import { ServerTable } from '../../../../src/engine/recursor/server-table.ts';
import { RecordingEffects } from '../../../support/recording-effects.ts';

test('a reply that is cut short opens one connection, however often it comes', () => {
  const server = parseIp('203.0.113.53')!;
  const random = new Random(1);
  const exchanges = new Exchanges({ random, servers: new ServerTable(10, random), usesCookies: false });
  const effects = new RecordingEffects();
  const question = { qname: toName('www.shop.example'), qtype: Type.A, server, options: [], dnssecOk: false };
  exchanges.ask(question, () => undefined, toInstant(0), effects);
  const { port, octets } = effects.last('send');
  const reply = encodeMessage({ ...decodeMessage(octets), flags: Flag.QR | Flag.TC });
  for (let copy = 0; copy < 3; copy++)
    exchanges.receive(
      {
        kind: 'datagram',
        octets: reply,
        from: { address: server, port: 53 },
        to: { address: parseIp('192.0.2.53')!, port },
        via: 0,
        hardware: undefined,
      },
      toInstant(10_000),
      effects,
    );
  expect(effects.of('connect').map(({ to }) => to)).toEqual([{ address: server, port: 53 }]);
});
