import { formatIp } from '../../core/address.ts';
import { CAUSE } from '../../core/rules/cause.ts';
import { FW } from '../../core/rules/firewall.ts';
import { MODEM } from '../../core/rules/modem.ts';
import { TFTP_PORT } from '../../codec/tftp/packet.ts';
import type { Boot } from '../cause/boot.ts';
import { firstLogged, hostLogged, namesOf, packet } from '../cause/cause.ts';
import { stuckAt } from '../cause/stage.ts';
import type { Detector } from './detector.ts';

const TRIES_MIN = 3;

/** Incident 14: the server answers from a port of its own, and none of it comes to the client. */
export const answersBlocked: Detector = {
  find: (seen) => {
    const boots = stuckAt(seen, 'file-silent').filter(answersVanish);
    const [first] = boots;
    if (first?.fetch === undefined) return undefined;
    const { server, port, file } = first.fetch;
    const answer = first.leg('data') ?? first.leg('tftp-error');
    const handed = answer?.end.receiver;
    return {
      rule: CAUSE.answersBlocked,
      sure: port === TFTP_PORT || handed === undefined ? 'likely' : 'certain',
      what: `${formatIp(server)} answers ${namesOf(boots)} from port ${port ?? 'unknown'}, and no answer comes through: the last that is seen of one is on ${answer?.end.segment ?? 'its link'}${handed === undefined ? '' : `, handed to ${handed}`}`,
      evidence: [
        packet(first.leg('read-request')?.first, `RRQ "${file}" to port 69`),
        packet(answer?.first, `answer from port ${port ?? 'unknown'}`),
        packet(answer?.end, `answer from port ${port ?? 'unknown'}, seen last`),
        packet(first.leg('read-request')?.last, `RRQ "${file}" again`),
        hostLogged(seen.logOf(FW.denied) ?? seen.logOf(FW.deniedByEnd)),
        firstLogged(boots, MODEM.downloadSilent),
      ],
      check: `on ${handed ?? 'the firewall between them'}: what does it let through from ${formatIp(server)}, beside port 69? A transfer answers from a new port each time`,
      affected: boots.length,
    };
  },
};

function answersVanish(boot: Boot): boolean {
  const answer = boot.leg('data') ?? boot.leg('tftp-error');
  if (answer === undefined || answer.end.fate === 'faulted' || answer.end.fate === 'lost') return false;
  return (
    boot.arrived('read-request') >= TRIES_MIN && answer.sent >= TRIES_MIN && boot.arrived('tftp-error') === 0
  );
}
