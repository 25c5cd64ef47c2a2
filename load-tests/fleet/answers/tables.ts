// The tables of what stations answer, one per version: 2.1 is 2.0.1 and its own rows.
import { answerBy, type Rows } from '#load-tests/fleet/answers/answer';
import { availability16, availability2 } from '#load-tests/fleet/answers/availability';
import { certificates16, certificates2 } from '#load-tests/fleet/answers/certificates';
import { chargingProfiles16, chargingProfiles2 } from '#load-tests/fleet/answers/charging-profiles';
import { configuration16 } from '#load-tests/fleet/answers/configuration';
import { customer2 } from '#load-tests/fleet/answers/customer';
import { dataTransfer } from '#load-tests/fleet/answers/data-transfer';
import { derControls21 } from '#load-tests/fleet/answers/der-controls';
import { display2 } from '#load-tests/fleet/answers/display';
import { energy21 } from '#load-tests/fleet/answers/energy';
import { eventStreams21 } from '#load-tests/fleet/answers/event-streams';
import { firmware16, firmware2 } from '#load-tests/fleet/answers/firmware';
import { localList16, localList2 } from '#load-tests/fleet/answers/local-list';
import { logs16, logs2 } from '#load-tests/fleet/answers/logs';
import { monitoring2 } from '#load-tests/fleet/answers/monitoring';
import { networkProfiles2 } from '#load-tests/fleet/answers/network-profiles';
import { remote16, remote2 } from '#load-tests/fleet/answers/remote';
import { reservations16, reservations2 } from '#load-tests/fleet/answers/reservations';
import { cost2, tariffs21 } from '#load-tests/fleet/answers/tariffs';
import { trigger16, trigger2 } from '#load-tests/fleet/answers/trigger';
import { variables2 } from '#load-tests/fleet/answers/variables';

export const rows16: Rows = {
  ...availability16,
  ...certificates16,
  ...chargingProfiles16,
  ...configuration16,
  ...dataTransfer,
  ...firmware16,
  ...localList16,
  ...logs16,
  ...remote16,
  ...reservations16,
  ...trigger16,
};

export const rows201: Rows = {
  ...availability2,
  ...certificates2,
  ...chargingProfiles2,
  ...cost2,
  ...customer2,
  ...dataTransfer,
  ...display2,
  ...firmware2,
  ...localList2,
  ...logs2,
  ...monitoring2,
  ...networkProfiles2,
  ...remote2,
  ...reservations2,
  ...trigger2,
  ...variables2,
};

export const rows21: Rows = {
  ...rows201,
  ...derControls21,
  ...energy21,
  ...eventStreams21,
  ...tariffs21,
};

export const answer16 = answerBy('1.6', rows16);
export const answer201 = answerBy('2.0.1', rows201);
export const answer21 = answerBy('2.1', rows21);
