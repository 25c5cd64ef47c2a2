// The action table of OCPP 1.6J, station to us: core, and the security whitepaper's own.
import type { OCPP16 } from 'typed-ocpp';
import type { ActionTable, Row } from '../domain/action.ts';
import { heartbeat } from '../domain/heartbeat.ts';
import { recorded } from '../domain/recorded.ts';
import { securityEvent } from '../domain/security-event.ts';
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
  DataTransfer: recorded('DataTransfer', { status: 'UnknownVendorId' }),
  DiagnosticsStatusNotification: recorded('DiagnosticsStatusNotification', {}),
  FirmwareStatusNotification: recorded('FirmwareStatusNotification', {}),
  Heartbeat: heartbeat,
  LogStatusNotification: recorded('LogStatusNotification', {}),
  MeterValues: meterValues,
  SecurityEventNotification: securityEventNotification,
  SignCertificate: recorded('SignCertificate', { status: 'Rejected' }),
  SignedFirmwareStatusNotification: recorded('SignedFirmwareStatusNotification', {}),
  StartTransaction: startTransaction,
  StatusNotification: statusNotification,
  StopTransaction: stopTransaction,
} satisfies ActionTable;
