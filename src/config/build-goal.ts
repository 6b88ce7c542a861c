import { CATALOGUE, ruleById } from '../core/rules/catalogue.ts';
import { nearest } from '../core/text.ts';
import { parseClaim } from './claim.ts';
import type { Goal } from './expectation.ts';
import { didYouMean, type Findings, type Path } from './findings.ts';
import { quote } from './mistakes.ts';
import type { DeviceConfig, Selector, ServiceConfig } from './scenario.ts';
import type { GoalFile } from './schema-expect.ts';
import {
  ATTACKER_STATES,
  CLIENT_STATES,
  CMTS_STATES,
  HOST_STATES,
  LIVE_CMTS_STATES,
  LIVE_STATES,
  MODEM_STATES,
  WEB_STATES,
} from './vocabulary.ts';

const SEEN_OF_REAL =
  'expect what is seen of it from here: state: bound, a packet that it sends or gets, a decision of who answers it';

/** What a member is expected to be seen doing, checked against what the file has. */
export class GoalBuilder {
  readonly #findings: Findings;
  readonly #devices: ReadonlyMap<string, DeviceConfig>;
  readonly #services: ReadonlyMap<string, ServiceConfig>;

  constructor(devices: readonly DeviceConfig[], services: readonly ServiceConfig[], findings: Findings) {
    this.#devices = new Map(devices.map((device) => [device.name, device]));
    this.#services = new Map(services.map((service) => [service.name, service]));
    this.#findings = findings;
  }

