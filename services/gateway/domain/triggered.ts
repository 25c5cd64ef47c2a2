// Which message of a station a CALL of ours asks for: it may come before BootNotification was accepted (2.x B02.FR.09).
import type { Call } from './intent.ts';

/** Names of TriggerMessage that differ from the action they bring: 1.6 whitepaper 5.4, 2.x MessageTriggerEnumType. */
const certificateTriggers: ReadonlySet<string> = new Set([
  'SignChargePointCertificate',
  'SignChargingStationCertificate',
  'SignV2GCertificate',
  'SignCombinedCertificate',
]);

/** The action that comes as a consequence of the CALL, if any. */
export function triggeredBy({ action, payload }: Call): string | undefined {
  switch (action) {
    case 'TriggerMessage':
    case 'ExtendedTriggerMessage': {
      const name = (payload as { requestedMessage?: string }).requestedMessage;
      return name !== undefined && certificateTriggers.has(name) ? 'SignCertificate' : name;
    }
    case 'GetBaseReport':
    case 'GetReport':
      return 'NotifyReport';
    default:
      return undefined;
  }
}
