import type { Rule } from '../../core/rules.ts';
import { DHCP } from '../../core/rules/dhcp.ts';
import type { ChoiceReason } from '../../policy/address/choose.ts';

/** Why a client is offered just that address. */
export const OFFER_RULES: Readonly<Record<ChoiceReason, Rule>> = {
  reserved: DHCP.offerReserved,
  current: DHCP.offerCurrent,
  previous: DHCP.offerPrevious,
  requested: DHCP.offerRequested,
  fresh: DHCP.offerFresh,
  'taken-back': DHCP.offerTakenBack,
};
