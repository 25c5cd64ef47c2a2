// What we send 2.0.1 stations about charging and drivers, and what concerns them as a whole. The same in 2.1.
import type { SentCases } from './case.ts';
import { tokenRefOf } from '#contracts/keys';
import { tenantKey } from '../support.ts';
import { accepted, answered, at, atMs, card, cardRef, kept, refused, rejected, reportOf, sent } from './sent-parts.ts';

const groupRef = tokenRefOf(tenantKey, 'Central', 'FLEET-1');
const reservation = { id: 5, expiryDateTime: at, idToken: card, evseId: 1 };
const schedule = { id: 1, chargingRateUnit: 'W', chargingSchedulePeriod: [{ startPeriod: 0, limit: 11_000 }] };
/** Of the transaction that begins, so that it names none (2.x F01.FR.11). */
const startProfile = {
  id: 9,
  stackLevel: 1,
  chargingProfilePurpose: 'TxProfile',
  chargingProfileKind: 'Relative',
  chargingSchedule: [schedule],
};
const profile = { ...startProfile, transactionId: 'T' };
const list = { versionNumber: 3, updateType: 'Differential', localAuthorizationList: [{ idToken: card }] };
const cleared = {
  kind: null,
  recurrency: null,
  transactionId: null,
  validFrom: null,
  validTo: null,
  schedulesJson: null,
  moreJson: null,
};

