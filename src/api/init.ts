import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import {
  broadcastOf,
  formatIpv4,
  formatPrefix,
  ipv4,
  isIpv4,
  maskIp,
  parseIp,
  parseIpv4,
  parsePrefix,
  prefixContains,
  type Ipv4,
  type Prefix,
} from '../core/address.ts';
import { Name, parseName } from '../codec/dns/name.ts';
import { parseScenario } from '../config/parse.ts';
import { interfaceNamed, machineInterfaces } from '../driver/real/system.ts';
import { makeFolder } from '../driver/real/make-folder.ts';
import { FileError } from './failure.ts';
import { writeOctets } from './files.ts';
import { labText, type Lab, type Range } from './lab-text.ts';

/** The questions that make a lab, in the order they are asked. */
export const LAB_QUESTIONS = [
  'interface',
  'subnet',
  'ip',
  'range',
  'router',
  'dnsZone',
  'tftpRoot',
  'modems',
] as const;

export type LabQuestion = (typeof LAB_QUESTIONS)[number];

/** Answers as a person types them; what is left out has its default. */
export type LabAnswers = Readonly<Partial<Record<LabQuestion, string>>>;

/** What is asked, and what is taken when nothing is answered. */
export interface Asked {
  readonly asks: string;
  readonly usual: string;
}

/** A question with the default that follows from the answers before it. */
export function askedFor(question: LabQuestion, answers: LabAnswers): Asked {
  switch (question) {
    case 'interface':
      return { asks: `Network interface of the lab (${interfaceNames()}; none: loopback only)`, usual: NONE };
    case 'subnet':
      return { asks: 'Network of its clients', usual: formatPrefix(usualSubnet(answers)) };
    case 'ip':
      return { asks: "This machine's address there", usual: formatIpv4(usualIp(answers)) };
    case 'range':
      return { asks: 'Addresses to give out', usual: formatRange(usualRange(answers)) };
    case 'router':
      return { asks: 'Router that clients are told (none: no router)', usual: NONE };
    case 'dnsZone':
      return { asks: 'Domain of the lab (none: no DNS)', usual: 'lab.example' };
    case 'tftpRoot':
      return { asks: 'Folder that TFTP serves (none: one file made here)', usual: NONE };
    case 'modems':
      return { asks: 'Simulated cable modems beside them, 0 to 1000', usual: '3' };
  }
}

const NONE = 'none';
const SUBNET = '10.77.0.0/24';

/** What is wrong with an answer, in one line that says what to write; undefined: nothing. */
export function faultOf(question: LabQuestion, text: string, answers: LabAnswers): string | undefined {
  switch (question) {
    case 'interface':
      return text === NONE || machineInterfaces().some(({ name }) => name === text)
        ? undefined
        : `there is no interface "${text}" that is up: write one of ${interfaceNames()}, or none`;
    case 'subnet':
      return subnetOf(text) === undefined
        ? 'write a network such as 10.77.0.0/24, from /8 to /29'
        : undefined;
    case 'ip':
      return hostFault(text, answers);
    case 'range':
      return rangeFault(text, answers);
    case 'router':
      return text === NONE ? undefined : hostFault(text, answers);
    case 'dnsZone':
      return text === NONE || isZone(text) ? undefined : 'write a domain such as lab.example, or none';
    case 'tftpRoot':
      return text === NONE || (/^[^\0-\x1f\\]{1,500}$/.test(text) && text.trim() !== '')
        ? undefined
        : 'write the path of a folder, or none';
    case 'modems':
      return /^\d{1,4}$/.test(text) && Number(text) <= 1_000 ? undefined : 'write a number from 0 to 1000';
  }
}

function interfaceNames(): string {
  const names = machineInterfaces().flatMap(({ name }) => (name === 'lo' ? [] : [name]));
  return names.length === 0 ? 'this machine has none' : names.slice(0, 8).join(', ');
}

function subnetOf(text: string): Prefix | undefined {
  const prefix = parsePrefix(text);
  return prefix !== undefined && isIpv4(prefix.address) && prefix.length >= 8 && prefix.length <= 29
    ? prefix
    : undefined;
}

