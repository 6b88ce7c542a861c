import type { Rule } from '../rules.ts';
import { CAUSE } from './cause.ts';
import { CMTS } from './cmts.ts';
import { DHCP } from './dhcp.ts';
import { DNS } from './dns.ts';
import { FW } from './firewall.ts';
import { DNSSEC } from './dnssec.ts';
import { FAULT } from './fault.ts';
import { FTP } from './ftp.ts';
import { HEALTH } from './health.ts';
import { HOST } from './host.ts';
import { LIMIT_RULES } from './limit.ts';
import { MODEM } from './modem.ts';
import { NAT } from './nat.ts';
import { NET_RULES } from './net.ts';
import { RELAY } from './relay.ts';
import { REPLAY } from './replay.ts';
import { RESOLVER } from './resolver.ts';
import { ROUTE } from './route.ts';
import { TFTP_RULES } from './tftp.ts';
import { TOD_RULES } from './tod.ts';
import { TRANSFER } from './transfer.ts';
import { TSIG } from './tsig.ts';
import { UPDATE } from './update.ts';
import { WEB } from './web.ts';
import { ZONE } from './zone.ts';

const FILES: readonly Readonly<Record<string, Rule>>[] = [
  DHCP,
  TFTP_RULES,
  TOD_RULES,
  DNS,
  ZONE,
  HOST,
  NET_RULES,
  RELAY,
  MODEM,
  CMTS,
  LIMIT_RULES,
  FW,
  NAT,
  FTP,
  ROUTE,
  TSIG,
  TRANSFER,
  UPDATE,
  DNSSEC,
  HEALTH,
  WEB,
  RESOLVER,
  FAULT,
  CAUSE,
  REPLAY,
];

/** Every rule there is, protocol by protocol, each in the order of its file. */
export const CATALOGUE: readonly Rule[] = FILES.flatMap((rules) => Object.values(rules));

const BY_ID: ReadonlyMap<string, Rule> = new Map(CATALOGUE.map((rule) => [rule.id, rule]));

/** The rule of an id such as `HE-DHCP-014`; undefined when there is none. */
export function ruleById(id: string): Rule | undefined {
  return BY_ID.get(id);
}
