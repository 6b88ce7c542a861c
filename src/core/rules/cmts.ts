import { defineRules } from '../rules.ts';

/** What a CMTS does with modems and why it shows each in its state. */
export const CMTS = defineRules('CMTS', {
  collided: [
    1,
    {
      says: 'Two RNG-REQs came in one opportunity: the CMTS understands neither.',
      why: 'Newcomers share opportunities. Two signals at one moment destroy each other; both modems hear nothing and draw again.',
      source: 'DOCSIS MULPI',
      tryIt: 'Power on many modems at one moment, then set `ranging: ideal` and compare.',
      fix: 'Spread the power-on over a longer time; this is normal in small numbers.',
    },
  ],
  heard: [
    2,
    {
      says: 'init(r1): the CMTS heard a modem for the first time, gives it a SID and tells it what to adjust.',
      why: "A newcomer's signal comes too early or too late and too loud or too soft; it must be corrected before it may speak among others.",
      source: 'DOCSIS MULPI',
      tryIt: 'Look at timing adjust and power level in the RNG-RSP.',
    },
  ],
  adjusted: [
    3,
    {
      says: "init(rc): the modem's signal is right now; ranging is complete.",
      why: 'From here the modem may ask for time on the upstream like every other.',
      source: 'DOCSIS MULPI',
      tryIt: 'Look at the ranging status in the RNG-RSP: 3, success.',
    },
  ],
  sawDiscover: [
    4,
    {
      says: 'init(d): the last the CMTS saw of this modem is a DISCOVER that it relayed.',
      why: 'The CMTS infers the state from what passes. A modem that stays here has had no ACK: the trouble lies at the DHCP server or on the way.',
      source: 'practice: CMTS state names',
      tryIt: 'Stop the DHCP server and look at the CMTS.',
      fix: 'Follow the DISCOVER past the relay: helper address, route, server, pool.',
    },
  ],
  sawAck: [
    5,
    {
      says: 'init(i): the CMTS relayed an ACK; the modem has an address.',
      why: 'A modem that stays here has not asked for the time or its file: it did not like the ACK, or its packets do not come through.',
      source: 'practice: CMTS state names',
      tryIt: 'Give a modem an ACK without siaddr.',
      fix: 'Look at the ACK: siaddr, file, router.',
    },
  ],
  sawTime: [
    6,
    {
      says: 'init(t): the last the CMTS saw is a request for the time.',
      why: 'The request is the evidence, not the trouble: a modem goes on without the time. One that stays here never asked for its file.',
      source: 'practice: CMTS state names',
      tryIt: 'Stop the ToD server: modems pass this state all the same.',
      fix: 'Look for the RRQ that should have followed.',
    },
  ],
  sawDownload: [
    7,
    {
      says: 'init(o): the modem asked for its configuration by TFTP.',
      why: 'A modem that stays here has no good file: no answer, no such file, or a MIC that does not match.',
      source: 'practice: CMTS state names',
      tryIt: 'Run scenarios/missing-config.yaml.',
      fix: "Look at the modem's own events: D05 to D09.",
    },
  ],
  accepted: [
    8,
    {
      says: 'The registration is in order: the CMTS answers with response 0 and assigns the service flows.',
      why: 'MIC, class of service and addresses were judged and found right.',
      source: 'DOCSIS MULPI',
      tryIt: 'Look at the REG-RSP: response 0, and a service flow id for each reference.',
    },
  ],
  online: [
    9,
    {
      says: 'online: the modem acknowledged its registration.',
      why: 'The handshake is complete and traffic of the subscriber passes.',
      source: 'DOCSIS MULPI',
      tryIt: 'Run scenarios/cable-modem-boot.yaml.',
    },
  ],
  onlineDenied: [
    10,
    {
      says: 'online(d): the modem is registered, but its configuration forbids forwarding.',
      why: 'TLV 3 is 0: the modem is managed and its subscriber is cut off.',
      source: 'DOCSIS MULPI annex C',
      tryIt: 'Set `network-access: false` in a configuration.',
      fix: 'Give the modem a configuration with network access.',
    },
  ],
  rejectMic: [
    11,
    {
      says: "reject(m): the CMTS MIC does not match the settings under the CMTS's shared secret.",
      why: 'The file was signed with another secret, or its settings were changed since. Without this check subscribers could raise their own rates.',
      source: 'DOCSIS MULPI §D.2.1',
      tryIt: 'Run scenarios/wrong-shared-secret.yaml.',
      fix: "Compare the secret that signs the files with the CMTS's: `headend docsis verify FILE --secret-file KEY`. A line end or a blank in the key file is part of many such stories.",
    },
  ],
  rejectClass: [
    12,
    {
      says: 'reject(c): the class of service is not one that the CMTS can give.',
      why: 'There must be a DOCSIS 1.0 class or a service flow each way, not both, with references that differ.',
      source: 'DOCSIS MULPI §D.1.2, annex C',
      tryIt: 'Put class-of-service and service flows into one configuration.',
      fix: 'Mend the settings that the detail names.',
    },
  ],
  rejectAddress: [
    13,
    {
      says: 'reject(ip): the file was made for another address than the modem has.',
      why: 'TLV 20 ties a file to the modem that it was made for, so that a stolen copy is of no use.',
      source: 'DOCSIS MULPI annex C',
      tryIt: 'Sign a file with another address in tftp-server-provisioned-modem-address.',
      fix: "Make the file for this modem's address, or leave TLV 20 out.",
    },
  ],
  rejectStamp: [
    14,
    {
      says: "reject(ts): the file's time stamp is not of this download.",
      why: 'TLV 19 ties a file to the moment it was made, so that an old copy is of no use.',
      source: 'DOCSIS MULPI annex C',
      tryIt: 'Set tftp-server-timestamp in a configuration to an old second.',
      fix: 'Compare the clocks of CMTS and provisioning server.',
    },
  ],
  rejectNoDownload: [
    15,
    {
      says: 'reject(m): the modem registers, but no download of a configuration passed the CMTS.',
      why: "With tftp-enforce a modem must have its file from the operator's server: one that was fed from the subscriber's side is refused.",
      source: 'practice: cable tftp-enforce',
      tryIt: 'Let a modem register without an RRQ.',
      fix: 'Look where the modem got its file from.',
    },
  ],
  rejectNoAck: [
    16,
    {
      says: 'reject(na): the modem never acknowledged its registration.',
      why: 'Without the REG-ACK the CMTS cannot know whether the modem agrees with what it was given.',
      source: 'DOCSIS MULPI, T6',
      tryIt: 'Lose the frames of one modem right after its REG-REQ.',
      fix: "Look at the modem's upstream.",
    },
  ],
  responseAgain: [
    17,
    {
      says: 'No REG-ACK within T6: the CMTS sends its REG-RSP again.',
      why: 'The response or the acknowledgment may have been lost.',
      source: 'DOCSIS MULPI, T6',
      tryIt: 'Lose frames on the cable while modems register.',
    },
  ],
  t9: [
    18,
    {
      says: 'T9 has passed since ranging without a REG-REQ: the CMTS drops the modem.',
      why: 'A modem that never registers would keep its SID for ever.',
      source: 'DOCSIS MULPI, T9',
      tryIt: 'Let a modem range and then find no file for a quarter of an hour.',
      fix: 'See in which state it stayed: that is where its boot stands.',
    },
  ],
  powerLost: [
    19,
    {
      says: "The modem's supply failed: unless it is heard again within T4, the CMTS will show it offline.",
      why: 'Nothing tells a CMTS that a modem is gone but its silence; T4 is how long silence is taken for chance.',
      source: 'DOCSIS MULPI annex B, T4',
      tryIt: 'Power a modem off and on again within half a minute.',
    },
  ],
  offline: [
    20,
    {
      says: 'offline: the modem was not heard for T4.',
      why: 'Its place on the upstream is free again. It must range anew.',
      source: 'DOCSIS MULPI annex B, T4',
      tryIt: 'Power a modem off and wait half a minute.',
      fix: 'Look at the power and the cable at the modem.',
    },
  ],
  notRanged: [
    21,
    {
      says: 'The CMTS ignores a registration from a modem that has not ranged with it.',
      why: 'It restarted, or the modem was dropped: without ranging there is no SID to register.',
      source: 'DOCSIS MULPI',
      tryIt: 'Crash the CMTS while modems are downloading.',
      fix: 'The modem gives up after T6 and ranges anew by itself.',
    },
  ],
  notForwarded: [
    22,
    {
      says: 'The CMTS does not forward: the address on the cable side was not given to anybody through this CMTS.',
      why: "Source verification keeps a subscriber from using another one's address.",
      source: 'practice: cable source-verify',
      tryIt: 'Let a host on the cable use an address of its own choice.',
      fix: 'Give the host its address by DHCP, or switch source verification off.',
    },
  ],
  tooMany: [
    23,
    {
      says: 'The CMTS has no room for another modem.',
      why: 'Its tables are bounded, so that a flood of made-up addresses cannot use up its memory.',
      source: 'ours',
      tryIt: 'Set the limit of modems to 2 and power on three.',
      fix: 'Raise the limit, or split the node.',
    },
  ],
  fragmentLost: [
    24,
    {
      says: 'A part of a REG-REQ-MP is missing or out of order: the CMTS drops what it has.',
      why: 'The parts come in order; a gap means that one was lost, and the modem sends all of them again after T6.',
      source: 'DOCSIS MULPI',
      tryIt: 'Lose frames while a modem with a long configuration registers.',
    },
  ],
  malformed: [
    25,
    {
      says: 'The CMTS drops a message that it cannot decode.',
      why: 'What came is damaged or not what it claims to be.',
      source: 'DOCSIS MULPI',
      tryIt: 'Look at the detail for the field and the octet.',
      fix: 'Find out who sent it.',
    },
  ],
  sentAway: [
    26,
    {
      says: 'The CMTS tells a modem that it is no longer registered to begin anew, by a RNG-RSP with status abort.',
      why: 'It was dropped while it believed itself online: the message that said so, or its acknowledgment, was lost. Its traffic passes again only after a new registration.',
      source: 'DOCSIS MULPI',
      tryIt: 'Lose every REG-ACK of a modem: it shows reject(na) here and believes itself operational.',
    },
  ],
  cpeCutOff: [
    27,
    {
      says: 'The modem that this computer stands behind is not online: nothing of it gets through.',
      why: "A modem is the subscriber's only way to the cable, and it opens its bridge when it is registered. A computer that asks for an address before that asks in vain, and goes on asking.",
      source: 'DOCSIS MULPI; the bridge of a modem is modelled at its CMTS',
      tryIt: 'Run scenarios/computers-behind-modems.yaml and look at the first DISCOVERs.',
      fix: "Look at the modem first: `headend run FILE --json` shows its state, and the CMTS's of it.",
    },
  ],
  cpeDenied: [
    28,
    {
      says: 'The modem is registered, and its configuration forbids forwarding: the computer behind it is cut off.',
      why: 'TLV 3 is 0. The modem itself stays managed and looks well from the plant; only what stands behind it has no service.',
      source: 'DOCSIS MULPI annex C, TLV 3',
      tryIt: 'Set `network-access: false` in the configuration of a modem with a computer behind it.',
      fix: 'Give the modem a configuration with network access, and let it boot anew.',
    },
  ],
  cpeTooMany: [
    29,
    {
      says: 'As many computers as the configuration allows were heard behind this modem before: this one is one too many.',
      why: 'A modem learns hardware addresses until TLV 18 says stop, and keeps them until it begins anew. A router that was replaced is a new address: the old one still has its place.',
      source: 'DOCSIS MULPI annex C, TLV 18',
      tryIt: 'Put two computers behind a modem whose configuration says `max-cpe: 1`.',
      fix: 'Restart the modem, which forgets the old one, or raise `max-cpe`.',
    },
  ],
});
