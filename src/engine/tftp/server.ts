import { formatEndpoint, isGroup } from '../../core/address.ts';
import { equalOctets, Writer } from '../../core/bytes.ts';
import { replyTo } from '../../core/reply.ts';
import type { Rule } from '../../core/rules.ts';
import { TFTP_RULES as RULES } from '../../core/rules/tftp.ts';
import type { DatagramInput, Effects, Target, UnreachableInput } from '../../core/service.ts';
import { nearest, showOctets } from '../../core/text.ts';
import type { Instant } from '../../core/time.ts';
import * as tftp from '../../codec/tftp/packet.ts';
import type { FileTable } from '../../store/file-table.ts';
import { describeOptions, negotiate, unfragmentedBlksize } from './negotiate.ts';
import { ResendQueue } from './resend-queue.ts';
import { Transfer, type AckOutcome } from './sender.ts';
import { TransferTable } from './transfer-table.ts';

export interface TftpServerOptions {
  /** Where requests come in; left out, 69. */
  readonly port?: number | undefined;
  /**
   * Whether transfers keep to the request's port, for clients behind NAT or a firewall. Otherwise each has a port of its own,
   * as RFC 1350 §4 asks.
   */
  readonly singlePort?: boolean | undefined;
  /** Octets of the largest block granted, 8 to 65,464; left out, what fits an Ethernet frame: 1468, over IPv6 1448. */
  readonly blksizeMax?: number | undefined;
  /** Blocks of the largest window granted, 1 to 65,535; left out, 64. */
  readonly windowsizeMax?: number | undefined;
  /**
   * Seconds to wait for an acknowledgment before the first resending, the second, ...; after the last of them the transfer is
   * given up. Left out: 1, 2, 4, 8, 16. A client's own timeout replaces each of them.
   */
  readonly resendSeconds?: readonly number[] | undefined;
  /** Transfers at one time; left out, 16,384. Requests beyond are dropped. */
  readonly transfersMax?: number | undefined;
  /** Of them, for one client's address or one IPv6 site; left out, 1,024: a CMTS may send for all of its modems. */
  readonly transfersPerSourceMax?: number | undefined;
}

/** RFC 1123 §4.2.3.2 asks for at least an exponential back-off. */
const RESEND_SECONDS = [1, 2, 4, 8, 16];
const WINDOWSIZE_MAX = 64;
/** About a kilobyte each, and below the ephemeral ports of any system. */
const TRANSFERS_MAX = 16_384;
const TRANSFERS_PER_SOURCE_MAX = 1_024;
/** How many names are looked through for a "did you mean". */
const NAMES_COMPARED = 1_000;

/** All read requests and transfers of one server. It only reads: RFC 1350's write request is answered with error 2. */
export class TftpServer {
  readonly #files: FileTable;
  readonly #port: number;
  readonly #singlePort: boolean;
  readonly #blksizeMax: number | undefined;
  readonly #windowsizeMax: number;
  readonly #resendSeconds: readonly number[];
  readonly #transfersMax: number;
  readonly #transfersPerSourceMax: number;
  #scratch: Writer;
  #queue = new ResendQueue<Transfer>();
  #transfers = new TransferTable();
  /** The last request: most clients ask for what the one before asked for, octet for octet. */
  #last: KeptRequest | undefined;

  constructor(files: FileTable, options: TftpServerOptions = {}) {
    this.#files = files;
    this.#port = options.port ?? tftp.TFTP_PORT;
    this.#singlePort = options.singlePort ?? false;
    this.#blksizeMax = options.blksizeMax;
    this.#windowsizeMax = options.windowsizeMax ?? WINDOWSIZE_MAX;
    this.#resendSeconds = options.resendSeconds ?? RESEND_SECONDS;
    this.#transfersMax = options.transfersMax ?? TRANSFERS_MAX;
    this.#transfersPerSourceMax = options.transfersPerSourceMax ?? TRANSFERS_PER_SOURCE_MAX;
    const blksize = Math.max(options.blksizeMax ?? 0, 1468, tftp.DEFAULT_BLKSIZE);
    this.#scratch = new Writer(new Uint8Array(tftp.DATA_HEADER_OCTETS + blksize));
  }

  /** Transfers under way. */
  get transferCount(): number {
    return this.#transfers.count;
  }

