// Operators who ask stations for all that is kept as documents, so that a rebuild meets each kind of them.
import type { Operator, Page } from './operator-client.ts';

const hourMs = 3_600_000;
const token = { uid: 'RESERVES', type: 'ISO14443' };

const schedule = { unit: 'A', startsAt: '2026-11-26T10:00:00Z', periods: [{ startSeconds: 0, limit: 16 }] };
const profile = { profileId: 9, stackLevel: 1, purpose: 'TxDefaultProfile', kind: 'Absolute', schedules: [schedule] };
const monitor = { component: 'EVSE', evseId: 1, variable: 'Power', type: 'UpperThreshold', value: 80.5, severity: 3 };
const location = 'https://files.example/one';

function reservation() {
  const expiresAt = new Date(Date.now() + hourMs).toISOString();
  return { intent: 'ReserveConnector', parameters: { evseId: 1, token, expiresAt } };
}

/** Whoever is free takes it. */
export async function askToReserve(operator: Operator, stationIds: readonly string[]): Promise<void> {
  for (const id of stationIds) await operator.post(`/v1/stations/${id}/commands?waitSeconds=20`, reservation());
}

/** What no version has is refused by the gateway, and what a station does not do by the station: that is told, too. */
function wishes(): readonly { readonly intent: string; readonly parameters: object }[] {
  const expiresAt = new Date(Date.now() + hourMs).toISOString();
  return [
    { intent: 'ReadConfiguration', parameters: {} },
    { intent: 'ReadReport', parameters: { base: 'full' } },
    reservation(),
    { intent: 'SetChargingProfile', parameters: { evseId: 1, profile } },
    { intent: 'ReadChargingProfiles', parameters: { evseId: 1, stackLevel: 1 } },
    { intent: 'ReadCompositeSchedule', parameters: { evseId: 1, durationSeconds: 600 } },
    { intent: 'SendLocalList', parameters: { update: 'full', version: 1, entries: [{ token }] } },
    { intent: 'ReadCertificates', parameters: {} },
    { intent: 'UploadLog', parameters: { log: 'diagnostics', location } },
    { intent: 'UpdateFirmware', parameters: { location, retrieveAt: expiresAt } },
    { intent: 'SetMonitors', parameters: { monitors: [monitor] } },
    { intent: 'ChangeAvailability', parameters: { evseId: 1, operative: true } },
    { intent: 'ShowMessage', parameters: { messageId: 1, priority: 'InFront', format: 'UTF8', content: 'Hello' } },
  ];
}

/** Resolves when each of them has an answer, or none will come. */
export async function askForDetails(operator: Operator, stationIds: readonly string[]): Promise<void> {
  const each = async (stationId: string): Promise<void> => {
    for (const wish of wishes()) await operator.post(`/v1/stations/${stationId}/commands?waitSeconds=20`, wish);
  };
  await Promise.all(stationIds.map(each));
}

const subjects = [
  'reservations',
  'charging-profiles',
  'composite-schedules',
  'log-jobs',
  'firmware-jobs',
  'monitors',
  'display-messages',
  'variables',
] as const;

/** The subjects of which none of these stations has told. */
export async function untoldSubjects(operator: Operator, stationIds: readonly string[]): Promise<readonly string[]> {
  const told = await Promise.all(
    subjects.map(async (subject) => {
      const pages = stationIds.map((id) => operator.get<Page<unknown>>(`/v1/stations/${id}/${subject}`));
      return (await Promise.all(pages)).some(({ items }) => items.length > 0);
    }),
  );
  return subjects.filter((_, index) => told[index] !== true);
}
