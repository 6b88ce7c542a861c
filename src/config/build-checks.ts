import { Name, parseName, ROOT } from '../codec/dns/name.ts';
import { typeNumber } from '../codec/dns/registry.ts';
import { parseRdataText } from '../codec/dns/zone-text.ts';
import { ANY, formatEndpoint, formatIp, isIpv4, parseIp, type Endpoint } from '../core/address.ts';
import { ConfigError } from '../core/errors.ts';
import { utf8Octets } from '../core/text.ts';
import { SECOND } from '../core/time.ts';
import type { CheckSpec, ProbeSpec, ThresholdSpec } from '../policy/dns/check.ts';
import { interfaceAddress } from './addresses.ts';
import { checkCalculated } from './check-calculated.ts';
import type { ChecksConfig, ProberDeviceConfig, WebDeviceConfig } from './checks.ts';
import type { Findings, Path } from './findings.ts';
import { quote } from './mistakes.ts';
import { readQuestion } from './question.ts';
import { memberName } from './template.ts';
import type { CheckFile, ProberFile, WebFile } from './schema-checks.ts';
import type { DnsFile } from './schema-services.ts';
import { formatDurationUs } from './units.ts';

type ProbedFile = Exclude<CheckFile, { kind: 'calculated' | 'admin' }>;

/** RFC 1035 §4.2. */
const DNS_PORT = 53;
const EVERY_US = { route53: 30 * SECOND, gdnsd: 10 * SECOND } as const;
const ROUTE53_COUNT = 3;
/** gdnsd.config(5): service_types, up_thresh, ok_thresh, down_thresh. */
const GDNSD = { up: 20, ok: 10, down: 10 } as const;
/** Route 53: more than 18 percent. */
const QUORUM_RATIO = 0.18;
const TEXT_OCTETS_MAX = 255;
const CHECKS_MAX = 1_000;

/** The checks of a name server, each against the others and the probers of the file. */
export function buildChecks(file: DnsFile, findings: Findings, path: Path): ChecksConfig {
  const entries = Object.entries(file.checks ?? {});
  const names = entries.map(([name]) => name);
  if (entries.length > CHECKS_MAX)
    findings.add([...path, 'checks'], `there are ${entries.length} checks`, `write at most ${CHECKS_MAX}`);
  const checks = entries.map(([name, check]): CheckSpec => {
    const at = [...path, 'checks', name];
    const source = sourceOf(check, names, findings, at);
    return {
      name,
      inverted: check.invert ?? false,
      disabled: check.disabled ?? false,
      startsHealthy: check.initial !== 'unhealthy',
      isAwaited: isAwaited(check, asksItself(source, file), findings, at),
      source,
    };
  });
  checkCalculated(checks, findings, [...path, 'checks']);
  const secret = file['checks-secret-file'];
  return {
    checks,
    checksSecret:
      secret === undefined ? undefined : findings.file(secret, 'file', [...path, 'checks-secret-file']),
  };
}

/** Rule 6: the server looks at each target once before it answers. */
function isAwaited(check: CheckFile, isOwn: boolean, findings: Findings, path: Path): boolean {
  if (check.kind === 'calculated' || check.kind === 'admin') return false;
  const { initial, from, disabled = false } = check;
  const at = [...path, 'initial'];
  const hint = 'write healthy or unhealthy';
  if (initial === 'wait' && from !== undefined)
    findings.add(at, 'what probers report is not waited for', hint);
  else if (initial === 'wait' && isOwn) findings.add(at, 'the server would wait for its own answer', hint);
  return (initial ?? 'wait') === 'wait' && from === undefined && !isOwn && !disabled;
}

/** Whether the probe is a question to the server that sends it. */
function asksItself(source: CheckSpec['source'], { ip }: DnsFile): boolean {
  if (source.kind !== 'probed' || source.probing.probe.kind !== 'dns') return false;
  const target = formatEndpoint(source.probing.probe.to);
  return ip.some(({ address }) => formatEndpoint({ address, port: DNS_PORT }) === target);
}

