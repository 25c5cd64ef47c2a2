// Operators' intents in the words of OCPP 2.0.1 and 2.1.
import { impossible, one, told, type IntentTable } from '../domain/intent.ts';
import { deviceIntents2 } from './intents-device.ts';
import { displayIntents2 } from './intents-display.ts';
import { evseOf, groupOf, idTokenOf } from './intents-names.ts';
import { profileIntents2, profileOf2 } from './intents-profiles.ts';

/** 1.6 names of messages that 2.x calls otherwise. */
const triggerNames: Readonly<Record<string, string>> = { DiagnosticsStatusNotification: 'LogStatusNotification' };

const resetTypes = { immediately: 'Immediate', idle: 'OnIdle', immediatelyAndResume: 'ImmediateAndResume' } as const;

const not201 = (what: string) => impossible(`2.0.1 has no ${what}`);

export const intents201 = {
  ...deviceIntents2,
  ...displayIntents2,
  ...profileIntents2,
  StartCharging: ({ evseId, token, groupToken, chargingProfile }, { number, groupIdOf }) =>
    one('RequestStartTransaction', {
      evseId,
      remoteStartId: number,
      idToken: idTokenOf(token),
      groupIdToken: groupOf(groupToken && groupIdOf(groupToken)),
      chargingProfile: chargingProfile && profileOf2(chargingProfile),
    }),
  StopCharging: ({ transactionId }) => one('RequestStopTransaction', { transactionId }),
  UnlockConnector: ({ evseId, connectorId = 1 }) => one('UnlockConnector', { evseId, connectorId }),
  ReserveConnector: (parameters, { number, groupIdOf }) => {
    const { reservationId = number, evseId, connectorType, token, groupToken, expiresAt } = parameters;
    return one('ReserveNow', {
      id: reservationId,
      expiryDateTime: expiresAt,
      connectorType,
      evseId,
      idToken: idTokenOf(token),
      groupIdToken: groupOf(groupToken && groupIdOf(groupToken)),
    });
  },
  CancelReservation: ({ reservationId }) => one('CancelReservation', { reservationId }),
  ReadTransactionStatus: ({ transactionId }) => one('GetTransactionStatus', { transactionId }),
  // A number is what the schema wants; it is shown to the driver, and nothing is billed by it.
  TellCost: ({ transactionId, totalCost }) => one('CostUpdated', { transactionId, totalCost: Number(totalCost) }),
  UsePriorityCharging: not201('priority charging'),
  NotifyWebPaymentStarted: not201('web payment'),
  ResetStation: ({ when, evseId }) => one('Reset', { type: resetTypes[when], evseId }),
  ChangeAvailability: ({ operative, ...place }) =>
    one('ChangeAvailability', { evse: evseOf(place), operationalStatus: operative ? 'Operative' : 'Inoperative' }),
  TriggerMessage: ({ message, customTrigger, ...place }) =>
    one('TriggerMessage', {
      requestedMessage: triggerNames[message] ?? message,
      evse: evseOf(place),
      customTrigger,
    }),
  ClearCache: () => one('ClearCache', {}),
  DataTransfer: ({ vendorId, messageId, data }) => one('DataTransfer', { vendorId, messageId, data }),
  SetNetworkProfile: setNetworkProfile('OCPP20'),
  ReadLocalListVersion: () => one('GetLocalListVersion', {}),
  SendLocalList: ({ update, version, entries }, { groupIdOf }) =>
    one('SendLocalList', {
      versionNumber: version,
      updateType: update === 'full' ? 'Full' : 'Differential',
      // An empty list is not sent as one: a full update without entries empties the station's list (2.x D01.FR.04).
      localAuthorizationList: entries.length === 0 ? undefined : entries.map((entry) => entryOf(entry, groupIdOf)),
    }),
  SetDefaultTariff: not201('tariffs in stations'),
  ReadTariffs: not201('tariffs in stations'),
  ClearTariffs: not201('tariffs in stations'),
  ChangeTransactionTariff: not201('tariffs in stations'),
  SendCall: ({ action, payload }) => ({ calls: [{ action, payload }] }),
} satisfies IntentTable;

export const intents21 = {
  ...intents201,
  UsePriorityCharging: ({ transactionId, activate }) => one('UsePriorityCharging', { transactionId, activate }),
  NotifyWebPaymentStarted: ({ evseId = 0, timeoutSeconds }) =>
    one('NotifyWebPaymentStarted', { evseId, timeout: timeoutSeconds }),
  SetNetworkProfile: setNetworkProfile(undefined),
  SetDefaultTariff: ({ evseId = 0, tariff }) => one('SetDefaultTariff', { evseId, tariff }),
  ReadTariffs: ({ evseId = 0 }) => one('GetTariffs', { evseId }),
  ClearTariffs: ({ tariffIds, evseId }) => one('ClearTariffs', { tariffIds, evseId }),
  ChangeTransactionTariff: ({ transactionId, tariff }) => one('ChangeTransactionTariff', { transactionId, tariff }),
} satisfies IntentTable;

/** @param itself how the version names itself where it must be told; 2.1 leaves it to the station. */
function setNetworkProfile(itself: string | undefined): IntentTable['SetNetworkProfile'] {
  return ({ slot, url, ocppVersion, securityProfile, messageTimeoutSeconds, interface: ocppInterface, apn }) => {
    const connectionData = told({
      ocppVersion: ocppVersion ?? itself,
      ocppTransport: 'JSON',
      ocppCsmsUrl: url,
      messageTimeout: messageTimeoutSeconds,
      securityProfile,
      ocppInterface,
      apn:
        apn &&
        told({
          apn: apn.apn,
          apnUserName: apn.userName,
          preferredNetwork: apn.preferredNetwork,
          useOnlyPreferredNetwork: apn.onlyPreferredNetwork,
          apnAuthentication: apn.authentication,
        }),
    });
    return one('SetNetworkProfile', { configurationSlot: slot, connectionData });
  };
}

type Entry = Parameters<IntentTable['SendLocalList']>[0]['entries'][number];

function entryOf(
  { token, status, expiresAt, groupToken }: Entry,
  groupIdOf: (token: Entry['token']) => string,
): object {
  return told({
    idToken: idTokenOf(token),
    idTokenInfo:
      status &&
      told({
        status,
        cacheExpiryDateTime: expiresAt,
        groupIdToken: groupOf(groupToken && groupIdOf(groupToken)),
      }),
  });
}