  build(file: GoalFile, who: Selector | undefined, path: Path): Goal | undefined {
    const given = (['state', 'cmts-state', 'sees', 'answers', 'rule', 'measure'] as const).filter(
      (key) => file[key] !== undefined,
    );
    const [key] = given;
    const value = key === undefined ? undefined : file[key];
    if (key === undefined || value === undefined || given.length !== 1) {
      const message = `it says one of state, cmts-state, sees, answers, rule, measure, and this has ${given.length}`;
      this.#findings.add(path, message, 'write exactly one, such as state: operational');
      return undefined;
    }
    const at = [...path, key];
    const named = who === undefined ? undefined : this.#findings.names.get(who.group);
    const kind = named?.kind;
    if (who !== undefined && (key === 'rule' || key === 'measure'))
      if (!this.decides(who.text, at)) return undefined;
    switch (key) {
      case 'state':
        if (who !== undefined) this.state(value, who.group, at, 0);
        return { kind: 'state', state: value };
      case 'cmts-state':
        if (kind !== undefined && kind !== 'cable-modem')
          this.#findings.add(at, `a CMTS shows no state for ${who?.text}`, 'name a group of cable modems');
        else if (named?.isLive === true && named.isHeadends !== true)
          this.#oneOf(value, LIVE_CMTS_STATES, 'of a real modem a CMTS', at, 0);
        else this.#oneOf(value, CMTS_STATES, 'a CMTS', at, 0);
        return { kind: 'cmts-state', state: value };
      case 'sees':
        if (kind !== undefined && !this.#asks(who))
          this.#findings.add(at, `${who?.text} looks nothing up`, 'give it ask:, or name what does');
        return { kind: 'sees', answer: value };
      case 'rule':
        return this.rule(value, at, 0);
      case 'measure':
        return this.#measure(value, at);
      default:
        if (kind !== undefined && kind !== 'dns' && kind !== 'resolver')
          this.#findings.add(at, `${who?.text} answers no names`, 'name a DNS service or resolver');
        return { kind: 'answers', answer: value };
    }
  }

  /** Rows of a real server are its own. */
  leasesAreSeen(path: Path): void {
    const servers = [...this.#services.values()].filter(({ kind }) => kind === 'dhcp');
    if (servers.length === 0 || servers.some(({ place }) => place.kind !== 'live')) return;
    this.#findings.add(
      path,
      `nobody here sees the leases of ${servers.map(({ name }) => name).join(', ')}, which is real (place: live)`,
      'expect the packets, such as sequence: { each: cm, steps: ["DHCP ACK cmts>cm yiaddr=$ip"] }',
    );
  }

  /** Whether reasons and measures of somebody are heard here; says so where they are not. */
  decides(who: string, path: Path): boolean {
    return this.#findings.isVirtual(who, path, SEEN_OF_REAL);
  }

  /** `HE-FW-002 line 20`: a rule of the catalogue, and words that stand in what was said of it. */
  rule(text: string, path: Path, offset: number): Extract<Goal, { kind: 'rule' }> | undefined {
    const [id = '', ...words] = text.split(/\s+/);
    if (ruleById(id) === undefined) {
      const ids = CATALOGUE.map((rule) => rule.id);
      const hint = didYouMean(id, ids, 'headend explain lists them all; there are');
      this.#findings.addInside(path, offset, `${quote(id)} is no rule`, hint);
      return undefined;
    }
    return { kind: 'rule', id, words };
  }

  /** A queue or a limiter that no service has would never be measured. */
  isMeasured(measure: string, path: Path): void {
    for (const [shape, key] of [
      [/^(.+)\.queue\.(?:depth|full|dropped|wait|wait\.us)$/, 'capacity'],
      [/^(.+)\.(?:limited|limiter\.wait|limiter\.wait\.us)$/, 'limiter'],
    ] as const) {
      const name = shape.exec(measure)?.[1];
      if (name === undefined || this.#services.get(name)?.[key] !== undefined) continue;
      const having = [...this.#services.values()].filter((service) => service[key] !== undefined);
      const names = having.map((service) => service.name);
      const hint = didYouMean(name, names, `services with a ${key} are`);
      const message = `nothing measures ${measure}: ${name} is no service that has a ${key}`;
      this.#findings.add(path, message, having.length === 0 ? `give ${name} a ${key}` : hint);
    }
  }

  #measure(text: string, path: Path): Goal | undefined {
    const claim = parseClaim(text);
    if ('kind' in claim && claim.kind === 'measure') return { kind: 'measure', claim };
    const { message, hint } =
      'message' in claim
        ? claim
        : { message: `${quote(text)} is no measure`, hint: 'write it under always:' };
    this.#findings.add(path, message, hint);
    return undefined;
  }

  #asks(who: Selector | undefined): boolean {
    const device = who && this.#devices.get(who.group);
    if (device === undefined) return who !== undefined && this.#services.get(who.group)?.kind === 'resolver';
    return device.kind === 'population' || ('ask' in device && device.ask !== undefined);
  }

  /** A state that no machine of this kind enters would never be seen. */
  state(state: string, group: string, path: Path, offset: number): void {
    const { kind, isLive = false, isService = false, isHeadends } = this.#findings.names.get(group) ?? {};
    if (kind === undefined) return;
    const whose = isHeadends === true ? "another headend's modem" : 'a real device';
    if (isLive && !isService) this.#oneOf(state, LIVE_STATES, `as seen from here ${whose}`, path, offset);
    else if (kind === 'cable-modem') this.#oneOf(state, MODEM_STATES, 'a cable modem', path, offset);
    else if (kind === 'host' || kind === 'stub') this.#oneOf(state, HOST_STATES, 'a host', path, offset);
    else if (kind === 'attacker') this.#oneOf(state, ATTACKER_STATES, 'an attacker', path, offset);
    else if (kind === 'client') this.#oneOf(state, CLIENT_STATES, 'a client', path, offset);
    else if (kind === 'web') this.#oneOf(state, WEB_STATES, 'a web server', path, offset);
    else this.#findings.addInside(path, offset, `${group} has no states`, 'name modems or hosts');
  }

  #oneOf(state: string, states: readonly string[], what: string, path: Path, offset: number): void {
    if (states.includes(state)) return;
    const near = nearest(state, states);
    const hint =
      states === MODEM_STATES && CMTS_STATES.includes(state)
        ? `that is what its CMTS says of it: write cmts-state: ${state}`
        : near === undefined
          ? `its states are ${states.join(', ')}`
          : `did you mean "${near}"?`;
    this.#findings.addInside(path, offset, `${what} has no state ${quote(state)}`, hint);
  }
}

export function goalText(goal: Goal): string {
  switch (goal.kind) {
    case 'state':
      return goal.state;
    case 'cmts-state':
      return `${goal.state} at the CMTS`;
    case 'rule':
      return ['decides by', goal.id, ...goal.words].join(' ');
    case 'measure':
      return `measures ${goal.claim.measure} ${goal.claim.operator} ${goal.claim.bound}`;
    default:
      return `${goal.kind} ${goal.answer}`;
  }
}
