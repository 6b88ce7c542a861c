import type { DnsMessage } from '../codec/dns/message.ts';
import { EMPTY_MESSAGE } from '../codec/dns/question.ts';
import { Name, formatName, parseName } from '../codec/dns/name.ts';
import { Class, Opcode, Type } from '../codec/dns/registry.ts';
import { updateRecords } from '../codec/dns/update-text.ts';
import { type Ip, ipv4At, ipv6At } from '../core/address.ts';
import { ConfigError } from '../core/errors.ts';
import type { Random } from '../core/random.ts';
import { TRANSFER } from '../core/rules/transfer.ts';
import { UPDATE } from '../core/rules/update.ts';
import type {
  CommandInput,
  DatagramInput,
  Effects,
  Plain,
  Row,
  SettledInput,
  StreamInput,
  Ticket,
} from '../core/service.ts';
import { escapeText } from '../core/text.ts';
import type { Steps } from '../core/steps.ts';
import { type Epoch, type Instant, after, earlier, toInstant } from '../core/time.ts';
import { Notifier } from '../engine/dns/transfer/notifier.ts';
import { type Peer, RequestMaker } from '../engine/dns/transfer/requests.ts';
import { Secondary } from '../engine/dns/transfer/secondary.ts';
import type { TsigKeys } from '../engine/dns/tsig.ts';
import type { Zone } from '../store/zone.ts';
import { ZoneRows, refreshRow } from '../store/zone-rows.ts';
import type { ZoneSet } from '../store/zone-set.ts';
import type { DnsSigning } from './dns-signing.ts';
import type { DnsStreams } from './dns-streams.ts';
import { DnsTransfers } from './dns-transfers.ts';
import { DnsUpdates } from './dns-updates.ts';
import { ZoneDesk } from './zone-desk.ts';
import { type Inherited, type ZoneDuties, ZoneKeep } from './zone-keep.ts';

const DNS_PORT = 53;

/** What is left to do before a zone is as a reload has it. */
interface Heir {
  readonly steps: Steps<Inherited>;
  readonly nextAt: Instant;
}

export interface ZoneWorkOptions {
  readonly zones: ZoneSet;
  readonly duties: readonly ZoneDuties[];
  readonly keys: TsigKeys;
  readonly signing: DnsSigning;
  readonly streams: DnsStreams;
  readonly random: Random;
  readonly epoch: Epoch;
  /** Our own, which are never told of our news. */
  readonly addresses: readonly Ip[];
}

/** What a name server does with its zones beyond answering: transfers both ways, NOTIFY both ways, updates, and their journal. */
export class ZoneWork {
  readonly #options: ZoneWorkOptions;
  readonly #keeps = new Map<string, ZoneKeep>();
  readonly #transfers: DnsTransfers;
  readonly #updates: DnsUpdates;
  readonly #notifier: Notifier;
  readonly desk: ZoneDesk;
  readonly #restored = new ZoneRows();
  #isStarted = false;
  /** Secondaries of before a reload that are needed no more. */
  #retired: Secondary[] = [];
  /** Zones that came with a reload, of which secondaries are to hear. */
  #news: ZoneKeep[] = [];
  #rows: Row[] = [];
  /** Zones that a reload brought and that are not ready. */
  readonly #heirs = new Map<ZoneKeep, Heir>();
  /** Whose journal has rows on their way to the disk. */
  readonly #flights = new Map<Ticket, ZoneKeep>();

