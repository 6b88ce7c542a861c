import { encodeSuboptions } from '../../codec/dhcp/option/suboptions.ts';
import { parseIpv4, type Ipv4 } from '../../core/address.ts';
import type { Expression } from '../conditions.ts';
import type { Told, ToldOption } from '../draft.ts';
import type { Notes, Origin } from '../notes.ts';
import { octetsValue } from '../option-values.ts';
import { isLine } from '../told-check.ts';
import { optionName, type DhcpdDefinitions } from './options.ts';
import type { Statement } from './tree.ts';

/** Statements that say nothing which a scenario has a place for, and what to do instead. */
const DISMISSED: Readonly<Record<string, string>> = {
  'log-facility': 'serve logs by --log-level',
  'lease-file-name': 'serve keeps leases under --state',
  'pid-file-name': 'a service manager knows it',
  'local-port': 'the ports are those of DHCP',
  'one-lease-per-client': 'a client has one lease on a link',
  'ping-check': 'headend does not ping before it offers',
  'ping-timeout': 'headend does not ping before it offers',
  'stash-agent-options': 'headend keeps option 82 of a lease',
  'get-lease-hostnames': 'headend asks no DNS',
  'update-static-leases': 'it is about dynamic DNS',
  'update-optimization': 'it is about dynamic DNS',
  'update-conflict-detection': 'it is about dynamic DNS',
  'ddns-update-style': 'headend does no dynamic DNS yet',
  'server-id-check': 'headend answers to its own address',
  'adaptive-lease-time-threshold': 'a lease has one length',
  'min-secs': 'headend answers at once',
  'delayed-ack': 'headend flushes many leases with one write',
  'max-ack-delay': 'headend flushes many leases with one write',
  'dhcp-cache-threshold': 'leases are renewed as they are asked for',
  'infinite-is-reserved': 'a lease has an end',
  'use-lease-addr-for-default-route': 'write router:',
  'site-option-space': 'options have their codes',
  'bootp-lease-length': 'BOOTP is for reservations',
  'dynamic-bootp-lease-length': 'BOOTP is for reservations',
  'dynamic-bootp-lease-cutoff': 'BOOTP is for reservations',
  'always-reply-rfc1048': 'headend does',
  'lease-id-format': 'it is about a file of its own',
};

/** One `if` of a level: what it tells when its expression is true. */
export interface Conditional {
  readonly origin: Origin;
  readonly expression: Expression | undefined;
  readonly settings: Settings;
}

export interface SettingsContext {
  readonly definitions: DhcpdDefinitions;
  readonly notes: Notes;
}

/** What one level of dhcpd.conf sets, as its statements come. */
export class Settings {
  readonly options = new Map<number, ToldOption>();
  server: Ipv4 | undefined;
  file: string | undefined;
  defaultSeconds: number | undefined;
  minSeconds: number | undefined;
  maxSeconds: number | undefined;
  vendorSpace: string | undefined;
  /** Options of other spaces, by space and code. */
  readonly spaced = new Map<string, Map<number, Uint8Array>>();
  readonly conditionals: Conditional[] = [];
  #spacedAt: Origin | undefined;

  /** Whether the statement was one of a level's settings. */
  take(statement: Statement, context: SettingsContext): boolean {
    const { keyword, tokens, origin, block } = statement;
    const { notes } = context;
    if (block !== undefined) return false;
    const word = tokens[1]?.text ?? '';
    const hint = Object.hasOwn(DISMISSED, keyword) ? DISMISSED[keyword] : undefined;
    if (hint !== undefined || keyword.startsWith('ddns-')) {
      notes.say(origin, `"${keyword}" has no meaning here`, hint ?? 'headend does no dynamic DNS yet');
      return true;
    }
    switch (keyword) {
      case 'option':
      case 'supersede':
        this.#option(statement, context);
        return true;
      case 'filename':
        if (isLine(word)) this.#setFile(word);
        return true;
      case 'next-server':
        this.#setServer(word, origin, notes);
        return true;
      case 'server-name':
        notes.warn(origin, '"server-name" was not taken over', 'headend leaves the field sname empty');
        return true;
      case 'default-lease-time':
        this.defaultSeconds = secondsOf(word, origin, notes) ?? this.defaultSeconds;
        return true;
      case 'min-lease-time':
        this.minSeconds = secondsOf(word, origin, notes) ?? this.minSeconds;
        return true;
      case 'max-lease-time':
        this.maxSeconds = secondsOf(word, origin, notes) ?? this.maxSeconds;
        return true;
      case 'vendor-option-space':
        this.vendorSpace = word.toLowerCase();
        this.#spacedAt ??= origin;
        return true;
      default:
        return false;
    }
  }

