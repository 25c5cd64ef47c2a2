// The action table of OCPP 1.6J, station to us: core, and the security whitepaper's own.
import type { OCPP16 } from 'typed-ocpp';
import type { ActionTable, Row } from '../domain/action.ts';
import { dataTransfer, vendorMessages } from '../domain/data-transfer.ts';
import { firmwareStatus } from '../domain/firmware-status.ts';
import { heartbeat } from '../domain/heartbeat.ts';
import { logStatus } from '../domain/log-status.ts';
import { securityEvent } from '../domain/security-event.ts';
import { signCertificate16 } from '../domain/sign-certificate.ts';
import { authorize } from './authorize.ts';
import { bootNotification } from './boot-notification.ts';
import { meterValues } from './meter-values.ts';
import { startTransaction } from './start-transaction.ts';
import { statusNotification } from './status-notification.ts';
import { stopTransaction } from './stop-transaction.ts';

const securityEventNotification: Row<OCPP16.SecurityEventNotificationRequest> = securityEvent;

export const actions16 = {
  Authorize: authorize,
  BootNotification: bootNotification,
  DataTransfer: dataTransfer(vendorMessages),
  DiagnosticsStatusNotification: logStatus('Diagnostics'),
  FirmwareStatusNotification: firmwareStatus(null),
  Heartbeat: heartbeat,
  LogStatusNotification: logStatus(''),
  MeterValues: meterValues,
  SecurityEventNotification: securityEventNotification,
  SignCertificate: signCertificate16,
  SignedFirmwareStatusNotification: firmwareStatus(true),
  StartTransaction: startTransaction,
  StatusNotification: statusNotification,
  StopTransaction: stopTransaction,
} satisfies ActionTable;