  /** Takes over all transfers: each goes on with the file and the port that it began with. */
  inherit(before: TftpServer): void {
    this.#queue = before.#queue;
    this.#transfers = before.#transfers;
    if (before.#scratch.octets.length > this.#scratch.octets.length) this.#scratch = before.#scratch;
  }

  /** Throws `DecodeError`, having done nothing, for octets that are no TFTP packet. */
  receive(input: DatagramInput, now: Instant, effects: Effects): void {
    const opcode = tftp.decodeOpcode(input.octets);
    if (input.to.port !== this.#port) {
      const transfer = this.#transfers.ofPort(input.to.port);
      if (transfer === undefined) return;
      if (input.from.address === transfer.address && input.from.port === transfer.port)
        this.#packet(transfer, opcode, input, now, effects);
      else this.#turnAway(opcode, input, effects);
      return;
    }
    // RFC 1123 §4.2.3.5
    if (isGroup(input.to.address)) return effects.because(RULES.broadcastIgnored);
    if (opcode === tftp.Opcode.rrq || opcode === tftp.Opcode.wrq) return this.#request(input, now, effects);
    const transfer = this.#transfers.ofPeer(input.from);
    if (transfer === undefined || transfer.ownPort !== this.#port) this.#turnAway(opcode, input, effects);
    else this.#packet(transfer, opcode, input, now, effects);
  }

  /** RFC 1122 §4.1.3.3: only a closed port is final; a host or network may come back before the tries run out. */
  unreachable(input: UnreachableInput, effects: Effects): void {
    if (input.reason !== 'port') return;
    const transfer = this.#transfers.ofPeer(input.to);
    if (transfer === undefined || transfer.ownPort !== input.port) return;
    effects.because(RULES.unreachable);
    this.#end(transfer, effects);
  }

  deadline(): Instant {
    return this.#queue.deadline();
  }

  wake(now: Instant, effects: Effects): void {
    for (let transfer = this.#queue.due(now); transfer !== undefined; transfer = this.#queue.due(now)) {
      if (transfer.sends >= this.#resendSeconds.length) {
        effects.because(RULES.gaveUp, effects.explains ? describePeer(transfer) : undefined);
        this.#end(transfer, effects);
        continue;
      }
      effects.because(RULES.resent, effects.explains ? describePeer(transfer) : undefined);
      if (!transfer.send(this.#scratch, effects)) this.#unreadable(transfer, effects);
      else this.#arm(transfer, transfer.sends + 1, now);
    }
  }

  /** A packet of the client of a transfer. */
  #packet(
    transfer: Transfer,
    opcode: tftp.Opcode,
    input: DatagramInput,
    now: Instant,
    effects: Effects,
  ): void {
    if (opcode === tftp.Opcode.ack)
      return this.#acknowledged(transfer, tftp.decodeBlock(input.octets), now, effects);
    if (opcode !== tftp.Opcode.error) return effects.because(RULES.malformed);
    const { code, text } = tftp.decodeErrorPacket(input.octets);
    const shown = effects.explains
      ? `error ${code}: ${showOctets(text.subarray(0, tftp.ERROR_TEXT_OCTETS_MAX))}`
      : undefined;
    effects.because(RULES.peerError, shown);
    this.#end(transfer, effects);
  }

  #acknowledged(transfer: Transfer, block: number, now: Instant, effects: Effects): void {
    const outcome = transfer.acknowledge(block);
    effects.because(ACK_RULES[outcome]);
    if (outcome === 'old') return;
    if (outcome === 'complete') {
      effects.measure('tftp.transfer.us', now - transfer.startedAt);
      return this.#end(transfer, effects);
    }
    if (transfer.send(this.#scratch, effects)) this.#arm(transfer, 1, now);
    else this.#unreadable(transfer, effects);
  }

  #request(input: DatagramInput, now: Instant, effects: Effects): void {
    const kept = this.#read(input.octets);
    const { request } = kept;
    if (request.kind === 'wrq') {
      effects.because(RULES.writeRefused, effects.explains ? showOctets(request.name) : undefined);
      return this.#refuse(replyTo(input), tftp.ErrorCode.accessViolation, 'this server only reads', effects);
    }
    const running = this.#transfers.ofPeer(input.from);
    if (running !== undefined && !this.#startsOver(running, input, effects)) return;
    if (this.transferCount >= this.#transfersMax) return effects.because(RULES.busy);
    if (this.#transfers.countOf(input.from.address) >= this.#transfersPerSourceMax)
      return effects.because(RULES.busyForSource);
    const { mode } = request;
    if (mode === undefined || mode === 'mail') {
      effects.because(RULES.modeRefused);
      const text = 'transfer modes are octet and netascii';
      return this.#refuse(replyTo(input), tftp.ErrorCode.illegalOperation, text, effects);
    }
    const file = this.#files.find(request.name, input.from.address);
    if (file === undefined) return this.#notFound(request.name, replyTo(input), effects);
    const agreement = negotiate(request.options, {
      blksizeMax: this.#blksizeMax ?? unfragmentedBlksize(input.from.address),
      windowsizeMax: this.#windowsizeMax,
      size: mode === 'octet' ? file.size : undefined,
    });
    if ('refused' in agreement) {
      effects.because(RULES.optionRefused, effects.explains ? agreement.refused : undefined);
      return this.#refuse(replyTo(input), tftp.ErrorCode.optionRefused, agreement.refused, effects);
    }
    const rule = agreement.oack === undefined ? RULES.granted : RULES.optionsGranted;
    effects.because(
      rule,
      effects.explains ? `${showOctets(request.name)} ${describeOptions(request.options)}` : undefined,
    );
    file.retain?.();
    const ownPort = this.#singlePort ? this.#port : effects.bind();
    const to = replyTo(input);
    this.#begin(
      new Transfer({ ownPort, to, request: kept.octets, file, mode, agreement, startedAt: now }),
      now,
      effects,
    );
  }

  /** Throws `DecodeError`. */
  #read(octets: Uint8Array): KeptRequest {
    if (this.#last !== undefined && equalOctets(this.#last.octets, octets)) return this.#last;
    // One octet too many is enough to be refused for.
    const copy = octets.slice(0, tftp.REQUEST_OCTETS_MAX + 1);
    this.#last = { octets: copy, request: tftp.decodeRequest(copy) };
    return this.#last;
  }

  #begin(transfer: Transfer, now: Instant, effects: Effects): void {
    this.#transfers.add(transfer, this.#singlePort ? 'shared port' : 'own port');
    effects.measure('tftp.transfers', this.transferCount);
    if (transfer.send(this.#scratch, effects)) this.#arm(transfer, 1, now);
    else this.#unreadable(transfer, effects);
  }

  /** Whether a request from a port with a transfer begins a new one, having ended the old. */
  #startsOver(running: Transfer, input: DatagramInput, effects: Effects): boolean {
    const repeated = equalOctets(running.request, input.octets);
    if (repeated && !running.isUnderWay) {
      // RFC 1350 §4: a copy, or our answer was lost. The timer goes on as it was, so copies do not keep a transfer alive.
      effects.because(RULES.repeatedRequest);
      if (!running.send(this.#scratch, effects)) this.#unreadable(running, effects);
      return false;
    }
    if (repeated && running.sends === 1) {
      // A late copy in a transfer that is going well.
      effects.because(RULES.repeatedRequest);
      return false;
    }
    effects.because(RULES.startedOver);
    this.#end(running, effects);
    return true;
  }

  #notFound(name: Uint8Array, to: Target, effects: Effects): void {
    const miss = this.#files.nearMiss(name);
    const rule =
      miss === 'case' ? RULES.notFoundCase : miss === 'slash' ? RULES.notFoundSlash : RULES.notFound;
    effects.because(rule, effects.explains ? this.#describeMiss(name) : undefined);
    this.#refuse(to, tftp.ErrorCode.fileNotFound, 'file not found', effects);
  }

  #describeMiss(name: Uint8Array): string {
    const shown = showOctets(name);
    const names = this.#files.names(NAMES_COMPARED).map(showOctets);
    const near = nearest(shown.replace(/^[\\/]+/, ''), names);
    return near === undefined ? `"${shown}"` : `"${shown}"; "${near}" is served`;
  }

  /** RFC 1350 §4: the sender of a packet with a wrong TID is told, unless it sent an error, which nobody answers. */
  #turnAway(opcode: tftp.Opcode, input: DatagramInput, effects: Effects): void {
    effects.because(RULES.stranger, effects.explains ? formatEndpoint(input.from) : undefined);
    if (opcode === tftp.Opcode.error) return;
    this.#sendError(input.to.port, replyTo(input), tftp.ErrorCode.unknownTid, 'no such transfer', effects);
  }

  #refuse(to: Target, code: number, text: string, effects: Effects): void {
    this.#sendError(this.#port, to, code, text, effects);
  }

  #unreadable(transfer: Transfer, effects: Effects): void {
    effects.because(RULES.unreadable, effects.explains ? describePeer(transfer) : undefined);
    this.#sendError(
      transfer.ownPort,
      transfer.target,
      tftp.ErrorCode.other,
      'the file cannot be read',
      effects,
    );
    this.#end(transfer, effects);
  }

  #sendError(port: number, to: Target, code: number, text: string, effects: Effects): void {
    tftp.encodeError(this.#scratch.reset(), code, text);
    effects.send(port, to, this.#scratch.octets, this.#scratch.offset);
  }

  #arm(transfer: Transfer, sends: number, now: Instant): void {
    transfer.sends = sends;
    const wait = transfer.agreement.timeoutSeconds || (this.#resendSeconds[sends - 1] ?? 1);
    this.#queue.arm(transfer, now, wait);
  }

  #end(transfer: Transfer, effects: Effects): void {
    this.#queue.disarm(transfer);
    if (this.#transfers.remove(transfer)) effects.release(transfer.ownPort);
    transfer.release();
    effects.measure('tftp.transfers', this.transferCount);
  }
}

const ACK_RULES: Readonly<Record<AckOutcome, Rule>> = {
  old: RULES.oldAck,
  next: RULES.nextWindow,
  again: RULES.windowAgain,
  complete: RULES.complete,
};

/** A request and the packet that its views are of. */
interface KeptRequest {
  readonly octets: Uint8Array;
  readonly request: tftp.TftpRequest;
}

function describePeer(transfer: Transfer): string {
  return formatEndpoint(transfer);
}
