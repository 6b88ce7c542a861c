import { CaptureWriter, LinkType } from '../../src/codec/pcap.ts';
import { encodeFrame } from '../../src/codec/frame/packet.ts';
import type { FrameEvent, Trace } from '../../src/core/driver.ts';

/** Writes every frame of a run, one interface a segment. */
export class Recorder implements Trace {
  readonly #writer = new CaptureWriter({ comment: 'a run of the simulation', application: 'headend' });
  readonly #interfaces = new Map<string, number>();
  readonly events: FrameEvent[] = [];

  frame(event: FrameEvent): void {
    const { body, segment } = event;
    this.events.push(event);
    if (body.kind === 'mac-message') return;
    let number = this.#interfaces.get(segment);
    if (number === undefined) {
      number = this.#writer.addInterface({ name: segment, linkType: LinkType.ethernet });
      this.#interfaces.set(segment, number);
    }
    const { sourceMac, destinationMac, packet } = event;
    this.#writer.addPacket({
      interface: number,
      atUs: 1_767_225_600_000_000 + event.at,
      octets: encodeFrame({ sourceMac, destinationMac, packet, body }),
      direction: 'out',
      packetId: packet,
      comment: event.fate,
    });
  }

  octets(): Uint8Array {
    return this.#writer.take();
  }
}
