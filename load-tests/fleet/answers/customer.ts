// What a station knows of a customer, told in parts and forgotten on demand (N09, N10).
import type { OCPP21 } from 'typed-ocpp';
import { result, row, type Rows } from '#load-tests/fleet/answers/answer';
import { entryOf } from '#load-tests/fleet/answers/local-list';
import type { Commanded } from '#load-tests/fleet/dialect';
import { isoOf } from '#load-tests/fleet/payload';

export const customer2: Rows = {
  CustomerInformation: row<OCPP21.CustomerInformationRequest>((station, request) => {
    const { requestId, idToken, customerIdentifier, customerCertificate, report, clear } = request;
    const references = [idToken, customerIdentifier, customerCertificate].filter((each) => each !== undefined);
    if (references.length !== 1) return result({ status: 'Invalid' });
    if (!report && !clear) return result({ status: 'Rejected' });
    const uid = idToken?.idToken ?? customerIdentifier ?? '';
    const known = knownOf(station, uid);
    if (clear) station.facilities.cache?.delete(uid);
    const told = report ? known : '';
    return result({ status: 'Accepted' }, () => notify(station, requestId, told));
  }),
};

function knownOf(station: Commanded, uid: string): string {
  const entry = entryOf(station.facilities, uid);
  const facts = entry === undefined ? [] : [`authorisation ${entry.isAccepted ? 'accepted' : 'refused'}`];
  for (const { evseId, session } of station.commandedEvses)
    if (session?.token.uid === uid) facts.push(`charging at EVSE ${evseId} since ${isoOf(session.startedAtMs)}`);
  return facts.join('; ');
}

/** One part at least, an empty one where there is nothing to tell (N09.FR.06). */
function notify(station: Commanded, requestId: number, data: string): void {
  const parts = data.match(/.{1,512}/gs) ?? [''];
  for (const [seqNo, part] of parts.entries()) {
    const payload: OCPP21.NotifyCustomerInformationRequest = {
      requestId,
      seqNo,
      tbc: seqNo < parts.length - 1,
      generatedAt: isoOf(station.now()),
      data: part,
    };
    station.tell({ action: 'NotifyCustomerInformation', payload });
  }
}
