import { CATALOGUE, ruleById } from '../core/rules/catalogue.ts';
import { nearest } from '../core/text.ts';
import { parseClaim } from './claim.ts';
import type { Expectation, Goal } from './expectation.ts';
import { didYouMean, type Findings, type Path } from './findings.ts';
import { quote } from './mistakes.ts';
import type { DeviceConfig, Selector, ServiceConfig } from './scenario.ts';
import type { ExpectationFile, GoalFile } from './schema.ts';
import { pathText, placeOf } from './source.ts';
import { parseStep, type Step } from './step.ts';
import { DURATION_US_MAX, formatDurationUs } from './units.ts';
import {
  ATTACKER_STATES,
  CLIENT_STATES,
  CMTS_STATES,
  HOST_STATES,
  MODEM_STATES,
  WEB_STATES,
} from './vocabulary.ts';

type Common = Omit<Extract<Expectation, { kind: 'always' }>, 'kind' | 'claim' | 'text'>;

/** Expectations, checked against what the file has. */
export class ExpectationBuilder {
  readonly #findings: Findings;
  readonly #devices: ReadonlyMap<string, DeviceConfig>;
  readonly #services: ReadonlyMap<string, ServiceConfig>;
  readonly #durationUs: number;

  constructor(
    devices: readonly DeviceConfig[],
    services: readonly ServiceConfig[],
    durationUs: number,
    findings: Findings,
  ) {
    this.#devices = new Map(devices.map((device) => [device.name, device]));
    this.#services = new Map(services.map((service) => [service.name, service]));
    this.#durationUs = durationUs;
    this.#findings = findings;
  }

  build(file: ExpectationFile, path: Path): Expectation | undefined {
    const kinds = (['sequence', 'always', 'never', 'eventually'] as const).filter(
      (kind) => file[kind] !== undefined,
    );
    if (kinds.length !== 1) {
      const message = `an expectation is one of sequence, always, never, eventually, and this has ${kinds.length}`;
      this.#findings.add(path, message, 'write exactly one of them in each item of the list');
      return undefined;
    }
    const common: Common = {
      why: file.why ?? '',
      pass: file.pass ?? '',
      fail: file.fail ?? '',
      level: file.level ?? 'fail',
      path: pathText(path),
      place: placeOf(this.#findings.root, path),
    };
    if (file.sequence !== undefined) return this.#sequence(file.sequence, common, [...path, 'sequence']);
    if (file.always !== undefined) return this.#always(file.always, common, [...path, 'always']);
    if (file.never !== undefined) return this.#never(file.never, common, [...path, 'never']);
    if (file.eventually !== undefined)
      return this.#eventually(file.eventually, common, [...path, 'eventually']);
    return undefined;
  }

  #sequence(
    file: NonNullable<ExpectationFile['sequence']>,
    common: Common,
    path: Path,
  ): Expectation | undefined {
    const each = file.each === undefined ? undefined : this.#findings.selector(file.each, [...path, 'each']);
    this.#inTime(file.from, 0, [...path, 'from']);
    const steps = file.steps.flatMap((text, index) => this.#step(text, [...path, 'steps', index]));
    const first = file.steps[0] ?? '';
    const rest = file.steps.length > 1 ? ` ... ${file.steps.at(-1)}` : '';
    const within = file.within === undefined ? '' : ` within ${formatDurationUs(file.within)}`;
    const whose = each === undefined ? '' : `each ${each.text}: `;
    return {
      ...common,
      kind: 'sequence',
      text: `${whose}${first}${rest}${within}`,
      each,
      withinUs: file.within,
      fromUs: file.from,
      steps,
    };
  }

  #step(text: string, path: Path): Step[] {
    const step = parseStep(text);
    if ('message' in step) {
      this.#findings.addInside(path, step.offset, step.message, step.hint);
      return [];
    }
    for (const { name, offset } of step.kind === 'packet' ? [step.from, step.to] : [step.who])
      if (name !== '*' || step.kind !== 'packet') this.#findings.selector(name, path, offset);
    if (step.kind === 'rule' && this.#rule(step.rule, path, text.indexOf(step.rule)) === undefined) return [];
    if (step.kind === 'state') {
      const group = step.who.name.replace(/\[.*$/, '');
      this.#state(step.state, group, path, text.lastIndexOf(step.state));
    }
    return [step];
  }

  #always(text: string, common: Common, path: Path): Expectation | undefined {
    const claim = parseClaim(text);
    if ('message' in claim) {
      this.#findings.add(path, claim.message, claim.hint);
      return undefined;
    }
    if (claim.kind === 'measure') this.#measured(claim.measure, path);
    return { ...common, kind: 'always', text, claim };
  }

  /** A queue or a limiter that no service has would never be measured. */
  #measured(measure: string, path: Path): void {
    for (const [shape, key] of [
      [/^(.+)\.queue\.(?:depth|full|dropped|wait\.us)$/, 'capacity'],
      [/^(.+)\.(?:limited|limiter\.wait\.us)$/, 'limiter'],
    ] as const) {
      const name = shape.exec(measure)?.[1];
      if (name === undefined || this.#services.get(name)?.[key] !== undefined) continue;
      const having = [...this.#services.values()].filter((service) => service[key] !== undefined);
      const hint = didYouMean(
        name,
        having.map((service) => service.name),
        `services with a ${key} are`,
      );
      const message = `nothing measures ${measure}: ${name} is no service that has a ${key}`;
      this.#findings.add(path, message, having.length === 0 ? `give ${name} a ${key}` : hint);
    }
  }

  #never(file: NonNullable<ExpectationFile['never']>, common: Common, path: Path): Expectation | undefined {
    const who = this.#findings.selector(file.any, [...path, 'any']);
    const goal = this.#goal(file, who, path);
    const [fromUs, untilUs] = file.between ?? [0, Infinity];
    if (fromUs >= untilUs)
      this.#findings.add([...path, 'between'], 'the end is not after the start', 'write the earlier first');
    this.#inTime(fromUs, 0, [...path, 'between']);
    if (who === undefined || goal === undefined) return undefined;
    const when =
      file.between === undefined
        ? ''
        : ` between ${formatDurationUs(fromUs)} and ${formatDurationUs(untilUs)}`;
    const text = `never any ${who.text} ${goalText(goal)}${when}`;
    return { ...common, kind: 'never', text, who, goal, fromUs, untilUs };
  }

  #eventually(
    file: NonNullable<ExpectationFile['eventually']>,
    common: Common,
    path: Path,
  ): Expectation | undefined {
    const given = (['all', 'any', 'who'] as const).filter((key) => file[key] !== undefined);
    const [key] = given;
    if (key === undefined || given.length !== 1) {
      const message = `it is about one of all, any, who, and this has ${given.length}`;
      this.#findings.add(path, message, 'write exactly one, such as all: cm');
      return undefined;
    }
    const who = this.#findings.selector(file[key] ?? '', [...path, key]);
    const goal = this.#goal(file, who, path);
    const fromUs = file.from ?? 0;
    this.#inTime(fromUs, 0, [...path, 'from']);
    this.#inTime(fromUs, file.within ?? 0, [...path, 'within']);
    if (who === undefined || goal === undefined) return undefined;
    const quantifier = key === 'any' ? 'any' : 'all';
    const from = file.from === undefined ? '' : ` from ${formatDurationUs(fromUs)}`;
    const within = file.within === undefined ? '' : ` within ${formatDurationUs(file.within)}`;
    const subject = key === 'who' ? who.text : `${key} ${who.text}`;
    return {
      ...common,
      kind: 'eventually',
      text: `eventually ${subject} ${goalText(goal)}${from}${within}`,
      quantifier,
      who,
      goal,
      fromUs,
      withinUs: file.within ?? Infinity,
    };
  }

