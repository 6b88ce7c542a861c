import { expect, test } from 'vitest';
import { ipv4, type Endpoint } from '../../../../src/core/address.ts';
import { MODEM_TFTP_PROFILE, type TftpProfile } from '../../../../src/engine/tftp/client-profile.ts';
import { TftpReceiver } from '../../../../src/engine/tftp/receiver.ts';
import { RecordingEffects } from '../../../support/recording-effects.ts';
import { ascii, T0, wireOf } from '../../../support/tftp-bench.ts';

const server: Endpoint = { address: ipv4(0x0a000045), port: 69 };
const effects = new RecordingEffects();

/** A receiver that has its file: one block of 300 octets. */
function fetched(value: number, profile: TftpProfile = MODEM_TFTP_PROFILE) {
  const receiver = new TftpReceiver(server, ascii('modem.cfg'), profile);
  receiver.start(T0, effects);
  const octets = wireOf({ kind: 'data', block: 1, octets: new Uint8Array(300).fill(value) });
  receiver.receive(octets, { ...server, port: 60_000 }, T0, effects);
  const { state } = receiver;
  return { receiver, octets: state.kind === 'done' ? state.octets : new Uint8Array(0) };
}

test('a modem’s receiver lends its memory to the next download, once it was stopped and not before', () => {
  const first = fetched(1);
  const second = fetched(2);
  expect([first.octets.length, first.octets[0], second.octets[0]]).toEqual([300, 1, 2]);
  expect(second.octets.buffer).not.toBe(first.octets.buffer);
  first.receiver.stop(effects);
  expect(first.receiver.state).toEqual({ kind: 'done', octets: new Uint8Array(0) });
  expect(fetched(3).octets.buffer).toBe(first.octets.buffer);
});

test('others keep what they received', () => {
  const kept = fetched(4, { ...MODEM_TFTP_PROFILE, lendsBuffers: false });
  kept.receiver.stop(effects);
  expect(kept.receiver.state).toMatchObject({ kind: 'done', octets: kept.octets });
  expect(fetched(5).octets.buffer).not.toBe(kept.octets.buffer);
});