function sourceOf(
  check: CheckFile,
  names: readonly string[],
  findings: Findings,
  path: Path,
): CheckSpec['source'] {
  if (check.kind === 'admin') return { kind: 'admin' };
  if (check.kind === 'calculated') {
    const of = check.of.map((name) => names.indexOf(name));
    check.of.forEach((name, index) => {
      if (of[index] !== -1) return;
      const at = findings.has([...path, 'of', index]) ? [...path, 'of', index] : [...path, 'of'];
      findings.add(at, `${quote(name)} is no check of this server`, `the checks are ${names.join(', ')}`);
    });
    return { kind: 'calculated', of: of.filter((index) => index >= 0), least: check['at-least'] };
  }
  const threshold = thresholdOf(check);
  const everyUs = check.every ?? EVERY_US[threshold.kind];
  const probe = probeOf(check, findings, path);
  const patienceUs = patienceOf(probe);
  if (patienceUs > everyUs)
    findings.add(
      findings.has([...path, 'every']) ? [...path, 'every'] : path,
      `a probe may last ${formatDurationUs(patienceUs)}, longer than the ${formatDurationUs(everyUs)} to the next`,
      'write a longer every:, or shorter times within',
    );
  if (check.quorum !== undefined && check.from === undefined)
    findings.addAtKey(path, 'quorum', 'the server probes by itself', 'write from: with the names of probers');
  return {
    kind: 'probed',
    probing: { probe, everyUs, threshold, holdDownUs: check['hold-down'] },
    vantages: vantagesOf(check, findings, path),
    quorumRatio: check.quorum ?? QUORUM_RATIO,
  };
}

function thresholdOf({ threshold = ROUTE53_COUNT }: ProbedFile): ThresholdSpec {
  if (typeof threshold === 'number') return { kind: 'route53', count: threshold };
  return { kind: 'gdnsd', ...GDNSD, ...withoutUndefined(threshold) };
}

function withoutUndefined<T extends object>(value: T): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as {
    [Key in keyof T]: Exclude<T[Key], undefined>;
  };
}

/** The members of the probers that are named. */
function vantagesOf({ from = [] }: ProbedFile, findings: Findings, path: Path): string[] {
  return from.flatMap((text, index) => {
    const at = findings.has([...path, 'from', index]) ? [...path, 'from', index] : [...path, 'from'];
    const selector = findings.selector(text, at);
    if (selector === undefined) return [];
    const named = findings.names.get(selector.group);
    if (named?.kind !== 'prober') {
      findings.add(at, `${text} is no prober`, 'name a device of kind prober');
      return [];
    }
    if (selector.index !== undefined || named.count === undefined) return [text];
    return Array.from({ length: named.count }, (_, member) => memberName(text, named.count, member));
  });
}

function probeOf(file: ProbedFile, findings: Findings, path: Path): ProbeSpec {
  const at = [...path, 'to'];
  switch (file.kind) {
    case 'tcp':
      return {
        kind: 'tcp',
        to: endpointOf(file.to, undefined, findings, at),
        connectUs: positive(file, 'connect-within', 10 * SECOND, findings, path),
      };
    case 'udp':
      return {
        kind: 'udp',
        to: endpointOf(file.to, undefined, findings, at),
        send: utf8Octets(file.send ?? ''),
        expects: textOf(file.expect, findings, [...path, 'expect']),
        answerUs: positive(file, 'answer-within', 2 * SECOND, findings, path),
      };
    case 'dns':
      return dnsProbe(file, findings, path);
    default:
      return httpProbe(file, findings, path);
  }
}

function httpProbe(
  file: Extract<ProbedFile, { kind: 'http' | 'https' }>,
  findings: Findings,
  path: Path,
): ProbeSpec {
  const isTls = file.kind === 'https';
  const port = isTls ? 443 : 80;
  const to = endpointOf(file.to, port, findings, [...path, 'to']);
  const own = to.port === port ? hostOf(to) : formatEndpoint(to);
  const { host = own, path: target = '/' } = file;
  // RFC 9112 §3.2.1: origin-form.
  if (!/^\/[!-~]*$/.test(target))
    findings.add(
      [...path, 'path'],
      `${quote(target)} is no path`,
      'write / and what follows, without spaces',
    );
  if (!/^[!-~]+$/.test(host))
    findings.add([...path, 'host'], `${quote(host)} is no host`, 'write a name such as www.lab.example');
  return {
    kind: 'http',
    to,
    isTls,
    host,
    path: target,
    expects: textOf(file.contains, findings, [...path, 'contains']),
    connectUs: positive(file, 'connect-within', 4 * SECOND, findings, path),
    answerUs: positive(file, 'answer-within', 2 * SECOND, findings, path),
    textUs: positive(file, 'text-within', 2 * SECOND, findings, path),
  };
}

