// The action table of OCPP 2.0.1, station to us.
import type { ActionTable } from '../domain/action.ts';
import { heartbeat } from '../domain/heartbeat.ts';
import { recorded } from '../domain/recorded.ts';
import { securityEvent } from '../domain/security-event.ts';
import { authorize } from './authorize.ts';
import { bootNotification } from './boot-notification.ts';
import { meterValues } from './meter-values.ts';
import { notifyReport } from './notify-report.ts';
import { statusNotification } from './status-notification.ts';
import { transactionEvent } from './transaction-event.ts';

export const actions201 = {
  Authorize: authorize,
  BootNotification: bootNotification,
  ClearedChargingLimit: recorded('ClearedChargingLimit', {}),
  DataTransfer: recorded('DataTransfer', { status: 'UnknownVendorId' }),
  FirmwareStatusNotification: recorded('FirmwareStatusNotification', {}),
  Get15118EVCertificate: recorded('Get15118EVCertificate', { status: 'Failed', exiResponse: '' }),
  GetCertificateStatus: recorded('GetCertificateStatus', { status: 'Failed' }),
  Heartbeat: heartbeat,
  LogStatusNotification: recorded('LogStatusNotification', {}),
  MeterValues: meterValues,
  NotifyChargingLimit: recorded('NotifyChargingLimit', {}),
  NotifyCustomerInformation: recorded('NotifyCustomerInformation', {}),
  NotifyDisplayMessages: recorded('NotifyDisplayMessages', {}),
  NotifyEVChargingNeeds: recorded('NotifyEVChargingNeeds', { status: 'Rejected' }),
  NotifyEVChargingSchedule: recorded('NotifyEVChargingSchedule', { status: 'Rejected' }),
  NotifyEvent: recorded('NotifyEvent', {}),
  NotifyMonitoringReport: recorded('NotifyMonitoringReport', {}),
  NotifyReport: notifyReport,
  PublishFirmwareStatusNotification: recorded('PublishFirmwareStatusNotification', {}),
  ReportChargingProfiles: recorded('ReportChargingProfiles', {}),
  ReservationStatusUpdate: recorded('ReservationStatusUpdate', {}),
  SecurityEventNotification: securityEvent,
  SignCertificate: recorded('SignCertificate', { status: 'Rejected' }),
  StatusNotification: statusNotification,
  TransactionEvent: transactionEvent,
} satisfies ActionTable;
