// What 2.0.1 stations send of smart charging: each action's cases.
import type { ReceivedCases } from './case.ts';
import { casesClock } from './received-201.ts';

const { at, ms } = casesClock;
const missing = 'OccurrenceConstraintViolation';
const schedule = { id: 1, chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 16.5 }] };
const profile = {
  id: 3,
  stackLevel: 1,
  chargingProfilePurpose: 'TxProfile',
  chargingProfileKind: 'Absolute',
  validFrom: at,
  transactionId: 'tx-1',
  chargingSchedule: [schedule],
};

export const received201Charging: ReceivedCases = {
  ClearedChargingLimit: {
    valid: [
      {
        title: 'a limit from elsewhere ended',
        request: { chargingLimitSource: 'EMS', evseId: 1 },
        reply: {},
        events: [{ type: 'ChargingLimitChanged', evseId: 1, source: 'EMS', cleared: true, schedulesJson: null }],
      },
    ],
    invalid: [{ title: 'nobody’s limit', request: { evseId: 1 }, code: missing }],
  },
  NotifyChargingLimit: {
    valid: [
      {
        title: 'the grid limits the whole station',
        request: { chargingLimit: { chargingLimitSource: 'SO', isGridCritical: true }, chargingSchedule: [schedule] },
        reply: {},
        events: [
          {
            type: 'ChargingLimitChanged',
            evseId: null,
            source: 'SO',
            cleared: false,
            isGridCritical: true,
            schedulesJson: JSON.stringify([schedule]),
          },
        ],
      },
    ],
    invalid: [{ title: 'nobody’s limit', request: { evseId: 1 }, code: missing }],
  },
  NotifyEVChargingNeeds: {
    valid: [
      {
        title: 'a vehicle says what it needs; a schedule takes time',
        request: { evseId: 1, chargingNeeds: { requestedEnergyTransfer: 'DC', departureTime: at } },
        reply: { status: 'Processing' },
        events: [
          {
            type: 'StationMessageRecorded',
            action: 'NotifyEVChargingNeeds',
            payloadJson: `{"evseId":1,"chargingNeeds":{"requestedEnergyTransfer":"DC","departureTime":"${at}"}}`,
          },
        ],
      },
    ],
    invalid: [{ title: 'no needs', request: { evseId: 1 }, code: missing }],
  },
  NotifyEVChargingSchedule: {
    valid: [
      {
        title: 'a vehicle says what it will draw',
        request: { timeBase: at, evseId: 1, chargingSchedule: schedule },
        reply: { status: 'Accepted' },
        events: [{ type: 'StationMessageRecorded', action: 'NotifyEVChargingSchedule' }],
      },
    ],
    invalid: [{ title: 'no schedule', request: { timeBase: at, evseId: 1 }, code: missing }],
  },
  ReportChargingProfiles: {
    valid: [
      {
        title: 'a profile of a transaction, more to come',
        request: { requestId: 6, chargingLimitSource: 'CSO', evseId: 1, tbc: true, chargingProfile: [profile] },
        reply: {},
        events: [
          {
            type: 'ChargingProfilesReported',
            change: 'report',
            requestId: 6,
            part: null,
            last: false,
            source: 'CSO',
            profiles: [
              {
                profileId: 3,
                evseId: 1,
                stackLevel: 1,
                purpose: 'TxProfile',
                kind: 'Absolute',
                recurrency: null,
                transactionId: 'tx-1',
                validFrom: ms,
                validTo: null,
                schedulesJson: JSON.stringify([schedule]),
                moreJson: null,
              },
            ],
          },
        ],
      },
    ],
    invalid: [
      { title: 'no profiles', request: { requestId: 6, chargingLimitSource: 'CSO', evseId: 1 }, code: missing },
    ],
  },
};
