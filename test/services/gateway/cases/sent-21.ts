// What we send 2.1 stations beside what 2.0.1 knows.
import type { SentCases } from './case.ts';
import { accepted, answered, at, card, kept, refused, rejected, sent } from './sent-parts.ts';

const tariff = { tariffId: 'T1', currency: 'EUR', energy: { prices: [{ priceKwh: 0.4 }] } };
const derControl = {
  isDefault: true,
  controlId: 'c',
  controlType: 'LimitMaxDischarge',
  limitMaxDischarge: { priority: 1, pctMaxDischargePower: 50 },
};
const assignments = {
  status: 'Accepted',
  tariffAssignments: [{ tariffId: 'T1', tariffKind: 'DefaultTariff', evseIds: [1] }],
};
const streams = { constantStreamData: [{ id: 1, params: { interval: 5 }, variableMonitoringId: 2 }] };
const tariffsCleared = {
  clearTariffsResult: [
    { tariffId: 'T1', status: 'Accepted' },
    { tariffId: 'T2', status: 'NoTariff' },
  ],
};
const tariffKept = { clearTariffsResult: [{ status: 'Rejected' }] };
const superseding = { status: 'Accepted', supersededIds: ['b'] };
const adjusted = { id: 1, params: { interval: 5 } };
const energy = { transactionId: 'T', allowedEnergyTransfer: ['DC', 'DC_BPT'] };
const dynamic = { chargingProfileId: 9, scheduleUpdate: { limit: 16 } };

export const sent21: SentCases = {
  AFRRSignal: sent(
    [accepted('a signal is taken', { timestamp: at, signal: 4 }), rejected({ timestamp: at, signal: 4 })],
    refused('no signal', { timestamp: at }, ''),
  ),
  AdjustPeriodicEventStream: sent(
    [accepted('a stream is adjusted', adjusted), rejected(adjusted)],
    refused('no stream', { params: {} }, ''),
  ),
  ChangeTransactionTariff: sent(
    [
      accepted('a tariff is changed', { transactionId: 'T', tariff }),
      rejected({ transactionId: 'T', tariff }, 'TxNotFound'),
      rejected({ transactionId: 'T', tariff }, 'NoCurrencyChange'),
    ],
    refused('no tariff', { transactionId: 'T' }, ''),
  ),
  ClearDERControl: sent(
    [
      accepted('controls are cleared', { isDefault: true, controlId: 'c' }),
      rejected({ isDefault: true, controlId: 'c' }, 'NotFound'),
      answered('the station has no such control', {
        request: { isDefault: true },
        answer: { status: 'NotSupported' },
        outcome: 'notSupported',
        detail: 'NotSupported',
      }),
    ],
    refused('a type that no list has', { isDefault: true, controlType: 'All' }, '/controlType'),
  ),
  ClearTariffs: sent(
    [
      answered(
        'each tariff is gone, or was not there',
        { request: { tariffIds: ['T1', 'T2'] }, answer: tariffsCleared, outcome: 'accepted', detail: 'T2: NoTariff' },
        [kept('ClearTariffs', tariffsCleared)],
      ),
      answered(
        'none may be cleared',
        { request: {}, answer: tariffKept, outcome: 'rejected', detail: 'all: Rejected' },
        [kept('ClearTariffs', tariffKept)],
      ),
    ],
    refused('no tariff', { tariffIds: [] }, '/tariffIds'),
  ),
  GetDERControl: sent(
    [accepted('controls will be told', { requestId: 7 }), rejected({ requestId: 7 }, 'NotFound')],
    refused('no number', {}, ''),
  ),
  GetPeriodicEventStream: sent(
    [
      answered('streams are told', { request: {}, answer: streams, outcome: 'accepted', detail: '1 streams' }, [
        kept('GetPeriodicEventStream', streams),
      ]),
    ],
    refused('a field too many', { id: 1 }, ''),
  ),
  GetTariffs: sent(
    [
      accepted('tariffs are told', { evseId: 0 }, [kept('GetTariffs', assignments)], assignments),
      answered('there is none', {
        request: { evseId: 0 },
        answer: { status: 'NoTariff' },
        outcome: 'accepted',
        detail: 'NoTariff',
      }),
      rejected({ evseId: 0 }),
    ],
    refused('no EVSE', {}, ''),
  ),
  NotifyAllowedEnergyTransfer: sent(
    [accepted('modes are allowed', energy), rejected(energy)],
    refused('a mode that no list has', { ...energy, allowedEnergyTransfer: ['AC'] }, '/allowedEnergyTransfer/0'),
  ),
  NotifyWebPaymentStarted: sent(
    [accepted('the station waits for the payment', { evseId: 1, timeout: 60 }, [], {})],
    refused('no time', { evseId: 1 }, ''),
  ),
  RequestBatterySwap: sent(
    [accepted('a swap is taken', { idToken: card, requestId: 7 }), rejected({ idToken: card, requestId: 7 })],
    refused('no token', { requestId: 7 }, ''),
  ),
  SetDERControl: sent(
    [
      accepted('a control is set', derControl),
      accepted('it names those that it replaces', derControl, [kept('SetDERControl', superseding)], superseding),
      rejected(derControl),
    ],
    refused('a type that no list has', { ...derControl, controlType: 'All' }, '/controlType'),
  ),
  SetDefaultTariff: sent(
    [
      accepted('a tariff is set', { evseId: 0, tariff }),
      rejected({ evseId: 0, tariff }, 'TooManyElements'),
      rejected({ evseId: 0, tariff }, 'ConditionNotSupported'),
    ],
    refused('no currency', { evseId: 0, tariff: { tariffId: 'T1' } }, '/tariff'),
  ),
  UpdateDynamicSchedule: sent(
    [accepted('a limit is changed', dynamic), rejected(dynamic)],
    refused('a text', { ...dynamic, scheduleUpdate: { limit: '16' } }, '/scheduleUpdate/limit'),
  ),
  UsePriorityCharging: sent(
    [
      accepted('a driver has priority', { transactionId: 'T', activate: true }),
      rejected({ transactionId: 'T', activate: true }, 'NoProfile'),
    ],
    refused('no transaction', { activate: true }, ''),
  ),
};
