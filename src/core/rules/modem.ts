import { defineRules } from '../rules.ts';

/** Why a cable modem goes on, waits or begins anew; event codes are those a modem logs (RFC 4547, DOCSIS OSSI annex D). */
export const MODEM = defineRules('MODEM', {
  scans: [
    1,
    {
      says: 'The modem has power and looks for a downstream channel; it sends nothing yet.',
      why: 'A modem may speak only when the CMTS says so, and it hears that only after it has found a channel and its timing.',
      source: 'DOCSIS MULPI',
      tryIt: 'Power a modem on and watch how long it is silent.',
    },
  ],
  ranges: [
    2,
    {
      says: 'The modem has heard when newcomers may speak and sends a RNG-REQ at an opportunity it drew by lot.',
      why: 'Nobody has assigned it time on the upstream yet, so all newcomers share the same opportunities; the lot makes it unlikely that two choose the same one.',
      source: 'DOCSIS MULPI',
      tryIt: 'Power on a hundred modems at one moment and look at the moments of their RNG-REQs.',
    },
  ],
  t3: [
    3,
    {
      says: 'R02.0: no RNG-RSP came within T3; the modem draws again, as a rule among twice as many opportunities, and repeats its RNG-REQ.',
      why: 'Silence mostly means that two modems chose one opportunity and the CMTS understood neither. Drawing from a wider window parts them.',
      source: 'DOCSIS MULPI, T3',
      tryIt: 'Count the RNG-REQs of one modem when a street is powered on at once.',
      fix: 'If one modem alone times out, look at its upstream: noise, a wrong power level, a cable fault.',
    },
  ],
  rangingGivenUp: [
    4,
    {
      says: 'R03.0: sixteen RNG-REQs went unanswered; the modem gives the channel up and begins anew.',
      why: 'Either the CMTS cannot hear it, or far too many newcomers ask at once.',
      source: 'DOCSIS MULPI',
      tryIt: 'Lose every frame on the cable for some seconds, or power on thousands of modems at one moment.',
      fix: 'Check the CMTS and the plant; spread the power-on of a large area.',
    },
  ],
  stationRanging: [
    5,
    {
      says: 'The CMTS heard the modem and told it what to adjust; the modem ranges again with its SID, now alone in its own opportunity.',
      why: 'The first answer corrects time and power roughly. The second exchange proves that the correction was right, without contention.',
      source: 'DOCSIS MULPI',
      tryIt: 'Compare the SID of the first and of the second RNG-REQ: 0, then its own.',
    },
  ],
  ranged: [
    6,
    {
      says: 'Ranging has succeeded: the modem has its place on the upstream and asks for an address.',
      why: 'Everything from here on is IP over the cable, beginning with DHCP.',
      source: 'DOCSIS MULPI',
      tryIt: 'Look at the ladder: the DISCOVER follows the RNG-RSP with status success.',
    },
  ],
  rangingAborted: [
    7,
    {
      says: 'R04.0: the CMTS sent the modem away with a RNG-RSP of status abort; the modem begins anew.',
      why: 'A CMTS aborts when it cannot bring the modem to a usable level, or when it has dropped the modem and hears it all the same.',
      source: 'DOCSIS MULPI, ranging status abort',
      tryIt: 'Look at the ranging status in the RNG-RSP: 2.',
      fix: 'See why the CMTS refused it.',
    },
  ],
  noOffer: [
    8,
    {
      says: 'D01.0: DISCOVER was sent again and again and no acceptable offer came; the modem begins anew, with ranging.',
      why: 'A modem that waits too long for an offer doubts its channel and starts from the beginning.',
      source: 'RFC 4547; DOCSIS OSSI annex D, D01.0',
      tryIt: "Stop the DHCP server, or misspell the relay's helper address, and wait two minutes.",
      fix: 'Follow the DISCOVER: did the CMTS relay it, did it reach a server, does a subnet match giaddr, is the pool empty, did the OFFER have siaddr and file?',
    },
  ],
  noAck: [
    9,
    {
      says: 'D02.0: the offer was taken but no ACK came; the modem starts DHCP over.',
      why: 'The server may have gone, or refused what it had offered.',
      source: 'DOCSIS OSSI annex D, D02.0',
      tryIt: 'Crash the DHCP server right after an OFFER.',
      fix: 'Look whether the REQUEST arrived and why the server was silent or said NAK.',
    },
  ],
  noTftpServer: [
    10,
    {
      says: 'D03.1: the modem refuses an OFFER or ACK that names no TFTP server: siaddr is 0.0.0.0.',
      why: 'A cable modem reads the address of its TFTP server from siaddr, or from option 125 sub-option 2 when it is DOCSIS 3.0 or later. Option 66 is for other devices: a modem never reads it.',
      source: 'DOCSIS OSSI annex D, D03.1; RFC 2131 §2',
      tryIt: 'Run scenarios/siaddr-is-not-option-66.yaml.',
      fix: 'Set siaddr (next-server) to the address of the TFTP server; leave option 66 as it is.',
    },
  ],
  noBootFile: [
    11,
    {
      says: 'D03.1: the modem refuses an OFFER or ACK whose file field is empty.',
      why: 'The name of the configuration comes in the field `file`. Option 67 is for other devices: a modem never reads it.',
      source: 'DOCSIS OSSI annex D, D03.1; RFC 2131 §2',
      tryIt: "Take the file out of the subnet's tftp setting.",
      fix: 'Put the name of the configuration into the field `file` of the answer.',
    },
  ],
  missingOptional: [
    12,
    {
      says: 'D03.0: the ACK lacks time offset, time servers or log servers; the modem goes on without.',
      why: 'They are useful and not needed: a modem without the time logs dates of 1970.',
      source: 'DOCSIS OSSI annex D, D03.0',
      tryIt: "Take `time-servers` out of the subnet's options.",
      fix: 'Add options 2, 4 and 7 to the subnet.',
    },
  ],
  tftpFrom125: [
    13,
    {
      says: 'The TFTP server is the first of option 125 sub-option 2, not siaddr.',
      why: 'For DOCSIS 3.0 and later the option overrides siaddr; older modems do not know it.',
      source: 'DOCSIS MULPI; CL-SP-CANN option 125',
      tryIt: 'Give a modem of class docsis2.0 the same answer: it goes to siaddr.',
      fix: 'If modems of one version alone fail to load, compare option 125 with siaddr.',
    },
  ],
  noTime: [
    14,
    {
      says: 'D04.1: the time server did not answer; the boot goes on without the time.',
      why: 'The time is for the log. A modem that waited for it would let one small server stop a whole plant.',
      source: 'DOCSIS MULPI; DOCSIS OSSI annex D, D04.1',
      tryIt: 'Stop the ToD server: the modem still comes online.',
      fix: 'Start the ToD server, or mend option 4.',
    },
  ],
  downloads: [
    15,
    {
      says: 'The modem has its address and fetches its configuration by TFTP.',
      why: 'The configuration says what the subscriber has bought; without it the modem has nothing to register with.',
      source: 'DOCSIS MULPI',
      tryIt: 'Look at the RRQ: its server and its name are siaddr and file of the ACK.',
    },
  ],
  downloadSilent: [
    16,
    {
      says: 'D05.0: the TFTP server never answered.',
      why: 'The request went to the address in the ACK; the server may be down or elsewhere, or a firewall drops what comes from its new port.',
      source: 'DOCSIS OSSI annex D, D05.0',
      tryIt: 'Crash the TFTP server and count the RRQs: 4, 8, 16 seconds apart.',
      fix: "Check siaddr, the server, the route back to the modem's subnet, and firewalls: the answer comes from a port of its own.",
    },
  ],
  fileNotFound: [
    17,
    {
      says: 'D06.0: the TFTP server has no file of this name.',
      why: 'Names are compared octet for octet: another case, a folder too many or too few, is another name.',
      source: 'DOCSIS OSSI annex D, D06.0; RFC 1350 appendix, error code 1',
      tryIt: 'Run scenarios/missing-config.yaml.',
      fix: "Compare the name in the RRQ with the server's listing.",
    },
  ],
  downloadBroken: [
    18,
    {
      says: 'D07.0: the transfer went wrong before the file was whole.',
      why: 'The server ended it with an error, or its packets made no sense.',
      source: 'DOCSIS OSSI annex D, D07.0',
      tryIt: 'Look at the ERROR packet that ended the transfer.',
      fix: 'The text of the error says what the server did not like.',
    },
  ],
  fileDamaged: [
    19,
    {
      says: 'D08.0: the CM MIC does not match: the file was damaged or edited after it was signed.',
      why: 'The CM MIC is an MD5 over the whole file. One changed octet changes it, and the modem uses nothing of such a file, nor of one whose TLVs run past its end.',
      source: 'DOCSIS MULPI §D.1.3.1; DOCSIS OSSI annex D, D08.0',
      tryIt: 'Change one octet of a configuration and run `headend docsis verify` on it.',
      fix: 'Build the file anew with `headend docsis encode`; never edit the binary.',
    },
  ],
  fileIncomplete: [
    20,
    {
      says: 'D09.0: the file lacks a setting without which a modem must not register.',
      why: 'Needed are network access, both MICs, the end marker, and a class of service or a service flow each way.',
      source: 'DOCSIS MULPI §D.1.2; DOCSIS OSSI annex D, D09.0',
      tryIt: 'Take `network-access` out of a configuration.',
      fix: 'Add the setting that the detail names.',
    },
  ],
  downloadAgain: [
    21,
    {
      says: 'The modem waits a little and downloads again.',
      why: 'The trouble may have passed: a busy server, a file that was just being replaced.',
      source: 'practice: three downloads before starting anew',
      tryIt: 'Count the downloads of a modem whose file is missing.',
    },
  ],
  rests: [
    22,
    {
      says: 'The modem has failed and rests before it begins anew.',
      why: 'Thousands of modems that began anew at once would be a storm of their own.',
      source: 'practice: ten minutes after failed downloads',
      tryIt: 'Watch a modem whose file is missing for a quarter of an hour.',
      fix: 'Mend what the event before this one names; a power cycle shortens the wait.',
    },
  ],
  registers: [
    23,
    {
      says: 'The modem sends its settings to the CMTS in a REG-REQ, with its capabilities, its vendor, its address and both MICs.',
      why: 'The CMTS must agree before traffic flows, and it checks that the settings are those the operator signed.',
      source: 'DOCSIS MULPI',
      tryIt:
        'Compare the TLVs of the REG-REQ with the file: settings for the modem alone (SNMP, software) do not travel.',
    },
  ],
  t6: [
    24,
    {
      says: 'No REG-RSP within T6: the modem sends its REG-REQ again.',
      why: 'The request or its answer may have been lost on the cable.',
      source: 'DOCSIS MULPI, T6',
      tryIt: 'Lose frames on the cable while modems register.',
    },
  ],
  registrationSilent: [
    25,
    {
      says: 'I02.0: no REG-RSP after several REG-REQs; the modem begins anew.',
      why: 'A CMTS that does not answer has forgotten the modem or cannot hear it.',
      source: 'DOCSIS OSSI annex D, I02.0; T6',
      tryIt: 'Crash the CMTS while a modem downloads its file.',
      fix: 'See whether the CMTS restarted.',
    },
  ],
  refused: [
    26,
    {
      says: 'I04.0: the CMTS refused the registration; the modem begins anew after a rest.',
      why: 'The CMTS judges MIC, class of service and addresses. The modem learns only a number; the reason stands at the CMTS.',
      source: 'DOCSIS MULPI; DOCSIS OSSI annex D, I04',
      tryIt: 'Run scenarios/wrong-shared-secret.yaml.',
      fix: 'Ask the CMTS: its state for this modem, such as reject(m), says which check failed.',
    },
  ],
  operational: [
    27,
    {
      says: 'The modem acknowledges the registration: it is operational.',
      why: 'The REG-ACK ends the handshake; from here traffic of the subscriber passes.',
      source: 'DOCSIS MULPI',
      tryIt: 'Look at the ladder of a modem from RNG-REQ to REG-ACK.',
    },
  ],
  forwardingDenied: [
    28,
    {
      says: 'The modem is registered but forwards nothing: network access in its configuration is off.',
      why: 'An operator blocks a subscriber this way and still manages the modem.',
      source: 'DOCSIS MULPI annex C; RFC 4639 docsDevServerBootState',
      tryIt: 'Set `network-access: false` in a configuration.',
      fix: 'Set `network-access: true` and restart the modem.',
    },
  ],
  leaseLost: [
    29,
    {
      says: 'The modem has lost its address while operational and asks for one anew.',
      why: 'The lease ended or was refused; without an address nobody can manage the modem.',
      source: 'RFC 2131 §4.4.5',
      tryIt: 'Stop the DHCP server for longer than a lease.',
      fix: 'Find out why the renewals were not answered.',
    },
  ],
  powersOff: [
    30,
    {
      says: "The power is gone; the modem's last word is a CM-STATUS that its supply failed.",
      why: 'From that moment the CMTS waits T4 for another word and then shows the modem offline.',
      source: 'DOCSIS MULPI, event type 9',
      tryIt: 'Power a modem off and watch the CMTS for half a minute.',
    },
  ],
  malformed: [
    31,
    {
      says: 'The modem drops a message that it cannot decode.',
      why: 'What came is damaged or not what it claims to be; guessing would be worse than waiting.',
      source: 'DOCSIS MULPI',
      tryIt: 'Look at the detail for the field and the octet.',
      fix: 'Find out who sent it.',
    },
  ],
});
