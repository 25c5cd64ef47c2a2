// The action table of OCPP 2.0.1, station to us.
import type { ActionTable } from '../domain/action.ts';
import { dataTransfer, vendorMessages } from '../domain/data-transfer.ts';
import { firmwareStatus, publishFirmwareStatus } from '../domain/firmware-status.ts';
import { heartbeat } from '../domain/heartbeat.ts';
import { logStatus } from '../domain/log-status.ts';
import { recorded } from '../domain/recorded.ts';
import { securityEvent } from '../domain/security-event.ts';
import { signCertificate } from '../domain/sign-certificate.ts';
import { authorize } from './authorize.ts';
import { bootNotification } from './boot-notification.ts';
import { getCertificateStatus } from './certificate-status.ts';
import { clearedChargingLimit, notifyChargingLimit } from './charging-limit.ts';
import { get15118EvCertificate } from './get-15118-ev-certificate.ts';
import { meterValues } from './meter-values.ts';
import { notifyDisplayMessages } from './notify-display-messages.ts';
import { notifyEvent } from './notify-event.ts';
import { notifyMonitoringReport } from './notify-monitoring-report.ts';
import { notifyReport } from './notify-report.ts';
import { reportChargingProfiles } from './report-charging-profiles.ts';
import { reservationStatusUpdate } from './reservation-status.ts';
import { statusNotification } from './status-notification.ts';
import { transactionEvent } from './transaction-event.ts';

export const actions201 = {
  Authorize: authorize,
  BootNotification: bootNotification,
  ClearedChargingLimit: clearedChargingLimit,
  DataTransfer: dataTransfer(vendorMessages),
  FirmwareStatusNotification: firmwareStatus(null),
  Get15118EVCertificate: get15118EvCertificate(5_600),
  GetCertificateStatus: getCertificateStatus(5_500),
  Heartbeat: heartbeat,
  LogStatusNotification: logStatus(''),
  MeterValues: meterValues,
  NotifyChargingLimit: notifyChargingLimit,
  NotifyCustomerInformation: recorded('NotifyCustomerInformation', {}),
  NotifyDisplayMessages: notifyDisplayMessages,
  // K15.FR.05: a schedule takes time, whoever plans reads the fact and sets a profile; until then the vehicle charges.
  NotifyEVChargingNeeds: recorded('NotifyEVChargingNeeds', { status: 'Processing' }),
  // K15 and K17: what the vehicle will draw is taken note of; too much of it is answered by a new profile.
  NotifyEVChargingSchedule: recorded('NotifyEVChargingSchedule', { status: 'Accepted' }),
  NotifyEvent: notifyEvent,
  NotifyMonitoringReport: notifyMonitoringReport,
  NotifyReport: notifyReport,
  PublishFirmwareStatusNotification: publishFirmwareStatus,
  ReportChargingProfiles: reportChargingProfiles,
  ReservationStatusUpdate: reservationStatusUpdate,
  SecurityEventNotification: securityEvent,
  SignCertificate: signCertificate,
  StatusNotification: statusNotification,
  TransactionEvent: transactionEvent,
} satisfies ActionTable;
