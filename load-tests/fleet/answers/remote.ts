// Start, stop, unlock and reset from afar: what each version asks, and what becomes of the session that runs.
import type { OCPP16, OCPP21 } from 'typed-ocpp';
import { result, row, type Rows } from '#load-tests/fleet/answers/answer';
import { install } from '#load-tests/fleet/answers/charging-profiles';
import type { Profile } from '#load-tests/fleet/answers/charging-schedule';
import { profileOf16, profileOf2 } from '#load-tests/fleet/answers/profile-wire';
import type { Commanded } from '#load-tests/fleet/dialect';
import type { Answer } from '#load-tests/fleet/rpc';
import type { PresentedToken } from '#load-tests/fleet/transaction';

type Start = {
  readonly evseId: number | undefined;
  readonly token: PresentedToken;
  readonly groupUid: string | undefined;
  readonly remoteStartId: number | undefined;
  readonly profile: ((evseId: number) => Profile) | undefined;
};

const presentable: ReadonlySet<string> = new Set<PresentedToken['type']>([
  'Central',
  'eMAID',
  'ISO14443',
  'ISO15693',
  'KeyCode',
  'Local',
  'MacAddress',
  'NoAuthorization',
]);

export const remote16: Rows = {
  RemoteStartTransaction: row<OCPP16.RemoteStartTransactionRequest>((station, request) => {
    const { connectorId, idTag, chargingProfile } = request;
    const profile =
      chargingProfile && ((evseId: number): Profile => profileOf16(chargingProfile, { evseId, atMs: station.now() }));
    const token = { uid: idTag, type: 'ISO14443' } as const;
    return start(station, { evseId: connectorId, token, groupUid: undefined, remoteStartId: undefined, profile });
  }),
  RemoteStopTransaction: row<OCPP16.RemoteStopTransactionRequest>((station, { transactionId }) =>
    stop(station, String(transactionId)),
  ),
  UnlockConnector: row<OCPP16.UnlockConnectorRequest>((station, { connectorId }) => {
    if (connectorId < 1 || connectorId > station.identity.evses) return result({ status: 'NotSupported' });
    return result({ status: 'Unlocked' }, () => station.stop(connectorId, 'unlock'));
  }),
  Reset: row<OCPP16.ResetRequest>((station, { type }) =>
    result({ status: 'Accepted' }, () => station.reboot(type === 'Soft' ? 'soft-reset' : 'hard-reset')),
  ),
};

export const remote2: Rows = {
  RequestStartTransaction: row<OCPP21.RequestStartTransactionRequest>((station, request) => {
    const { evseId, idToken, groupIdToken, remoteStartId, chargingProfile } = request;
    const token = tokenOf(idToken);
    if (token === undefined) return result({ status: 'Rejected' });
    const profile =
      chargingProfile && ((at: number): Profile => profileOf2(chargingProfile, { evseId: at, atMs: station.now() }));
    return start(station, { evseId, token, groupUid: groupIdToken?.idToken, remoteStartId, profile });
  }),
  RequestStopTransaction: row<OCPP21.RequestStopTransactionRequest>((station, { transactionId }) =>
    stop(station, transactionId),
  ),
  UnlockConnector: row<OCPP21.UnlockConnectorRequest>((station, { evseId, connectorId }) => {
    const evse = station.commandedEvses.find((each) => each.evseId === evseId);
    if (evse === undefined || connectorId !== 1) return result({ status: 'UnknownConnector' });
    return result({ status: evse.session === undefined ? 'Unlocked' : 'OngoingAuthorizedTransaction' });
  }),
  Reset: row<OCPP21.ResetRequest>(reset2),
  GetTransactionStatus: row<OCPP21.GetTransactionStatusRequest>((station, { transactionId }) => {
    const messagesInQueue = station.hasQueued(transactionId);
    if (transactionId === undefined) return result({ messagesInQueue });
    return result({ ongoingIndicator: station.evseOf(transactionId) !== undefined, messagesInQueue });
  }),
};

function start(station: Commanded, wanted: Start): Answer {
  const { token, groupUid, remoteStartId } = wanted;
  const evseId = station.freeEvse(wanted.evseId, { uid: token.uid, groupUid });
  if (evseId === undefined) return result({ status: 'Rejected' });
  const profile = wanted.profile?.(evseId);
  // Only a profile of the transaction may come with it (1.6 section 5.11, F01.FR.08).
  if (profile !== undefined && profile.purpose !== 'tx') return result({ status: 'Rejected' });
  const begun = (transactionId: string | undefined): void => {
    if (profile !== undefined) install(station, { ...profile, transactionId });
  };
  return result({ status: 'Accepted' }, () => station.startRemotely(evseId, token, { remoteStartId, groupUid, begun }));
}

function stop(station: Commanded, transactionId: string): Answer {
  const evseId = station.evseOf(transactionId);
  if (evseId === undefined) return result({ status: 'Rejected' });
  return result({ status: 'Accepted' }, () => station.stop(evseId, 'remote'));
}

function reset2(station: Commanded, { type, evseId }: OCPP21.ResetRequest): Answer {
  // One EVSE cannot be reset alone (B11.FR.10), and no transaction is taken up again after a reset.
  if (evseId !== undefined || type === 'ImmediateAndResume') return result({ status: 'Rejected' });
  const isBusy = station.commandedEvses.some((evse) => evse.session !== undefined);
  if (type === 'OnIdle' && isBusy) return result({ status: 'Scheduled' }, () => station.rebootWhenIdle());
  return result({ status: 'Accepted' }, () => station.reboot('hard-reset'));
}

/** 2.1 lets a type be any text; a card reader knows these. */
function tokenOf({ idToken, type }: OCPP21.RequestStartTransactionRequest['idToken']): PresentedToken | undefined {
  return isPresentable(type) ? { uid: idToken, type } : undefined;
}

function isPresentable(type: string): type is PresentedToken['type'] {
  return presentable.has(type);
}