  constructor(options: ZoneWorkOptions) {
    this.#options = options;
    const { zones, duties, keys, signing, streams } = options;
    const seconds = (now: Instant): number => signing.seconds(now);
    this.#transfers = new DnsTransfers(streams, seconds);
    this.#updates = new DnsUpdates({
      streams,
      keys,
      seconds,
      committed: (keep, zone, change, now, effects) => {
        this.#rows.push(...keep.advance(zone, [change], 'written'));
        this.#tellSecondaries(keep, now, effects);
      },
      overtaken: (keep, row) => this.#rows.push(...keep.journal.disown(row)),
    });
    this.#notifier = new Notifier(new RequestMaker(keys, options));
    for (const duty of duties) {
      const place = zones.at(duty.apex);
      if (place !== undefined) this.#keeps.set(duty.apex.key, new ZoneKeep(duty, place));
    }
    this.desk = new ZoneDesk({
      signing,
      transfers: this.#transfers,
      updates: this.#updates,
      keepOf: (apex) => this.#keeps.get(apex.key),
      notified: (keep, source, now) => keep.secondary?.notified(source, now),
    });
  }

  /** What was under way when a row was written goes on: handed in before anything else. */
  restore(row: Row): void {
    this.#restored.add(row);
  }

  /** Whether `start` has been called. */
  get isStarted(): boolean {
    return this.#isStarted;
  }

  /** To be called before each input but rows. */
  start(now: Instant, effects: Effects): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    for (const keep of this.#keeps.values()) {
      const { apex } = keep.duties;
      const kept = this.#restored.take(apex);
      if (kept !== undefined) keep.restore(kept, effects);
      this.#rows.push(...keep.beginEditions(kept?.signedAs, this.#options.signing.seconds(now)));
      if (keep.isCopy) this.#follow(keep, this.#instantOf(kept?.refreshedAt, now), now);
      else this.#tellSecondaries(keep, now, effects);
    }
  }

  /** Whether any of its zones has to be looked after without being asked. */
  get #needsStart(): boolean {
    return this.#options.duties.some(
      ({ primaries, notify, notifyServers }) =>
        primaries.length > 0 || notify.length > 0 || notifyServers !== undefined,
    );
  }

  deadline(): Instant {
    const isOwing = this.#retired.length + this.#news.length + this.#rows.length > 0;
    if (isOwing || (!this.#isStarted && this.#needsStart)) return toInstant(0);
    let at = earlier(
      this.#transfers.deadline(),
      earlier(this.#notifier.deadline(), this.#updates.deadline()),
    );
    for (const { nextAt } of this.#heirs.values()) at = earlier(at, nextAt);
    for (const keep of this.#keeps.values()) {
      at = earlier(at, keep.journal.deadline());
      if (keep.secondary !== undefined) at = earlier(at, keep.secondary.deadline());
      if (hasEditions(keep) && this.#isStarted) at = earlier(at, keep.told?.until ?? toInstant(0));
    }
    return at;
  }

  wake(now: Instant, effects: Effects): void {
    for (const secondary of this.#retired.splice(0)) secondary.stop(effects);
    for (const [keep, { steps, nextAt }] of this.#heirs) if (nextAt <= now) this.#succeed(keep, steps, now);
    for (const keep of this.#keeps.values()) {
      if (!keep.hasKeptUpdates) continue;
      keep.hasKeptUpdates = false;
      effects.because(UPDATE.journalWins, effects.explains ? formatName(keep.duties.apex) : undefined);
    }
    for (const keep of this.#news.splice(0)) this.#tellSecondaries(keep, now, effects);
    for (const keep of this.#keeps.values()) this.#tellEdition(keep, now, effects);
    this.#transfers.wake(now, effects);
    this.#notifier.wake(now, effects);
    for (const { secondary } of this.#keeps.values())
      if (secondary !== undefined && secondary.deadline() <= now) secondary.wake(now, effects);
    this.#write(effects);
    // Last: what comes after it in this input waits for the disk.
    this.#updates.wake(now, effects);
    for (const keep of this.#keeps.values())
      if (keep.journal.deadline() <= now) this.#flights.set(effects.persist(keep.journal.next()), keep);
  }

  /** A datagram to a port that was opened here. */
  receive(input: DatagramInput, now: Instant, effects: Effects): void {
    if (this.#notifier.ownsPort(input.to.port)) return this.#notifier.receive(input, now, effects);
    for (const { secondary } of this.#keeps.values())
      if (secondary?.ownsPort(input.to.port) === true) secondary.receive(input, now, effects);
    this.#write(effects);
  }

  /** Whether the stream is of a transfer to here; then it was handed on. */
  stream(input: StreamInput, now: Instant, effects: Effects): boolean {
    for (const { secondary } of this.#keeps.values()) {
      if (secondary?.ownsStream(input.stream) !== true) continue;
      secondary.stream(input, now, effects);
      this.#write(effects);
      return true;
    }
    // Who only says that he asks no more may well read on.
    if (input.event === 'reset') this.#transfers.forget(input.stream);
    return false;
  }

  settled(input: SettledInput, now: Instant, effects: Effects): void {
    const keep = this.#flights.get(input.ticket);
    if (keep !== undefined) {
      this.#flights.delete(input.ticket);
      keep.journal.settled(input.outcome, keep.history.changes.length, now);
    }
    if (this.#updates.settled(input, now, effects)) this.#write(effects);
  }

  /** What peers wait for that a server which ends should bring to an end. */
  get underWay(): number {
    return this.#transfers.count + this.#updates.underWay;
  }

  /** Takes over from the work of before a reload. */
  inherit(before: ZoneWork, now: Instant): void {
    this.#isStarted = true;
    this.#transfers.inherit(before.#transfers);
    this.#notifier.inherit(before.#notifier);
    this.#updates.inherit(before.#updates, (keep) => this.#keeps.get(keep.duties.apex.key));
    this.#retired.push(...before.#retired);
    this.#rows.push(...before.#rows);
    for (const [ticket, { duties }] of before.#flights) {
      const keep = this.#keeps.get(duties.apex.key);
      if (keep !== undefined) this.#flights.set(ticket, keep);
    }
    for (const [key, keep] of this.#keeps) {
      const was = before.#keeps.get(key);
      if (was !== undefined) this.#succeed(keep, keep.inheritSteps(was), now);
      else this.#begin(keep, { isNew: !keep.isCopy, rows: [] }, now);
    }
    for (const { secondary } of before.#keeps.values())
      if (secondary !== undefined) this.#retired.push(secondary);
  }

  /** Zones whose version of before a reload is served still. */
  get unready(): readonly Name[] {
    return Array.from(this.#heirs.keys(), ({ duties }) => duties.apex);
  }

  /** A step of taking over a zone: questions are answered in between. */
  #succeed(keep: ZoneKeep, steps: Heir['steps'], now: Instant): void {
    const step = steps.next();
    if (step.done !== true) {
      this.#heirs.set(keep, { steps, nextAt: after(now, 1) });
      return;
    }
    this.#heirs.delete(keep);
    this.#begin(keep, step.value, now);
  }

  /** A zone after a reload. */
  #begin(keep: ZoneKeep, { isNew, rows }: Inherited, now: Instant): void {
    this.#rows.push(...rows, ...keep.beginEditions(keep.signedAs, this.#options.signing.seconds(now)));
    if (isNew) this.#news.push(keep);
    // Its primaries or keys may be others: it asks anew, from what it has.
    if (keep.isCopy) this.#follow(keep, keep.confirmedAt ?? now, now);
  }

  /** The command `update`: lines of a master file that come and go. */
  command({ args }: CommandInput, now: Instant, effects: Effects): void {
    const { zone } = args;
    const apex = typeof zone === 'string' ? parseName(zone) : undefined;
    const keep = apex instanceof Name ? this.#keeps.get(apex.key) : undefined;
    if (keep === undefined || keep.isCopy || !(apex instanceof Name))
      return effects.because(UPDATE.notAuth, typeof zone === 'string' ? escapeText(zone) : undefined);
    try {
      const text = { add: linesOf(args['add']), remove: linesOf(args['remove']) };
      const message = { ...updateMessage(apex), authorities: updateRecords(text, apex) };
      this.#updates.add({ message, keep, replyTo: { kind: 'nobody' }, verdict: undefined }, now);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      effects.because(UPDATE.malformed, error.message);
    }
  }

  status(apex: Name): { readonly [key: string]: Plain } {
    const keep = this.#keeps.get(apex.key);
    if (keep === undefined) return {};
    const { secondary, history } = keep;
    return {
      changes: history.changes.length,
      ...(secondary === undefined ? {} : { copy: secondary.stateName }),
    };
  }

  /** Zones that are not here, though they should be. */
  missing(): readonly Name[] {
    return [...this.#keeps.values()]
      .filter(({ place }) => place.zone === undefined)
      .map(({ duties }) => duties.apex);
  }

  /** A moment of an earlier life, when the clock may have been another; never one to come. */
  #instantOf(writtenUs: number | undefined, now: Instant): Instant {
    return writtenUs === undefined ? now : toInstant(Math.min(writtenUs - this.#options.epoch.us, now));
  }

  #follow(keep: ZoneKeep, confirmedAt: Instant, now: Instant): void {
    const { apex, primaries, build } = keep.duties;
    const { keys } = this.#options;
    const refreshed = (at: Instant): void => {
      const row = refreshRow(apex, this.#options.epoch.us + at);
      if (keep.journal.admits(row)) this.#rows.push(row);
    };
    const secondary = new Secondary({
      apex,
      primaries,
      requests: new RequestMaker(keys, this.#options),
      build,
      listener: {
        arrived: (zone, changes, at, effects) => {
          if (changes === undefined) keep.supersede(zone);
          else this.#rows.push(...keep.advance(zone, changes, 'new'));
          refreshed(at);
          this.#tellSecondaries(keep, at, effects);
        },
        confirmed: refreshed,
        expired: () => {
          keep.place.zone = undefined;
        },
      },
    });
    secondary.start(keep.place.zone, confirmedAt, now);
    keep.secondary = secondary;
  }

  /** The serial of a zone that is signed here moves when its signatures are made anew: its secondaries are told then, too. */
  #tellEdition(keep: ZoneKeep, now: Instant, effects: Effects): void {
    const { copies, apex } = keep.duties;
    const { zone } = keep.place;
    if (copies === undefined || zone === undefined || keep.isInheriting) return;
    if (keep.told !== undefined && keep.told.until > now) return;
    const { since } = copies.editions.at(now);
    if (keep.told?.since === since) {
      keep.told = { since, until: copies.editions.endOf(now) };
      return;
    }
    effects.because(
      TRANSFER.renewed,
      effects.explains ? `${formatName(apex)} serial ${zone.serialAt(now)}` : undefined,
    );
    this.#tellSecondaries(keep, now, effects);
  }

  #tellSecondaries(keep: ZoneKeep, now: Instant, effects: Effects): void {
    const { duties } = keep;
    const { zone } = keep.place;
    if (zone === undefined) return;
    const editions = duties.copies?.editions;
    if (editions !== undefined) keep.told = { since: editions.at(now).since, until: editions.endOf(now) };
    const servers = duties.notifyServers === undefined ? [] : serversOf(zone, this.#options.addresses);
    const peers = [
      ...duties.notify,
      ...servers.filter((one) => duties.notify.every((peer) => peer.address !== one.address)),
    ];
    this.#notifier.notify(zone.soaAt(now), peers, now, effects);
  }

  #write(effects: Effects): void {
    if (this.#rows.length > 0) effects.persist(this.#rows.splice(0));
  }
}

function hasEditions({ duties, place, isInheriting }: ZoneKeep): boolean {
  return duties.copies !== undefined && place.zone !== undefined && !isInheriting;
}

/** The name servers of a zone as it tells their addresses (RFC 1996 §3.3), but for its primary and us. */
function serversOf(zone: Zone, own: readonly Ip[]): readonly Peer[] {
  const primary = new Name(zone.soa.only.subarray(0, nameOctets(zone.soa.only)));
  const peers: Peer[] = [];
  for (const rdata of zone.node(zone.apex)?.rrset(Type.NS)?.rdatas ?? []) {
    const server = new Name(rdata);
    if (server.equals(primary)) continue;
    const node = zone.node(server);
    const addresses: Ip[] = [
      ...(node?.rrset(Type.A)?.rdatas ?? []).map((octets) => ipv4At(octets, 0)),
      ...(node?.rrset(Type.AAAA)?.rdatas ?? []).map((octets) => ipv6At(octets, 0)),
    ];
    for (const address of addresses)
      if (!own.includes(address)) peers.push({ address, port: DNS_PORT, key: undefined });
  }
  return peers;
}

/** Of the name that begins an rdata. */
function nameOctets(rdata: Uint8Array): number {
  let at = 0;
  while ((rdata[at] ?? 0) > 0) at += (rdata[at] ?? 0) + 1;
  return at + 1;
}

function updateMessage(apex: Name): DnsMessage {
  return {
    ...EMPTY_MESSAGE,
    opcode: Opcode.UPDATE,
    questions: [{ qname: apex, qtype: Type.SOA, qclass: Class.IN }],
  };
}

function linesOf(value: Plain | undefined): string[] {
  return Array.isArray(value) ? value.filter((line): line is string => typeof line === 'string') : [];
}
