import { ipv4, type Endpoint } from '../../src/core/address.ts';
import { DecodeError } from '../../src/core/errors.ts';
import type { Random } from '../../src/core/random.ts';
import { latin1Octets } from '../../src/core/text.ts';
import { NEVER, toInstant, type Instant } from '../../src/core/time.ts';
import { decodePacket, type TftpPacket } from '../../src/codec/tftp/packet.ts';
import type { TftpServerOptions } from '../../src/engine/tftp/server.ts';
import type { TftpProfile } from '../../src/engine/tftp/client-profile.ts';
import { TftpReceiver, type ReceiverState } from '../../src/engine/tftp/receiver.ts';
import { TftpService } from '../../src/service/tftp.ts';
import { FileTable, type FileSource } from '../../src/store/file-table.ts';
import { RecordingEffects } from './recording-effects.ts';

export const SERVER: Endpoint = { address: ipv4(0x0a000045), port: 69 };
const CLIENT = ipv4(0x0a090001);
const FILE_NAME = latin1Octets('file')!;

/** What the wire does to one packet: the delays of its copies. None: lost. */
export type Fate = (packet: {
  readonly fromServer: boolean;
  readonly octets: Uint8Array;
}) => readonly number[];

export interface Crossing {
  readonly at: number;
  readonly fromServer: boolean;
  readonly packet: TftpPacket;
}

export interface Outcome {
  readonly state: ReceiverState;
  /** Packets sent, in order, whether they arrived or not. */
  readonly sent: readonly Crossing[];
  readonly endedAt: Instant;
  readonly server: RecordingEffects;
  readonly client: RecordingEffects;
  readonly serverDeadline: Instant;
}

const everyPacketAfter =
  (us: number): Fate =>
  () => [us];

/** Each packet may be lost, doubled, and overtaken. */
export function chance(random: Random, ratios: { loss: number; copy: number; jitterUs: number }): Fate {
  const delay = () => 1_000 + random.below(ratios.jitterUs + 1);
  return () => {
    if (random.fraction() < ratios.loss) return [];
    return random.fraction() < ratios.copy ? [delay(), delay()] : [delay()];
  };
}

/** Runs one transfer between a server and a receiver until neither wants anything more. */
export function transfer(options: {
  content: Uint8Array | FileSource;
  profile: TftpProfile;
  fate?: Fate;
  server?: TftpServerOptions;
  name?: Uint8Array;
}): Outcome {
  const files = new FileTable();
  files.set(FILE_NAME, options.content);
  const service = new TftpService({ ...options.server, files });
  const receiver = new TftpReceiver(SERVER, options.name ?? FILE_NAME, options.profile);
  const fate = options.fate ?? everyPacketAfter(1_000);
  const server = new RecordingEffects();
  server.nextPort = 60_000;
  const client = new RecordingEffects();
  const sent: Crossing[] = [];
  const wire: { at: Instant; fromServer: boolean; from: Endpoint; to: Endpoint; octets: Uint8Array }[] = [];
  let now = toInstant(0);

  const drain = (effects: RecordingEffects, fromServer: boolean) => {
    for (const effect of effects.take()) {
      if (effect.kind !== 'send') {
        if (effect.kind === 'because') rules[fromServer ? 'server' : 'client'].because(effect.rule);
        continue;
      }
      const from = { address: fromServer ? SERVER.address : CLIENT, port: effect.port };
      sent.push({ at: now, fromServer, packet: decodePacket(effect.octets) });
      for (const delay of fate({ fromServer, octets: effect.octets }))
        wire.push({
          at: toInstant(now + delay),
          fromServer,
          from,
          to: effect.to,
          octets: effect.octets.slice(),
        });
    }
    wire.sort((a, b) => a.at - b.at);
  };
  const rules = { server: new RecordingEffects(), client: new RecordingEffects() };

  receiver.start(now, client);
  drain(client, false);
  for (let turn = 0; turn < 2_000_000; turn++) {
    const next = Math.min(wire[0]?.at ?? NEVER, receiver.deadline(), service.deadline());
    if (next === NEVER) {
      const serverDeadline = service.deadline();
      return { state: receiver.state, sent, endedAt: now, ...rules, serverDeadline };
    }
    now = toInstant(Math.max(now, next));
    const arrival = wire[0]?.at === next ? wire.shift() : undefined;
    if (arrival === undefined) {
      receiver.wake(now, client);
      service.handle({ kind: 'timer' }, now, server);
    } else if (arrival.fromServer) {
      try {
        if (arrival.to.port === receiver.port) receiver.receive(arrival.octets, arrival.from, now, client);
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
      }
    } else {
      const { octets, from, to } = arrival;
      service.handle({ kind: 'datagram', octets, from, to, via: 0, hardware: undefined }, now, server);
      // Whoever keeps the input's octets is seen here.
      octets.fill(0xa5);
    }
    drain(client, false);
    drain(server, true);
  }
  throw new Error('the transfer does not end');
}