export const sent201: SentCases = {
  CancelReservation: sent(
    [
      accepted('a reservation is cancelled', { reservationId: 5 }, [
        { type: 'ReservationChanged', reservationId: 5, change: 'cancelled' },
      ]),
      rejected({ reservationId: 5 }),
    ],
    refused('no number', {}, ''),
  ),
  ChangeAvailability: sent(
    [
      accepted('an EVSE goes out of service', { evse: { id: 2 }, operationalStatus: 'Inoperative' }, [
        { type: 'AvailabilityChanged', evseId: 2, connectorId: null, operative: false, scheduled: false },
      ]),
      answered(
        'the station goes into service when its transactions are over',
        {
          request: { operationalStatus: 'Operative' },
          answer: { status: 'Scheduled' },
          outcome: 'accepted',
          detail: 'Scheduled',
        },
        [{ type: 'AvailabilityChanged', evseId: null, connectorId: null, operative: true, scheduled: true }],
      ),
      rejected({ operationalStatus: 'Operative' }),
    ],
    refused('a status that no list has', { operationalStatus: 'Maybe' }, '/operationalStatus'),
  ),
  ClearCache: sent(
    [accepted('the cache is emptied', {}), rejected({})],
    refused('a field too many', { all: true }, ''),
  ),
  ClearChargingProfile: sent(
    [
      accepted('one profile is cleared', { chargingProfileId: 9 }, [
        {
          type: 'ChargingProfilesReported',
          change: 'cleared',
          profiles: [{ profileId: 9, evseId: null, stackLevel: null, purpose: null, ...cleared }],
        },
      ]),
      accepted(
        'profiles are cleared by what they are for',
        { chargingProfileCriteria: { evseId: 0, chargingProfilePurpose: 'TxProfile', stackLevel: 0 } },
        [
          {
            type: 'ChargingProfilesReported',
            change: 'cleared',
            profiles: [{ profileId: null, evseId: 0, stackLevel: 0, purpose: 'TxProfile', ...cleared }],
          },
        ],
      ),
      rejected({ chargingProfileId: 9 }, 'Unknown'),
    ],
    refused(
      'a purpose of 1.6',
      { chargingProfileCriteria: { chargingProfilePurpose: 'ChargePointMaxProfile' } },
      '/chargingProfileCriteria/chargingProfilePurpose',
    ),
  ),
  CostUpdated: sent(
    [accepted('the cost is shown', { totalCost: 1.5, transactionId: 'T' }, [], {})],
    refused('a text', { totalCost: '1.5', transactionId: 'T' }, '/totalCost'),
  ),
  DataTransfer: sent(
    [
      accepted('a vendor’s message is taken', { vendorId: 'v', data: { a: 1 } }),
      answered(
        'what it answers is kept',
        { request: { vendorId: 'v' }, answer: { status: 'Accepted', data: [1] }, outcome: 'accepted', detail: null },
        [kept('DataTransfer', { status: 'Accepted', data: [1] })],
      ),
      rejected({ vendorId: 'v' }, 'UnknownVendorId'),
    ],
    refused('no vendor', {}, ''),
  ),
  GetChargingProfiles: sent(
    [
      accepted('profiles will be told', { requestId: 7, chargingProfile: { stackLevel: 0 } }, [
        reportOf('chargingProfiles', { stackLevel: 0 }),
      ]),
      answered(
        'there is none',
        {
          request: { requestId: 7, chargingProfile: {} },
          answer: { status: 'NoProfiles' },
          outcome: 'accepted',
          detail: 'NoProfiles',
        },
        [reportOf('chargingProfiles', null, true)],
      ),
    ],
    refused('no profile', { requestId: 7 }, ''),
  ),
  GetCompositeSchedule: sent(
    [
      accepted(
        'the schedule is told',
        { evseId: 1, duration: 600 },
        [
          {
            type: 'CompositeScheduleReported',
            evseId: 1,
            startsAt: atMs,
            durationSeconds: 600,
            unit: 'W',
            periodsJson: JSON.stringify(schedule.chargingSchedulePeriod),
          },
        ],
        {
          status: 'Accepted',
          schedule: {
            chargingSchedulePeriod: schedule.chargingSchedulePeriod,
            evseId: 1,
            duration: 600,
            scheduleStart: at,
            chargingRateUnit: 'W',
          },
        },
      ),
      rejected({ evseId: 1, duration: 600 }),
    ],
    refused('no duration', { evseId: 1 }, ''),
  ),
  GetLocalListVersion: sent(
    [
      answered(
        'the version is told',
        { request: {}, answer: { versionNumber: 3 }, outcome: 'accepted', detail: 'version 3' },
        [{ type: 'LocalListReported', version: 3, updateType: null }],
      ),
      answered(
        'there is no list',
        { request: {}, answer: { versionNumber: 0 }, outcome: 'accepted', detail: 'version 0' },
        [{ type: 'LocalListReported', version: 0, updateType: null }],
      ),
    ],
    refused('a field too many', { list: 1 }, ''),
  ),
  GetTransactionStatus: sent(
    [
      answered(
        'a transaction goes on, and messages wait',
        {
          request: { transactionId: 'T' },
          answer: { ongoingIndicator: true, messagesInQueue: true },
          outcome: 'accepted',
          detail: 'goes on, messages wait',
        },
        [kept('GetTransactionStatus', { ongoingIndicator: true, messagesInQueue: true })],
      ),
      answered(
        'asked about no transaction, only of messages',
        { request: {}, answer: { messagesInQueue: false }, outcome: 'accepted', detail: 'no message waits' },
        [kept('GetTransactionStatus', { messagesInQueue: false })],
      ),
    ],
    refused('an id that is too long', { transactionId: 't'.repeat(37) }, '/transactionId'),
  ),
  RequestStartTransaction: sent(
    [
      accepted('a start is taken', {
        remoteStartId: 7,
        idToken: card,
        chargingProfile: startProfile,
      }),
      rejected({ remoteStartId: 7, idToken: card }),
    ],
    refused('no token', { remoteStartId: 7 }, ''),
  ),
  RequestStopTransaction: sent(
    [accepted('a stop is taken', { transactionId: 'T' }), rejected({ transactionId: 'T' })],
    refused('a number', { transactionId: 17 }, '/transactionId'),
  ),
  ReserveNow: sent(
    [
      accepted(
        'an EVSE is reserved for a driver and a group',
        { ...reservation, groupIdToken: { idToken: groupRef, type: 'Central' } },
        [
          {
            type: 'ReservationChanged',
            reservationId: 5,
            change: 'accepted',
            evseId: 1,
            connectorType: null,
            expiresAt: atMs,
            tokenRef: cardRef,
            tokenType: 'ISO14443',
            groupRef,
          },
        ],
      ),
      accepted(
        'any connector of a type is reserved; a group of another spelling is none of ours',
        {
          id: 6,
          expiryDateTime: at,
          idToken: card,
          connectorType: 'cCCS2',
          groupIdToken: { idToken: 'G', type: 'Central' },
        },
        [{ type: 'ReservationChanged', reservationId: 6, evseId: null, connectorType: 'cCCS2', groupRef: null }],
      ),
      rejected(reservation, 'Faulted'),
      rejected(reservation, 'Occupied'),
      rejected(reservation, 'Unavailable'),
      rejected(reservation),
    ],
    refused('no time', { id: 5, idToken: card }, ''),
  ),
  Reset: sent(
    [
      accepted('a reset is taken', { type: 'Immediate' }),
      answered('it will be done when nobody charges', {
        request: { type: 'OnIdle' },
        answer: { status: 'Scheduled' },
        outcome: 'accepted',
        detail: 'Scheduled',
      }),
      rejected({ type: 'Immediate' }),
    ],
    refused('a type of 1.6', { type: 'Hard' }, '/type'),
  ),
  SendLocalList: sent(
    [
      accepted('a list is taken', list, [{ type: 'LocalListReported', version: 3, updateType: 'Differential' }]),
      rejected(list, 'VersionMismatch'),
      answered('it fails', { request: list, answer: { status: 'Failed' }, outcome: 'failed', detail: 'Failed' }),
    ],
    refused('an empty list', { ...list, localAuthorizationList: [] }, '/localAuthorizationList'),
  ),
  SetChargingProfile: sent(
    [
      accepted('a profile is set', { evseId: 1, chargingProfile: profile }, [
        {
          type: 'ChargingProfilesReported',
          change: 'set',
          profiles: [
            {
              ...cleared,
              profileId: 9,
              evseId: 1,
              stackLevel: 1,
              purpose: 'TxProfile',
              kind: 'Relative',
              transactionId: 'T',
              schedulesJson: JSON.stringify([schedule]),
            },
          ],
        },
      ]),
      rejected({ evseId: 1, chargingProfile: profile }),
    ],
    refused(
      'no schedule',
      { evseId: 1, chargingProfile: { ...profile, chargingSchedule: [] } },
      '/chargingProfile/chargingSchedule',
    ),
  ),
  TriggerMessage: sent(
    [
      accepted('a message is asked for', { requestedMessage: 'TransactionEvent', evse: { id: 1 } }),
      answered('the station cannot', {
        request: { requestedMessage: 'Heartbeat' },
        answer: { status: 'NotImplemented' },
        outcome: 'notSupported',
        detail: 'NotImplemented',
      }),
    ],
    refused('a message that no list has', { requestedMessage: 'Authorize' }, '/requestedMessage'),
  ),
  UnlockConnector: sent(
    [
      answered('the connector is unlocked', {
        request: { evseId: 1, connectorId: 1 },
        answer: { status: 'Unlocked' },
        outcome: 'accepted',
        detail: 'Unlocked',
      }),
      answered('it stays locked', {
        request: { evseId: 1, connectorId: 1 },
        answer: { status: 'UnlockFailed' },
        outcome: 'failed',
        detail: 'UnlockFailed',
      }),
      rejected({ evseId: 1, connectorId: 1 }, 'OngoingAuthorizedTransaction'),
      rejected({ evseId: 1, connectorId: 1 }, 'UnknownConnector'),
    ],
    refused('no connector', { evseId: 1 }, ''),
  ),
};
