// The action table of OCPP 2.1, station to us: 2.0.1's and its own rows.
import type { ActionTable } from '../domain/action.ts';
import { recorded } from '../domain/recorded.ts';
import { actions201 } from './actions201.ts';
import { getCertificateChainStatus, getCertificateStatus } from './certificate-status.ts';
import { get15118EvCertificate } from './get-15118-ev-certificate.ts';
import { transactionEvent21 } from './transaction-event-21.ts';
import { vatNumberValidation } from './vat-number-validation.ts';

export const actions21 = {
  ...actions201,
  BatterySwap: recorded('BatterySwap', {}),
  ClosePeriodicEventStream: recorded('ClosePeriodicEventStream', {}),
  Get15118EVCertificate: get15118EvCertificate(17_000),
  GetCertificateChainStatus: getCertificateChainStatus,
  GetCertificateStatus: getCertificateStatus(18_000),
  NotifyDERAlarm: recorded('NotifyDERAlarm', {}),
  NotifyDERStartStop: recorded('NotifyDERStartStop', {}),
  // A stream tells values by its id alone; what they are of stands in OpenPeriodicEventStream. Kept whole, both.
  NotifyPeriodicEventStream: { ...recorded('NotifyPeriodicEventStream', null), isSend: true },
  NotifyPriorityCharging: recorded('NotifyPriorityCharging', {}),
  NotifySettlement: recorded('NotifySettlement', {}),
  OpenPeriodicEventStream: recorded('OpenPeriodicEventStream', { status: 'Accepted' }),
  // K28: only who has set a dynamic profile can renew it, by UpdateDynamicSchedule; we plan none by ourselves.
  PullDynamicScheduleUpdate: recorded('PullDynamicScheduleUpdate', {
    status: 'Rejected',
    statusInfo: { reasonCode: 'NoProfile', additionalInfo: 'no dynamic profile of that id is planned here' },
  }),
  ReportDERControl: recorded('ReportDERControl', {}),
  TransactionEvent: transactionEvent21,
  VatNumberValidation: vatNumberValidation,
} satisfies ActionTable;
