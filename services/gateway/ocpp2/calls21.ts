// What 2.1 stations answer to our CALLs: 2.0.1's rows and its own.
import type { OCPP21 } from 'typed-ocpp';
import {
  answeredAlone,
  byStatus,
  outcomeOf,
  outcomeOfEach,
  recordedAnswer,
  type CallRow,
  type CallTable,
} from '../domain/call.ts';
import { calls201 } from './calls201.ts';

const getTariffs: CallRow<OCPP21.GetTariffsRequest, OCPP21.GetTariffsResponse> = {
  outcome: (answer) => outcomeOf(answer, ['Accepted', 'NoTariff']),
  facts: (answer, { meta }) =>
    answer.tariffAssignments === undefined ? [] : [recordedAnswer('GetTariffs', answer, { meta })],
};

const clearTariffs: CallRow<OCPP21.ClearTariffsRequest, OCPP21.ClearTariffsResponse> = {
  outcome: ({ clearTariffsResult }) =>
    outcomeOfEach(
      clearTariffsResult.map(({ tariffId = 'all', status }) => ({ name: tariffId, status })),
      ['NoTariff'],
    ),
  facts: (answer, { meta }) => [recordedAnswer('ClearTariffs', answer, { meta })],
};

const getPeriodicEventStream: CallRow<OCPP21.GetPeriodicEventStreamRequest, OCPP21.GetPeriodicEventStreamResponse> = {
  outcome: ({ constantStreamData = [] }) => ({ outcome: 'accepted', detail: `${constantStreamData.length} streams` }),
  facts: (answer, { meta }) => [recordedAnswer('GetPeriodicEventStream', answer, { meta })],
};

/** It names the controls that it replaced. */
const setDerControl: CallRow<OCPP21.SetDERControlRequest, OCPP21.SetDERControlResponse> = {
  outcome: (answer) => outcomeOf(answer),
  facts: (answer, { meta }) =>
    answer.supersededIds === undefined ? [] : [recordedAnswer('SetDERControl', answer, { meta })],
};

export const calls21 = {
  ...calls201,
  AFRRSignal: byStatus(),
  AdjustPeriodicEventStream: byStatus(),
  ChangeTransactionTariff: byStatus(),
  ClearDERControl: byStatus(),
  ClearTariffs: clearTariffs,
  GetDERControl: byStatus(),
  GetPeriodicEventStream: getPeriodicEventStream,
  GetTariffs: getTariffs,
  NotifyAllowedEnergyTransfer: byStatus(),
  NotifyWebPaymentStarted: answeredAlone,
  RequestBatterySwap: byStatus(),
  SetDERControl: setDerControl,
  SetDefaultTariff: byStatus(),
  UpdateDynamicSchedule: byStatus(),
  UsePriorityCharging: byStatus(),
} satisfies CallTable;