function isZone(text: string): boolean {
  const isPlain = /^[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*\.?$/.test(text);
  return isPlain && parseName(text) instanceof Name;
}

function usualSubnet({ interface: name }: LabAnswers): Prefix {
  const own = ownAddress(name);
  const usual = subnetOf(SUBNET) ?? { address: ipv4(0), length: 24 };
  if (own === undefined || own.prefixLength < 8 || own.prefixLength > 29) return usual;
  return { address: maskIp(own.address, own.prefixLength), length: own.prefixLength };
}

/** The first IPv4 address of an interface that is up. */
function ownAddress(
  name: string | undefined,
): { readonly address: Ipv4; readonly prefixLength: number } | undefined {
  const found = machineInterfaces().find((each) => each.name === name);
  for (const { address, prefixLength } of found?.addresses ?? [])
    if (isIpv4(address)) return { address, prefixLength };
  return undefined;
}

function chosenSubnet(answers: LabAnswers): Prefix {
  return subnetOf(answers.subnet ?? '') ?? usualSubnet(answers);
}

function usualIp(answers: LabAnswers): Ipv4 {
  const subnet = chosenSubnet(answers);
  const own = ownAddress(answers.interface)?.address;
  if (own !== undefined && prefixContains(subnet, own)) return own;
  return ipv4((isIpv4(subnet.address) ? subnet.address : 0) + 2);
}

function chosenIp(answers: LabAnswers): Ipv4 {
  return parseIpv4(answers.ip ?? '') ?? usualIp(answers);
}

/** How many addresses a lab gives out when nobody says. */
const RANGE_ADDRESSES = 100;

/** A hundred addresses from the hundredth on, or as many as there are past our own. */
function usualRange(answers: LabAnswers): Range {
  const subnet = chosenSubnet(answers);
  const network = isIpv4(subnet.address) ? subnet.address : ipv4(0);
  const own = chosenIp(answers);
  const router = parseIpv4(answers.router ?? '');
  const last = ipv4(broadcastOf(subnet) - 1);
  const size = last - network;
  const first = ipv4(network + (size >= 2 * RANGE_ADDRESSES ? RANGE_ADDRESSES : Math.ceil(size / 2)));
  const end = ipv4(Math.min(first + RANGE_ADDRESSES - 1, last));
  const inside = [own, router].filter((each) => each !== undefined && each >= first && each <= end) as Ipv4[];
  if (inside.length === 0) return { first, last: end };
  const highest = ipv4(Math.max(...inside));
  const lowest = ipv4(Math.min(...inside));
  return end - highest >= lowest - first
    ? { first: ipv4(highest + 1), last: end }
    : { first, last: ipv4(lowest - 1) };
}

function formatRange({ first, last }: Range): string {
  return `${formatIpv4(first)}-${formatIpv4(last)}`;
}

function hostFault(text: string, answers: LabAnswers): string | undefined {
  const subnet = chosenSubnet(answers);
  const address = parseIp(text);
  const isHost =
    address !== undefined &&
    prefixContains(subnet, address) &&
    address !== subnet.address &&
    address !== broadcastOf(subnet);
  return isHost ? undefined : `write a host address of ${formatPrefix(subnet)}`;
}

function rangeOf(text: string): Range | undefined {
  const [first, last, more] = text.split('-').map((part) => parseIpv4(part.trim()));
  if (first === undefined || last === undefined || more !== undefined) return undefined;
  return first >>> 0 <= last >>> 0 ? { first, last } : undefined;
}

function rangeFault(text: string, answers: LabAnswers): string | undefined {
  const range = rangeOf(text);
  if (range === undefined) return 'write two addresses, the lower first, such as 10.77.0.100-10.77.0.199';
  const fault = hostFault(formatIpv4(range.first), answers) ?? hostFault(formatIpv4(range.last), answers);
  if (fault !== undefined) return fault;
  const own = chosenIp(answers);
  return own >>> 0 >= range.first >>> 0 && own >>> 0 <= range.last >>> 0
    ? `the range has ${formatIpv4(own)} in it, which is this machine's: leave it out`
    : undefined;
}

export interface LabResult {
  readonly path: string;
  /** What else was made. */
  readonly folder: string | undefined;
  /** What to type next, as words, without the program's name. */
  readonly next: readonly (readonly string[])[];
}

/** Refuses to write over what is there; throws `FileError`. */
export function checkLabPath(path: string, force: boolean): void {
  if (existsSync(path) && !force)
    throw new FileError(
      path,
      'there is such a file already',
      'name another one, or write over it with --force',
    );
}

/** Writes the lab that the answers make, and the folder that it serves. All answers are without fault. */
export function writeLab(path: string, answers: LabAnswers): LabResult {
  const lab = labOf(answers, path);
  const text = labText(lab);
  // Ours to get right; said before anything is written.
  parseScenario(text, path, { paths: 'any' });
  const folder = lab.tftpRoot === undefined ? undefined : join(dirname(path), lab.tftpRoot);
  const isNew = folder !== undefined && !isAbsolute(lab.tftpRoot ?? '') && !existsSync(folder);
  if (isNew) makeFolder(folder);
  writeOctets(path, text);
  return { path, folder: isNew ? folder : undefined, next: nextCommands(lab, path) };
}

function labOf(answers: LabAnswers, path: string): Lab {
  const subnet = chosenSubnet(answers);
  const range = rangeOf(answers.range ?? '') ?? usualRange(answers);
  const named = answers.interface === undefined || answers.interface === NONE ? undefined : answers.interface;
  // Says what is wrong with an interface that cannot serve.
  if (named !== undefined && ownAddress(named) !== undefined) interfaceNamed(named);
  return {
    interface: named,
    subnet,
    ip: chosenIp(answers),
    range,
    router: parseIpv4(answers.router ?? ''),
    zone: present(answers.dnsZone ?? 'lab.example')?.replace(/\.$/, ''),
    tftpRoot: tftpRootOf(present(answers.tftpRoot ?? NONE), path),
    modems: Number(answers.modems ?? '3'),
  };
}

function present(text: string): string | undefined {
  return text === NONE ? undefined : text;
}

/** As the file has it: from its own folder, when the path lies in there. */
function tftpRootOf(root: string | undefined, path: string): string | undefined {
  if (root === undefined) return undefined;
  const way = relative(resolve(dirname(path)), resolve(root));
  if (way === '') return '.';
  return way.startsWith('..') || isAbsolute(way) ? resolve(root) : way.split('\\').join('/');
}

function nextCommands({ interface: name, tftpRoot }: Lab, path: string): LabResult['next'] {
  const reach = tftpRoot !== undefined && isAbsolute(tftpRoot) ? ['--allow-path'] : [];
  const serve = name === undefined ? [] : ['--interface', name, '--state', 'state'];
  return [
    ['validate', path, ...reach],
    ['run', path, ...reach],
    ...(name === undefined ? [] : [['doctor', path, ...serve, ...reach]]),
    ['serve', path, ...serve, ...reach],
  ];
}