/** RFC 9110 §7.2: an IPv6 address in brackets. */
function hostOf({ address }: Endpoint): string {
  return isIpv4(address) ? formatIp(address) : `[${formatIp(address)}]`;
}

function dnsProbe(file: Extract<ProbedFile, { kind: 'dns' }>, findings: Findings, path: Path): ProbeSpec {
  const { name, type } = readQuestion(file.ask, findings, [...path, 'ask']);
  const parsed = parseName(name);
  const qtype = typeNumber(type) ?? 0;
  return {
    kind: 'dns',
    to: endpointOf(file.to, DNS_PORT, findings, [...path, 'to']),
    qname: parsed instanceof Name ? parsed : ROOT,
    qtype,
    expects:
      file.expect === undefined || qtype === 0
        ? undefined
        : rdataOf(qtype, file.expect, findings, [...path, 'expect']),
    answerUs: positive(file, 'answer-within', 2 * SECOND, findings, path),
  };
}

function rdataOf(type: number, text: string, findings: Findings, path: Path): Uint8Array {
  try {
    return parseRdataText(type, text);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    findings.add(path, `${quote(text)} is no such data`, `write ${error.expected}`);
    return new Uint8Array(0);
  }
}

function endpointOf(text: string, port: number | undefined, findings: Findings, path: Path): Endpoint {
  const parts = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text);
  const address = parseIp(parts === null ? text : (parts[1] ?? parts[2] ?? ''));
  const number = parts?.[3] === undefined ? port : Number(parts[3]);
  if (address === undefined)
    findings.add(path, `${quote(text)} is no address`, 'write one such as 10.0.0.80:80 or "[fd00::80]:80"');
  else if (number === undefined || number < 1 || number > 65_535)
    findings.add(path, `${quote(text)} has no port from 1 to 65535`, `write one behind it, such as :80`);
  else return { address, port: number };
  return { address: address ?? ANY, port: number ?? 0 };
}

function textOf(text: string | undefined, findings: Findings, path: Path): Uint8Array | undefined {
  if (text === undefined) return undefined;
  const octets = utf8Octets(text);
  if (octets.length > TEXT_OCTETS_MAX)
    findings.add(path, `the text has ${octets.length} octets`, `write at most ${TEXT_OCTETS_MAX}`);
  return octets;
}

type Within = 'connect-within' | 'answer-within' | 'text-within';

function positive<Key extends Within>(
  file: { readonly [key in Key]?: number | undefined },
  key: Key,
  otherwise: number,
  findings: Findings,
  path: Path,
): number {
  const us = file[key] ?? otherwise;
  if (us === 0) findings.add([...path, key], 'no time at all is never enough', 'write 100ms or more');
  return us;
}

function patienceOf(probe: ProbeSpec): number {
  switch (probe.kind) {
    case 'tcp':
      return probe.connectUs;
    case 'http':
      return probe.connectUs + probe.answerUs + (probe.expects === undefined ? 0 : probe.textUs);
    default:
      return probe.answerUs;
  }
}

/** A web server or a prober. */
export function buildTarget(
  name: string,
  file: WebFile | ProberFile,
  findings: Findings,
  path: Path,
): WebDeviceConfig | ProberDeviceConfig {
  findings.segment(file.on, [...path, 'on']);
  const address = interfaceAddress(file.ip, file.router);
  const common = { name, count: file.count, on: file.on, mac: undefined, address };
  if (file.kind === 'prober') return { ...common, kind: 'prober' };
  const { port = [80], status = 200, body = 'ok\n', delay = 0 } = file;
  return { ...common, kind: 'web', ports: [...new Set(port)], answer: { status, body, delayUs: delay } };
}
