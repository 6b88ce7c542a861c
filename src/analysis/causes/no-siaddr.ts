import { ANY, formatIp } from '../../core/address.ts';
import { CAUSE } from '../../core/rules/cause.ts';
import { MODEM } from '../../core/rules/modem.ts';
import { firstLogged, namesOf, packet } from '../cause/cause.ts';
import type { Boot } from '../cause/boot.ts';
import { stuckAt } from '../cause/stage.ts';
import type { Detector } from './detector.ts';

/** Incident 10: offers come, and name no TFTP server where this modem looks. */
export const noSiaddr: Detector = {
  find: (seen) => {
    const boots = stuckAt(seen, 'offer-refused', 'no-ack', 'leased').filter(namesNoServer);
    const [first] = boots;
    if (first?.told === undefined) return undefined;
    const { told } = first;
    const leg = first.leg('offer-down') ?? first.leg('ack-down');
    const text = `OFFER for ${first.name} with siaddr 0.0.0.0${told.has66 ? ' and option 66' : ''}`;
    return {
      rule: CAUSE.noSiaddr,
      sure: 'certain',
      what: `${namesOf(boots)} ${boots.length === 1 ? 'gets offers and takes' : 'get offers and take'} none: siaddr is 0.0.0.0${told.has66 ? ', only option 66 names a TFTP server' : ', and nothing else names a TFTP server'}`,
      evidence: [
        packet(leg?.first, text),
        packet(leg?.end, text),
        firstLogged(boots, MODEM.noTftpServer),
        packet(first.leg('discover-up')?.last, `DISCOVER of ${first.name} again, no REQUEST`),
      ],
      check: `on the DHCP server ${told.serverId === undefined ? '' : `${formatIp(told.serverId)} `}compare siaddr (next-server) and file of the subnet of ${formatIp(told.yiaddr)} with option 66`,
      affected: boots.length,
    };
  },
};

/** Newer modems go by option 125.2 where it is. */
function namesNoServer({ told, class: vendorClass, isModem, completed }: Boot): boolean {
  if (told === undefined || told.siaddr !== ANY || completed !== undefined) return false;
  if (!isModem && !vendorClass.startsWith('docsis')) return false;
  // Neither server nor file: this client was taken for another kind.
  if (!told.has66 && !told.hasFile) return false;
  return told.tftp125 === undefined || /^docsis[12]\./.test(vendorClass);
}
