import type { FrameRecord } from '../../src/scenario/record.ts';

/** A crossing as a trace has it: what a test does not say is that of one UDP datagram which arrives. */
export function frameRecord(
  said: Pick<FrameRecord, 'sender' | 'receiver' | 'protocol' | 'message'> & Partial<FrameRecord>,
): FrameRecord {
  return {
    kind: 'frame',
    number: 1,
    at: 0,
    sent_at: 0,
    segment: 'hfc',
    origin: said.sender,
    target: said.receiver,
    fate: 'delivered',
    fault: null,
    packet: 1,
    source_mac: '',
    destination_mac: '',
    body: 'udp',
    from: null,
    to: null,
    ttl: null,
    octets: '',
    fields: {},
    rule: null,
    detail: null,
    ...said,
  };
}
