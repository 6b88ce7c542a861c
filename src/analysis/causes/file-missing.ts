import { formatIp } from '../../core/address.ts';
import { ErrorCode } from '../../codec/tftp/packet.ts';
import { CAUSE } from '../../core/rules/cause.ts';
import { MODEM } from '../../core/rules/modem.ts';
import { firstLogged, namesOf, packet } from '../cause/cause.ts';
import { stuckAt } from '../cause/stage.ts';
import type { Detector } from './detector.ts';

/** Incident 13: the server says that it has no such file. */
export const fileMissing: Detector = {
  find: (seen) => {
    const boots = stuckAt(seen, 'file-error').filter(
      ({ fileError }) => fileError?.code === ErrorCode.fileNotFound,
    );
    const [first] = boots;
    if (first?.fetch === undefined) return undefined;
    const { file, server } = first.fetch;
    return {
      rule: CAUSE.fileMissing,
      sure: 'certain',
      what: `${namesOf(boots)} ${boots.length === 1 ? 'asks' : 'ask'} ${formatIp(server)} for "${file}", and there is no file of this name`,
      evidence: [
        packet(first.leg('ack-down')?.first, `ACK for ${first.name}, which names the file`),
        packet(first.leg('read-request')?.first, `RRQ "${file}"`),
        packet(first.fileError?.mark, `ERROR 1 "${first.fileError?.text ?? ''}"`),
        firstLogged(boots, MODEM.fileNotFound),
      ],
      check: `list the files of the TFTP server ${formatIp(server)} and compare "${file}" letter for letter, capitals and folders too`,
      affected: boots.length,
    };
  },
};
