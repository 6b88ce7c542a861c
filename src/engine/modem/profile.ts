import { ANY } from '../../core/address.ts';
import type { Mac } from '../../core/address.ts';
import { toHex } from '../../core/bytes.ts';
import type { Crypto } from '../../core/crypto.ts';
import { MODEM } from '../../core/rules/modem.ts';
import { latin1Octets } from '../../core/text.ts';
import { MILLISECOND, SECOND } from '../../core/time.ts';
import { Option } from '../../codec/dhcp/codes.ts';
import { CABLELABS, CableLabsSuboption, encodeEnterprises } from '../../codec/dhcp/option/vivso.ts';
import type { DhcpClientProfile, OfferJudge } from '../dhcp/client-profile.ts';
import { MODEM_TFTP_PROFILE, type TftpProfile } from '../tftp/client-profile.ts';
import { MODEM_TOD_PROFILE } from '../tod.ts';
import type { TodProfile } from '../tod.ts';
import { BootFactsReader } from './boot-facts.ts';
import { BootConfigs } from './boot-config.ts';
import { bootServer } from './boot-facts.ts';

/** How newcomers share the upstream; a CMTS announces it in its UCD and MAP messages, here both ends are given it. */
export interface Contention {
  /** How long one opportunity to send a RNG-REQ is; they follow one another without a gap. */
  readonly opportunityUs: number;
  /** The first RNG-REQ goes out at one of 2^backoffStart opportunities, drawn by lot; each later one at one of twice as many, ... */
  readonly backoffStart: number;
  /** ... up to 2^backoffEnd. */
  readonly backoffEnd: number;
}

/**
 * The upstreams of a MAC domain together offer an opportunity each millisecond (ours). Back-off 2 to 12: many CMTSs are
 * set to a fixed 2 to 7, with which 4,000 modems that come at once keep colliding for good; 12 stands for a CMTS that
 * widens its back-off as collisions grow, and lets any storm drain.
 */
export const DEFAULT_CONTENTION: Contention = {
  opportunityUs: MILLISECOND,
  backoffStart: 2,
  backoffEnd: 12,
};

/** Firmware without back-off: each RNG-REQ is drawn from as few opportunities as the first. */
export const FIXED_CONTENTION: Contention = {
  ...DEFAULT_CONTENTION,
  backoffEnd: DEFAULT_CONTENTION.backoffStart,
};

/** What all modems of one kind have in common: one object for a plant of 100,000. */
export interface ModemProfile {
  readonly dhcp: DhcpClientProfile;
  readonly tftp: TftpProfile;
  readonly tod: TodProfile;
  readonly contention: Contention;
  readonly crypto: Crypto;
  /** What was read of configurations before: shared, so that thousands of modems hash one file once. */
  readonly configs: BootConfigs;
  readonly bootFacts: BootFactsReader;
  /** The body of TLV 5: what the modem can do. */
  readonly capabilities: Uint8Array;
  /** Whether option 125 sub-option 2 overrides siaddr: DOCSIS 3.0 and later. */
  readonly readsOption125: boolean;
  /** How long the search for a channel takes: drawn between the two. */
  readonly scanUsMin: number;
  readonly scanUsMax: number;
  /** The wait for a RNG-RSP; and how often a RNG-REQ is sent before giving up. */
  readonly t3Us: number;
  readonly rangingTries: number;
  /** How long DHCP may take before the modem begins anew: D01.0. */
  readonly dhcpUsMax: number;
  /** Downloads before the modem rests, and the wait between them. */
  readonly downloadTries: number;
  readonly downloadWaitUs: number;
  /** The rest after failed downloads, and after a refused registration. */
  readonly reinitUs: number;
  readonly refusedUs: number;
  /** The wait for a REG-RSP; and how often a REG-REQ is sent before giving up. */
  readonly t6Us: number;
  readonly registrationTries: number;
}

export interface ModemProfileOptions {
  readonly crypto: Crypto;
  /** Option 60 of a modem: `docsisX.Y:`; left out, `docsis3.1:`. */
  readonly class?: string | undefined;
  /** Anything else that is not to be as usual. */
  readonly timers?: Partial<Omit<ModemProfile, 'dhcp' | 'crypto' | 'configs' | 'bootFacts'>> | undefined;
}

