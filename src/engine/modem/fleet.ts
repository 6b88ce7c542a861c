import { MAC_BROADCAST, type Mac } from '../../core/address.ts';
import type { NumberRows } from '../../core/number-rows.ts';
import { Random } from '../../core/random.ts';
import { NEVER, type Instant } from '../../core/time.ts';
import { isForAnother } from '../dhcp/client-messages.ts';
import { modemRows } from './identity.ts';
import { CableModem } from './modem.ts';
import type { ModemProfile } from './profile.ts';
import { Reason } from './phase.ts';
import { RestRows } from './rest-rows.ts';

const NO_ROW = -1;
/** Modems made together have their numbers in one piece of memory. */
const MADE_TOGETHER = 64;

export interface FleetOptions {
  readonly count: number;
  readonly profile: ModemProfile;
  /** Where the first RNG-REQ goes; left out, to everybody. */
  readonly cmts?: Mac | undefined;
  /** Of member 0 to `count` - 1. */
  mac(member: number): Mac;
  /** Of its stream of chance. */
  key(member: number): number;
}

/**
 * The modems of one group. Those that do something are objects; of those at rest there is a row, and the object is another's
 * meanwhile: of a million modems a few in a hundred boot at one time.
 */
export class ModemFleet {
  readonly #options: FleetOptions;
  readonly #rest: RestRows;
  readonly #rows: Int32Array;
  #rowsTaken = 0;
  readonly #spare: CableModem[] = [];
  #numbers: NumberRows;
  #numbersTaken = 0;

  constructor(options: FleetOptions) {
    this.#options = options;
    this.#rest = new RestRows(options.count);
    this.#rows = new Int32Array(options.count).fill(NO_ROW);
    this.#numbers = modemRows(Math.min(options.count, MADE_TOGETHER));
  }

  /** A modem that was never on, or has forgotten all that it knew; gives its row. */
  begin(member: number): number {
    const known = this.#rows[member] ?? NO_ROW;
    const row = known === NO_ROW ? this.#rowsTaken++ : known;
    this.#rows[member] = row;
    this.#rest.setMember(row, member);
    const { cmts = MAC_BROADCAST } = this.#options;
    this.#rest.keep(row, {
      state: 'off',
      cmts,
      sid: 0,
      reason: Reason.powerOn,
      drawn: 0,
      client: NEW_CLIENT,
    });
    return row;
  }

  /** The modem of a row, to be given back when it is at rest again. */
  take(row: number): CableModem {
    const modem = this.#spare.pop() ?? this.#make();
    const member = this.#rest.member(row);
    modem.resume(this.#options.mac(member), this.#options.key(member), this.#rest.read(row));
    return modem;
  }

  /** `modem` is at rest, and nobody asks it anything more. */
  giveBack(row: number, modem: CableModem): void {
    this.#rest.keep(row, modem);
    this.#spare.push(modem);
  }

  /** When a modem at rest wants a timer. */
  deadline(row: number): Instant {
    return this.#rest.renewAt(row);
  }

  /** Whether a datagram of port 68 means nothing to a modem at rest. */
  isForAnother(row: number, octets: Uint8Array): boolean {
    return isForAnother(octets, this.#rest.xid(row));
  }

  #make(): CableModem {
    const { count, profile } = this.#options;
    if (this.#numbersTaken === MADE_TOGETHER) {
      this.#numbers = modemRows(Math.min(count, MADE_TOGETHER));
      this.#numbersTaken = 0;
    }
    const row = this.#numbersTaken++;
    return new CableModem({
      mac: MAC_BROADCAST,
      profile,
      random: new Random(0),
      numbers: this.#numbers,
      row,
    });
  }
}

const NEW_CLIENT = { xid: 0, lease: undefined, renewAt: NEVER, rebindAt: NEVER, expiresAt: NEVER };
