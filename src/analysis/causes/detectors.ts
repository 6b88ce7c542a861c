import { accessDenied } from './access-denied.ts';
import { answersBlocked } from './answers-blocked.ts';
import { clockSkew } from './clock-skew.ts';
import { clonedMac } from './cloned-mac.ts';
import { declaredFault } from './declared-fault.ts';
import type { Detector } from './detector.ts';
import { fileMissing } from './file-missing.ts';
import { fileDamaged, fileIncomplete } from './file-refused.ts';
import { foreignNak } from './foreign-nak.ts';
import { helperWrong } from './helper-wrong.ts';
import { noSiaddr } from './no-siaddr.ts';
import { noTime } from './no-time.ts';
import { noWayBack } from './no-way-back.ts';
import { poolOrClass } from './pool-or-class.ts';
import { queueFull, renewalWave, staleQueue } from './queue.ts';
import { noBackOff, rangingStorm } from './ranging-storm.ts';
import { classRefused, oneWrongFile, otherSecret } from './refused.ts';
import { serverDown } from './server-down.ts';
import { sourceUnknown } from './source-unknown.ts';
import { old125, tftpBusy, tftpDown } from './tftp-silent.ts';
import { tooManyCpes } from './too-many-cpes.ts';
import { unknownRelay } from './unknown-relay.ts';

/** Every cause that is looked for, in the order of a boot: of equals the earlier is named first. */
export const DETECTORS: readonly Detector[] = [
  rangingStorm,
  noBackOff,
  helperWrong,
  serverDown,
  staleQueue,
  queueFull,
  renewalWave,
  unknownRelay,
  noWayBack,
  clonedMac,
  poolOrClass,
  noSiaddr,
  foreignNak,
  old125,
  tftpDown,
  tftpBusy,
  answersBlocked,
  fileMissing,
  fileDamaged,
  fileIncomplete,
  otherSecret,
  oneWrongFile,
  classRefused,
  clockSkew,
  accessDenied,
  tooManyCpes,
  sourceUnknown,
  noTime,
  declaredFault,
];