  get setsLease(): boolean {
    return [this.defaultSeconds, this.minSeconds, this.maxSeconds].some((each) => each !== undefined);
  }

  get tells(): boolean {
    return (
      this.options.size > 0 ||
      this.server !== undefined ||
      this.file !== undefined ||
      this.spaced.size > 0 ||
      this.vendorSpace !== undefined
    );
  }

  /** What it tells; `outer`: the levels around it, outermost first, whose vendor options it may add to. */
  told(outer: readonly Settings[], { definitions, notes }: SettingsContext): Told {
    const options = new Map(this.options);
    const chain = [...outer, this];
    const vendorSpace = chain.findLast((each) => each.vendorSpace !== undefined)?.vendorSpace;
    const spaces = new Set([
      ...this.spaced.keys(),
      ...(this.vendorSpace === undefined ? [] : [this.vendorSpace]),
    ]);
    for (const space of spaces) {
      const code = space === vendorSpace ? VENDOR_OPTIONS : definitions.encapsulatorOf(space);
      const all = new Map(chain.flatMap((each) => [...(each.spaced.get(space) ?? [])]));
      const origin = this.#spacedAt;
      if (origin === undefined || all.size === 0) continue;
      if (code === undefined) {
        notes.warn(
          origin,
          `options of the space "${space}" were not taken over`,
          'nothing puts them into a reply',
        );
        continue;
      }
      const list = [...all].map(([each, octets]) => ({ code: each, octets }));
      const made = octetsValue(code, encodeSuboptions(list));
      if (made.fault === undefined) options.set(code, { value: made.value, origin });
      else notes.warn(origin, `options of the space "${space}" were not taken over`, made.fault);
    }
    return { options, server: this.server, file: this.file };
  }

  /** What comes later in one level goes before what an earlier `if` says. */
  #forget(change: (settings: Settings) => void): void {
    for (const { settings } of this.conditionals) change(settings);
  }

  #setFile(file: string): void {
    this.file = file;
    this.#forget((settings) => {
      settings.file = undefined;
    });
  }

  #setServer(word: string, origin: Origin, notes: Notes): void {
    const address = parseIpv4(word);
    if (address === undefined)
      return notes.warn(
        origin,
        `next-server "${word}" was not taken over`,
        'write its address: headend asks no DNS',
      );
    this.server = address;
    this.#forget((settings) => {
      settings.server = undefined;
    });
  }

  #option(statement: Statement, { definitions, notes }: SettingsContext): void {
    const { tokens, origin } = statement;
    if (definitions.define(statement, notes)) return;
    const text = tokens[1]?.text ?? '';
    const option = optionName(text);
    const code = definitions.codeOf(option);
    const value = tokens.slice(2);
    // option x = expression;
    if (code === undefined || value[0]?.text === '=') {
      const hint = code === undefined ? 'no such option is known' : 'its value is computed';
      return notes.warn(origin, `option "${text}" was not taken over`, hint);
    }
    if (option.space !== 'dhcp') {
      const octets = definitions.octets(option, value);
      if (octets === undefined)
        return notes.warn(
          origin,
          `option "${text}" was not taken over`,
          'its value does not fit its definition',
        );
      const space = this.spaced.get(option.space) ?? new Map<number, Uint8Array>();
      this.spaced.set(option.space, space.set(code, octets));
      this.#spacedAt ??= origin;
      return;
    }
    const made = definitions.value(option, code, value);
    if (made.fault !== undefined)
      return notes.warn(origin, `option "${text}" was not taken over`, made.fault);
    this.options.set(code, { value: made.value, origin });
    this.#forget((settings) => settings.options.delete(code));
  }
}

const VENDOR_OPTIONS = 43;

function secondsOf(word: string, origin: Origin, notes: Notes): number | undefined {
  if (word === 'infinite' || word === '-1') return 0xffff_ffff;
  if (/^\d{1,10}$/.test(word)) return Number(word);
  notes.warn(origin, `the time "${word}" was not taken over`, 'it is a number of seconds');
  return undefined;
}
