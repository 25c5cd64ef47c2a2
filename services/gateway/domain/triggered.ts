// Which message of a station a CALL of ours asks for: it may come before BootNotification was accepted (2.x B02.FR.09).
import type { Call } from './intent.ts';

/** Names of TriggerMessage that differ from the action they bring: 1.6 whitepaper 5.4, 2.x MessageTriggerEnumType. */
const certificateTriggers: ReadonlySet<string> = new Set([
  'SignChargePointCertificate',
  'SignChargingStationCertificate',
  'SignV2GCertificate',
  'SignV2G20Certificate',
  'SignCombinedCertificate',
]);

/** What comes by itself after other CALLs: reports in parts, and how a job goes on. */
const consequences: Readonly<Record<string, string>> = {
  GetBaseReport: 'NotifyReport',
  GetReport: 'NotifyReport',
  GetMonitoringReport: 'NotifyMonitoringReport',
  GetChargingProfiles: 'ReportChargingProfiles',
  GetDisplayMessages: 'NotifyDisplayMessages',
  CustomerInformation: 'NotifyCustomerInformation',
  GetDERControl: 'ReportDERControl',
  GetDiagnostics: 'DiagnosticsStatusNotification',
  GetLog: 'LogStatusNotification',
  UpdateFirmware: 'FirmwareStatusNotification',
  SignedUpdateFirmware: 'SignedFirmwareStatusNotification',
  PublishFirmware: 'PublishFirmwareStatusNotification',
};

/** The action that comes as a consequence of the CALL, if any. */
export function triggeredBy({ action, payload }: Call): string | undefined {
  if (action !== 'TriggerMessage' && action !== 'ExtendedTriggerMessage') return consequences[action];
  const { requestedMessage } = payload as { requestedMessage?: string };
  return requestedMessage !== undefined && certificateTriggers.has(requestedMessage)
    ? 'SignCertificate'
    : requestedMessage;
}
