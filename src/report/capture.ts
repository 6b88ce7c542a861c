import { isIpv4 } from '../core/address.ts';
import type { Ip } from '../core/address.ts';
import { encodeFrame } from '../codec/frame/packet.ts';
import { type CapturePacket, CaptureWriter, LinkType } from '../codec/pcap.ts';
import type { FrameEvent, HostSpec, Topology, Trace } from '../core/driver.ts';
import type { Rule } from '../core/rules.ts';
import type { Instant } from '../core/time.ts';
import { escapeText } from '../core/text.ts';
import { isDrop } from './drops.ts';
import { fateText } from './fate.ts';
import { formatCount } from './line.ts';

/** What the section's comment says. */
export interface CaptureFacts {
  readonly scenario: string;
  readonly seed: number;
  readonly mode: 'virtual' | 'live';
  /** Microseconds since 1970 of the driver's zero; 0 where its moments are wall-clock time. */
  readonly epochUs: number;
  /** Such as live mode's table of addresses; empty: nothing more. */
  readonly note: string;
}

/** A capture ends here: what comes after is counted and told, not kept. */
const OCTETS_MAX = 1 << 30;
/** Handed over together: a write to the disk for each packet would cost more than the packet. */
const FLUSH_PACKETS = 256;
const NAMES_MAX = 100_000;
const DIGEST_LENGTH = 16;

/**
 * Writes a run as pcapng, one interface a segment and another for the MAC messages of a cable. Every crossing of a
 * segment is one packet, at the moment it arrived or was lost; the crossings of one datagram share their packet id.
 */
export class CaptureRecorder implements Trace {
  readonly #facts: CaptureFacts;
  readonly #writer: CaptureWriter;
  readonly #interfaces = new Map<
    string,
    { readonly ethernet: number; readonly macMessages: number | undefined }
  >();
  readonly #names = new Map<Ip, string>();
  /** Takes the file's octets in their order. */
  readonly #put: (octets: Uint8Array) => void;
  #octets = 0;
  #waiting = 0;
  #left = 0;
  /** One that went to a firewall, which has not spoken yet. The octets are its own. */
  #last: { readonly packet: CapturePacket; readonly receiver: HostSpec } | undefined;

  constructor(topology: Topology, facts: CaptureFacts, put: (octets: Uint8Array) => void) {
    this.#facts = facts;
    this.#put = put;
    this.#writer = new CaptureWriter();
    // Its own header is left out: ours can be made again at the end, when the digest is known.
    this.#writer.take();
    put(this.header(null));
    for (const { name, kind } of topology.segments) this.#addSegment(name, kind);
    for (const { name } of topology.links) this.#addSegment(name, 'ethernet');
    for (const host of topology.hosts)
      for (const { addresses } of host.interfaces)
        for (const { address } of addresses) this.#name(address, host.name);
    this.#flush();
  }

  frame(event: FrameEvent): void {
    if (this.#octets > OCTETS_MAX) {
      this.#left++;
      return;
    }
    const { body, packet, sourceMac, destinationMac } = event;
    const known = this.#interfaces.get(event.segment) ?? this.#addSegment(event.segment, 'ethernet');
    if (body.kind === 'udp' && !event.sender.forwards) this.#name(body.from.address, event.sender.name);
    const isMacMessage = body.kind === 'mac-message';
    this.#addWaiting();
    const packetOf = {
      interface: isMacMessage ? (known.macMessages ?? known.ethernet) : known.ethernet,
      atUs: this.#facts.epochUs + event.at,
      octets: isMacMessage ? body.octets : encodeFrame({ sourceMac, destinationMac, packet, body }),
      packetId: packet,
      comment: commentOf(event),
    };
    // What a firewall says of it comes after it.
    if (event.receiver?.inspects === true) this.#last = { packet: packetOf, receiver: event.receiver };
    else this.#add(packetOf);
  }

  /** Why a firewall has dropped the packet that it was handed last. */
  because(_at: Instant, host: HostSpec, rule: Rule, detail: string | undefined): void {
    const last = this.#last;
    if (last?.receiver !== host || !isDrop(rule.id)) return;
    const said = `dropped by ${host.name} · ${rule.id} ${rule.says}`;
    const more = detail === undefined ? said : `${said} · ${escapeText(detail)}`;
    const { comment } = last.packet;
    this.#last = {
      ...last,
      packet: { ...last.packet, comment: comment === undefined ? more : `${comment} · ${more}` },
    };
  }

  #addWaiting(): void {
    const last = this.#last;
    this.#last = undefined;
    if (last !== undefined) this.#add(last.packet);
  }

  #add(packet: CapturePacket): void {
    this.#writer.addPacket(packet);
    if (++this.#waiting === FLUSH_PACKETS) this.#flush();
  }

  /** The last octets; nothing may come after. */
  end(): void {
    this.#addWaiting();
    if (this.#names.size > 0)
      this.#writer.addNames([...this.#names].map(([address, name]) => ({ address, name })));
    this.#flush();
  }

  /** What stands first in the file, and may be written over it at the end: it is as long with a digest as without. */
  header(digest: string | null): Uint8Array {
    const { scenario, seed, mode, note } = this.#facts;
    const said = (digest ?? (mode === 'live' ? 'none, live' : 'not yet known'))
      .padEnd(DIGEST_LENGTH)
      .slice(0, DIGEST_LENGTH);
    const more = note === '' ? '' : `\n${escapeLines(note)}`;
    const comment = `scenario ${escapeText(scenario)}, seed ${seed}, ${mode}, digest ${said}${more}`;
    return new CaptureWriter({ comment, application: 'headend' }).take();
  }

  /** What a person is told when not everything is in it; empty: it is whole. */
  get notice(): string {
    if (this.#left === 0) return '';
    return `the capture is full at ${formatCount(this.#octets)} octets: the last ${formatCount(this.#left)} packets are not in it`;
  }

  #addSegment(
    name: string,
    kind: 'ethernet' | 'cable',
  ): { ethernet: number; macMessages: number | undefined } {
    const description =
      this.#facts.mode === 'live'
        ? `${kind} segment; Ethernet headers made by headend, addresses as in the scenario`
        : `${kind} segment; simulated`;
    const ethernet = this.#writer.addInterface({ name, description, linkType: LinkType.ethernet });
    const macMessages =
      kind === 'cable'
        ? this.#writer.addInterface({
            name: `${name}-mac`,
            description: `${name}: DOCSIS MAC management messages`,
            linkType: LinkType.docsis,
          })
        : undefined;
    const known = { ethernet, macMessages };
    this.#interfaces.set(name, known);
    return known;
  }

  #name(address: Ip, name: string): void {
    if (address === 0 || (!isIpv4(address) && address === '::') || this.#names.size >= NAMES_MAX) return;
    this.#names.set(address, name);
  }

  #flush(): void {
    const octets = this.#writer.take();
    this.#waiting = 0;
    this.#octets += octets.length;
    this.#put(octets);
  }
}

/** Fate, rule, its sentence, and what was particular. */
function commentOf(event: FrameEvent): string | undefined {
  const { fate, segment, fault, receiver, rule, detail, harm } = event;
  const parts = [
    fateText({ fate, segment, fault, receiver: receiver?.name, harm }),
    rule === undefined ? '' : `${rule.id} ${rule.says}`,
    detail === undefined ? '' : escapeText(detail),
  ].filter((part) => part !== '');
  return parts.length === 0 ? undefined : parts.join(' · ');
}

function escapeLines(text: string): string {
  return text.split('\n').map(escapeText).join('\n');
}