  #inTime(fromUs: number | undefined, withinUs: number, path: Path): void {
    if (fromUs === undefined || fromUs + withinUs <= this.#durationUs) return;
    const end = formatDurationUs(Math.min(fromUs + withinUs, DURATION_US_MAX));
    this.#findings.add(
      path,
      `the run ends at ${formatDurationUs(this.#durationUs)}, before this does at ${end}`,
      'write a longer duration: at the top, or less here',
    );
  }

  #goal(file: GoalFile, who: Selector | undefined, path: Path): Goal | undefined {
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
    const kind = who === undefined ? undefined : this.#findings.names.get(who.group)?.kind;
    switch (key) {
      case 'state':
        if (who !== undefined) this.#state(value, who.group, at, 0);
        return { kind: 'state', state: value };
      case 'cmts-state':
        if (kind !== undefined && kind !== 'cable-modem')
          this.#findings.add(at, `a CMTS shows no state for ${who?.text}`, 'name a group of cable modems');
        else this.#oneOf(value, CMTS_STATES, 'a CMTS', at, 0);
        return { kind: 'cmts-state', state: value };
      case 'sees':
        if (kind !== undefined && !this.#asks(who))
          this.#findings.add(at, `${who?.text} looks nothing up`, 'give it ask:, or name what does');
        return { kind: 'sees', answer: value };
      case 'rule':
        return this.#rule(value, at, 0);
      case 'measure':
        return this.#measure(value, at);
      default:
        if (kind !== undefined && kind !== 'dns' && kind !== 'resolver')
          this.#findings.add(at, `${who?.text} answers no names`, 'name a DNS service or resolver');
        return { kind: 'answers', answer: value };
    }
  }

  /** `HE-FW-002 line 20`: a rule of the catalogue, and words that stand in what was said of it. */
  #rule(text: string, path: Path, offset: number): Extract<Goal, { kind: 'rule' }> | undefined {
    const [id = '', ...words] = text.split(/\s+/);
    if (ruleById(id) === undefined) {
      const ids = CATALOGUE.map((rule) => rule.id);
      const hint = didYouMean(id, ids, 'headend explain lists them all; there are');
      this.#findings.addInside(path, offset, `${quote(id)} is no rule`, hint);
      return undefined;
    }
    return { kind: 'rule', id, words };
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
  #state(state: string, group: string, path: Path, offset: number): void {
    const kind = this.#findings.names.get(group)?.kind;
    if (kind === undefined) return;
    if (kind === 'cable-modem') this.#oneOf(state, MODEM_STATES, 'a cable modem', path, offset);
    else if (kind === 'host' || kind === 'stub') this.#oneOf(state, HOST_STATES, 'a host', path, offset);
    else if (kind === 'attacker') this.#oneOf(state, ATTACKER_STATES, 'an attacker', path, offset);
    else if (kind === 'client') this.#oneOf(state, CLIENT_STATES, 'a client', path, offset);
    else if (kind === 'web') this.#oneOf(state, WEB_STATES, 'a web server', path, offset);
    else this.#findings.addInside(path, offset, `${group} has no states`, 'name modems or hosts');
  }

  #oneOf(state: string, states: readonly string[], what: string, path: Path, offset: number): void {
    if (states.includes(state)) return;
    const near = nearest(state, states);
    const hint = near === undefined ? `its states are ${states.join(', ')}` : `did you mean "${near}"?`;
    this.#findings.addInside(path, offset, `${what} has no state ${quote(state)}`, hint);
  }
}

function goalText(goal: Goal): string {
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