/** TLV 5 for DOCSIS X.Y: concatenation, version, fragmentation, header suppression, IGMP, BPI+, SAIDs, flows, DCC. */
function capabilitiesOf(version: number): Uint8Array {
  return Uint8Array.of(
    1,
    1,
    1,
    2,
    1,
    version,
    3,
    1,
    1,
    4,
    1,
    1,
    5,
    1,
    1,
    6,
    1,
    1,
    7,
    1,
    15,
    8,
    1,
    16,
    12,
    1,
    1,
  );
}

/** TLV 5.2 by the version in option 60. */
const VERSION_CODES: Readonly<Record<string, number>> = {
  '1.0': 0,
  '1.1': 1,
  '2.0': 2,
  '3.0': 3,
  '3.1': 4,
  '4.0': 5,
};
const OPTION_125_SINCE = 3;
const CAPABILITIES = 5;

/** A modem that does as real ones do; the numbers without a source are practice and may be changed by `timers`. */
export function modemProfile({
  crypto,
  class: vendorClass = 'docsis3.1:',
  timers,
}: ModemProfileOptions): ModemProfile {
  const version = VERSION_CODES[/^docsis(\d\.\d)/.exec(vendorClass)?.[1] ?? ''] ?? 4;
  const readsOption125 = timers?.readsOption125 ?? version >= OPTION_125_SINCE;
  const capabilities = timers?.capabilities ?? capabilitiesOf(version);
  const configs = new BootConfigs();
  return {
    tod: MODEM_TOD_PROFILE,
    contention: DEFAULT_CONTENTION,
    scanUsMin: 500 * MILLISECOND,
    scanUsMax: 1500 * MILLISECOND,
    t3Us: 200 * MILLISECOND,
    rangingTries: 16,
    dhcpUsMax: 128 * SECOND,
    downloadTries: 3,
    downloadWaitUs: 10 * SECOND,
    reinitUs: 600 * SECOND,
    refusedUs: 60 * SECOND,
    t6Us: 3 * SECOND,
    registrationTries: 3,
    ...timers,
    tftp: { ...(timers?.tftp ?? MODEM_TFTP_PROFILE), known: configs.files },
    crypto,
    configs,
    bootFacts: new BootFactsReader(),
    capabilities,
    readsOption125,
    dhcp: dhcpProfile(vendorClass, capabilities, readsOption125),
  };
}

/** What a modem sends and asks in DHCP; DOCSIS 2.0 and older say their capabilities in option 60, later ones in 125.5. */
function dhcpProfile(vendorClass: string, capabilities: Uint8Array, reads125: boolean): DhcpClientProfile {
  const tlv5 = toHex(Uint8Array.of(CAPABILITIES, capabilities.length, ...capabilities));
  const text = reads125 || !vendorClass.endsWith(':') ? vendorClass : vendorClass + tlv5;
  const vivso = Uint8Array.of(
    CableLabsSuboption.requests,
    1,
    CableLabsSuboption.tftpServers,
    CableLabsSuboption.modemCapabilities,
    capabilities.length,
    ...capabilities,
  );
  const option125 = {
    code: Option.vendorSpecific,
    octets: encodeEnterprises([{ enterprise: CABLELABS, octets: vivso }]),
  };
  const option60 = { code: Option.vendorClass, octets: latin1Octets(text) ?? new Uint8Array(0) };
  return {
    // 66 and 67 a modem only logs; it boots from siaddr and file.
    parameters: Uint8Array.of(1, 2, 3, 4, 7, 6, 66, 67, ...(reads125 ? [125] : [])),
    options: reads125 ? [option60, option125] : [option60],
    clientId: 'rfc4361',
    broadcast: false,
    // Ranging has spread the modems already.
    startWaitUsMin: 0,
    startWaitUsMax: 0,
    requestTries: 4,
    probes: 0,
    declineWaitUs: 10 * SECOND,
    judge: bootableOffer(reads125),
  };
}

/** A modem takes no OFFER or ACK that it could not boot from: D03.1. */
function bootableOffer(reads125: boolean): OfferJudge {
  return {
    refuses(message) {
      if (bootServer(message, reads125) === ANY) return MODEM.noTftpServer;
      // Overload 1 and 3: options lie where the name would be.
      return message.file[0] === 0 || (message.overload & 1) === 1 ? MODEM.noBootFile : undefined;
    },
  };
}

/** The octets of the vendor id in front of a hardware address. */
export function ouiOf(mac: Mac): number {
  return Math.floor(mac / 0x100_0000);
}
