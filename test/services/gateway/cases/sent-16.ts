// What we send 1.6J stations about charging and drivers, and what concerns them as a whole.
import type { SentCases } from './case.ts';
import { accepted, answered, at, atMs, cardRef, kept, refused, rejected, sent } from './sent-parts.ts';

const availability = { connectorId: 2, type: 'Inoperative' };
const reservation = { connectorId: 1, expiryDate: at, idTag: 'TAG', parentIdTag: 'GROUP', reservationId: 5 };
const schedule = { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 16 }] };
const profile = {
  chargingProfileId: 9,
  stackLevel: 1,
  chargingProfilePurpose: 'ChargePointMaxProfile',
  chargingProfileKind: 'Absolute',
  validFrom: at,
  chargingSchedule: schedule,
};
const list = {
  listVersion: 3,
  updateType: 'Full',
  localAuthorizationList: [{ idTag: 'TAG', idTagInfo: { status: 'Accepted' } }],
};

export const sent16: SentCases = {
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
      accepted('a connector goes out of service', availability, [
        { type: 'AvailabilityChanged', evseId: 2, connectorId: 1, operative: false, scheduled: false },
      ]),
      answered(
        'the station goes into service when its transactions are over',
        {
          request: { connectorId: 0, type: 'Operative' },
          answer: { status: 'Scheduled' },
          outcome: 'accepted',
          detail: 'Scheduled',
        },
        [{ type: 'AvailabilityChanged', evseId: null, connectorId: null, operative: true, scheduled: true }],
      ),
      rejected(availability),
    ],
    refused('a type that no list has', { connectorId: 1, type: 'Maybe' }, '/type'),
  ),
  ClearCache: sent(
    [accepted('the cache is emptied', {}), rejected({})],
    refused('a field too many', { all: true }, ''),
  ),
  ClearChargingProfile: sent(
    [
      accepted(
        'profiles are cleared by what they are for',
        { connectorId: 1, chargingProfilePurpose: 'ChargePointMaxProfile', stackLevel: 0 },
        [
          {
            type: 'ChargingProfilesReported',
            change: 'cleared',
            requestId: null,
            profiles: [
              {
                profileId: null,
                evseId: 1,
                stackLevel: 0,
                purpose: 'ChargingStationMaxProfile',
                kind: null,
                recurrency: null,
                transactionId: null,
                validFrom: null,
                validTo: null,
                schedulesJson: null,
                moreJson: null,
              },
            ],
          },
        ],
      ),
      rejected({ id: 4 }, 'Unknown'),
    ],
    refused('a purpose of 2.x', { chargingProfilePurpose: 'ChargingStationMaxProfile' }, '/chargingProfilePurpose'),
  ),
  DataTransfer: sent(
    [
      accepted('a vendor’s message is taken', { vendorId: 'v', data: 'x' }),
      answered(
        'what it answers is kept',
        { request: { vendorId: 'v' }, answer: { status: 'Accepted', data: 'y' }, outcome: 'accepted', detail: null },
        [kept('DataTransfer', { status: 'Accepted', data: 'y' })],
      ),
      rejected({ vendorId: 'v' }, 'UnknownVendorId'),
    ],
    refused('data that is no text', { vendorId: 'v', data: { a: 1 } }, '/data'),
  ),
  ExtendedTriggerMessage: sent(
    [
      accepted('a message is asked for', { requestedMessage: 'LogStatusNotification' }),
      answered('the station cannot', {
        request: { requestedMessage: 'Heartbeat' },
        answer: { status: 'NotImplemented' },
        outcome: 'notSupported',
        detail: 'NotImplemented',
      }),
    ],
    refused('a message that no list has', { requestedMessage: 'TransactionEvent' }, '/requestedMessage'),
  ),
  GetCompositeSchedule: sent(
    [
      accepted(
        'the schedule is told',
        { connectorId: 1, duration: 600 },
        [
          {
            type: 'CompositeScheduleReported',
            evseId: 1,
            startsAt: atMs,
            durationSeconds: 600,
            unit: 'A',
            periodsJson: '[{"startPeriod":0,"limit":16}]',
          },
        ],
        { status: 'Accepted', connectorId: 1, scheduleStart: at, chargingSchedule: schedule },
      ),
      rejected({ connectorId: 1, duration: 600 }),
    ],
    refused('no duration', { connectorId: 1 }, ''),
  ),
  GetLocalListVersion: sent(
    [
      answered(
        'the version is told',
        { request: {}, answer: { listVersion: 3 }, outcome: 'accepted', detail: 'version 3' },
        [{ type: 'LocalListReported', version: 3, updateType: null }],
      ),
      answered(
        'the station keeps no list',
        {
          request: {},
          answer: { listVersion: -1 },
          outcome: 'notSupported',
          detail: 'the station keeps no local list',
        },
        [{ type: 'LocalListReported', version: -1, updateType: null }],
      ),
    ],
    refused('a field too many', { list: 1 }, ''),
  ),
  RemoteStartTransaction: sent(
    [accepted('a start is taken', { connectorId: 1, idTag: 'TAG' }), rejected({ idTag: 'TAG' })],
    refused('a tag that is too long', { idTag: 't'.repeat(21) }, '/idTag'),
  ),
  RemoteStopTransaction: sent(
    [accepted('a stop is taken', { transactionId: 17 }), rejected({ transactionId: 17 })],
    refused('an id that is no number', { transactionId: '17' }, '/transactionId'),
  ),
  ReserveNow: sent(
    [
      accepted('a connector is reserved', reservation, [
        {
          type: 'ReservationChanged',
          reservationId: 5,
          change: 'accepted',
          evseId: 1,
          expiresAt: atMs,
          tokenRef: cardRef,
          groupRef: null,
        },
      ]),
      accepted('any connector is reserved', { ...reservation, connectorId: 0 }, [
        { type: 'ReservationChanged', reservationId: 5, change: 'accepted', evseId: null },
      ]),
      rejected(reservation, 'Faulted'),
      rejected(reservation, 'Occupied'),
      rejected(reservation, 'Unavailable'),
      rejected(reservation),
    ],
    refused('a group that is too long', { ...reservation, parentIdTag: 'g'.repeat(21) }, '/parentIdTag'),
  ),
  Reset: sent(
    [accepted('a reset is taken', { type: 'Soft' }), rejected({ type: 'Hard' })],
    refused('a type that no list has', { type: 'x' }, '/type'),
  ),
  SendLocalList: sent(
    [
      accepted('a list is taken', list, [{ type: 'LocalListReported', version: 3, updateType: 'Full' }]),
      rejected(list, 'VersionMismatch'),
      answered('it fails', { request: list, answer: { status: 'Failed' }, outcome: 'failed', detail: 'Failed' }),
      answered('the station keeps none', {
        request: list,
        answer: { status: 'NotSupported' },
        outcome: 'notSupported',
        detail: 'NotSupported',
      }),
    ],
    refused(
      'a status of 2.x',
      { ...list, localAuthorizationList: [{ idTag: 'TAG', idTagInfo: { status: 'NoCredit' } }] },
      '/localAuthorizationList/0/idTagInfo/status',
    ),
  ),
  SetChargingProfile: sent(
    [
      accepted('a profile is set', { connectorId: 0, csChargingProfiles: profile }, [
        {
          type: 'ChargingProfilesReported',
          change: 'set',
          profiles: [
            {
              profileId: 9,
              evseId: 0,
              stackLevel: 1,
              purpose: 'ChargingStationMaxProfile',
              kind: 'Absolute',
              recurrency: null,
              transactionId: null,
              validFrom: atMs,
              validTo: null,
              schedulesJson: JSON.stringify([schedule]),
              moreJson: null,
            },
          ],
        },
      ]),
      rejected({ connectorId: 0, csChargingProfiles: profile }),
      answered('the station cannot', {
        request: { connectorId: 0, csChargingProfiles: profile },
        answer: { status: 'NotSupported' },
        outcome: 'notSupported',
        detail: 'NotSupported',
      }),
    ],
    refused(
      'a unit that no list has',
      { connectorId: 0, csChargingProfiles: { ...profile, chargingSchedule: { ...schedule, chargingRateUnit: 'kW' } } },
      '/csChargingProfiles/chargingSchedule/chargingRateUnit',
    ),
  ),
  TriggerMessage: sent(
    [
      accepted('a message is asked for', { requestedMessage: 'Heartbeat' }),
      rejected({ requestedMessage: 'Heartbeat' }),
    ],
    refused('a message that no list has', { requestedMessage: 'Authorize' }, '/requestedMessage'),
  ),
  UnlockConnector: sent(
    [
      answered('the connector is unlocked', {
        request: { connectorId: 1 },
        answer: { status: 'Unlocked' },
        outcome: 'accepted',
        detail: 'Unlocked',
      }),
      answered('it stays locked', {
        request: { connectorId: 1 },
        answer: { status: 'UnlockFailed' },
        outcome: 'failed',
        detail: 'UnlockFailed',
      }),
      answered('it has no lock', {
        request: { connectorId: 1 },
        answer: { status: 'NotSupported' },
        outcome: 'notSupported',
        detail: 'NotSupported',
      }),
    ],
    refused('no connector', {}, ''),
  ),
};
