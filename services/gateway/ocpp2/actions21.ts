// The action table of OCPP 2.1, station to us: 2.0.1's and its own rows.
import type { ActionTable } from '../domain/action.ts';
import { recorded } from '../domain/recorded.ts';
import { actions201 } from './actions201.ts';

export const actions21 = {
  ...actions201,
  BatterySwap: recorded('BatterySwap', {}),
  ClosePeriodicEventStream: recorded('ClosePeriodicEventStream', {}),
  GetCertificateChainStatus: recorded('GetCertificateChainStatus', { certificateStatus: [] }),
  NotifyDERAlarm: recorded('NotifyDERAlarm', {}),
  NotifyDERStartStop: recorded('NotifyDERStartStop', {}),
  NotifyPeriodicEventStream: recorded('NotifyPeriodicEventStream', {}),
  NotifyPriorityCharging: recorded('NotifyPriorityCharging', {}),
  NotifySettlement: recorded('NotifySettlement', {}),
  OpenPeriodicEventStream: recorded('OpenPeriodicEventStream', { status: 'Accepted' }),
  PullDynamicScheduleUpdate: recorded('PullDynamicScheduleUpdate', { status: 'Rejected' }),
  ReportDERControl: recorded('ReportDERControl', {}),
  VatNumberValidation: recorded('VatNumberValidation', { status: 'Rejected', vatNumber: '' }),
} satisfies ActionTable;
