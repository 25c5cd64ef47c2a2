// Clients that we did not write, in three versions, do what an operator asks over the API; what became of it is read there.
import assert from 'node:assert/strict';
import { after, before, test, type TestContext } from 'node:test';
import { startTrial, type Trial } from '#load-tests/bench/trial';
import type { FleetVersion, StationIdentity } from '#load-tests/fleet/identities';
import { certificateHash, meter, rpcStation, type ForeignStation } from './foreign-station.ts';
import { eventually, operatorOf, type Operator, type Page, type Session } from './operator-client.ts';
import { pythonStation } from './python-client.ts';

let trial: Trial;
let operator: Operator;

before(async () => {
  trial = await startTrial();
  operator = operatorOf(trial);
});
after(() => trial.close());

const versions = ['1.6', '2.0.1', '2.1'] as const;
const token = { uid: '04F0REIGN0AB', type: 'ISO14443' } as const;

/** A gateway under pressure asks newcomers to come later. */
const connectTimeoutMs = 60_000;

type Command = { readonly commandId: string; readonly outcome: string | null; readonly detail: string | null };

/** What an operator does with one station, whoever wrote it. */
type Subject = {
  readonly station: ForeignStation;
  readonly version: FleetVersion;
  /** Sends a command that must be accepted. */
  does(intent: string, parameters: object): Promise<void>;
  /** Reads something of the station until it is as wanted. */
  shows<T>(path: string, isWanted: (found: T) => boolean): Promise<T>;
};

function identityOf(client: string, version: FleetVersion): StationIdentity {
  const stationId = `${client}-${version.replaceAll('.', '')}`;
  return { stationId, version, password: `password-of-${stationId}-0123`, evses: 1, tokens: [token] };
}

async function subjectOf(
  t: TestContext,
  identity: StationIdentity,
  open: (url: string, identity: StationIdentity) => Promise<ForeignStation | undefined>,
): Promise<Subject | undefined> {
  const { stationId, version } = identity;
  await operator.register([identity]);
  const connect = async (): Promise<ForeignStation | 'none'> => (await open(trial.urls.ocpp, identity)) ?? 'none';
  const station = await eventually(`${stationId} connects`, connect, connectTimeoutMs);
  if (station === 'none') {
    t.skip('no Python with PyPI here');
    return undefined;
  }
  t.after(() => station.close());
  const path = `/v1/stations/${stationId}`;
  await eventually(`${stationId} is known as connected`, async () => {
    const { connected } = await operator.get<{ connected: boolean }>(`${path}/state`);
    return connected ? true : undefined;
  });
  return {
    station,
    version,
    async does(intent, parameters) {
      const done = await operator.post<Command>(`${path}/commands?waitSeconds=15`, { intent, parameters });
      assert.equal(done.outcome, 'accepted', `${stationId} ${intent}: ${JSON.stringify(done)}`);
    },
    shows: <T>(what: string, isWanted: (found: T) => boolean): Promise<T> =>
      eventually(`${what} of ${stationId}`, async () => {
        const found = await operator.get<T>(what.startsWith('/') ? what : `${path}/${what}`);
        return isWanted(found) ? found : undefined;
      }),
  };
}

/** All of it, in the order in which an operator might. */
async function drive(subject: Subject, stationId: string): Promise<void> {
  await startToStop(subject, stationId);
  await reserve(subject);
  await sendList(subject);
  await limit(subject);
  await update(subject);
  await upload(subject);
  await manageCertificates(subject);
}

async function startToStop({ does, shows }: Subject, stationId: string): Promise<void> {
  const sessions = `/v1/sessions?stationId=${stationId}`;
  await does('StartCharging', { evseId: 1, token });
  const running = await shows<Page<Session>>(sessions, ({ items }) => items[0]?.state === 'charging');
  await does('StopCharging', { transactionId: running.items[0]?.transactionId });
  const { items } = await shows<Page<Session>>(sessions, (found) => found.items[0]?.state === 'ended');
  assert.equal(items.length, 1);
  assert.equal(items[0]?.energyMilliWh, (meter.stopWh - meter.startWh) * 1000);
}

async function reserve({ does, shows }: Subject): Promise<void> {
  type Reservations = { items: { reservationId: number; state: string }[] };
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  await does('ReserveConnector', { reservationId: 41, evseId: 1, token, expiresAt });
  const stateOf = ({ items }: Reservations): string | undefined =>
    items.find((each) => each.reservationId === 41)?.state;
  await shows<Reservations>('reservations', (found) => stateOf(found) === 'active');
  await does('CancelReservation', { reservationId: 41 });
  await shows<Reservations>('reservations', (found) => stateOf(found) === 'cancelled');
}

async function sendList({ does, shows, station }: Subject): Promise<void> {
  await does('SendLocalList', { update: 'full', version: 7, entries: [{ token, status: 'Accepted' }] });
  await does('ReadLocalListVersion', {});
  await shows<{ version: number | null }>('local-list', ({ version }) => version === 7);
  const sent = JSON.stringify(station.heard.find(({ action }) => action === 'SendLocalList')?.payload);
  assert.ok(sent.includes(token.uid), sent);
}

async function limit({ does, shows, station }: Subject): Promise<void> {
  const profile = {
    profileId: 900_001,
    stackLevel: 1,
    purpose: 'TxDefaultProfile',
    kind: 'Absolute',
    schedules: [{ unit: 'A', startsAt: new Date().toISOString(), periods: [{ startSeconds: 0, limit: 16 }] }],
  };
  await does('SetChargingProfile', { evseId: 1, profile });
  assert.ok(station.heard.some(({ action }) => action === 'SetChargingProfile'));
  await does('ReadCompositeSchedule', { evseId: 1, durationSeconds: 600, unit: 'A' });
  type Composite = { items: { evseId: number; durationSeconds: number | null; unit: string | null }[] };
  const isWanted = ({ items }: Composite): boolean =>
    items.some(({ evseId, durationSeconds, unit }) => evseId === 1 && durationSeconds === 600 && unit === 'A');
  await shows<Composite>('composite-schedules', isWanted);
}

type Jobs = { items: { status: string; statuses: { status: string }[] }[] };

async function update({ does, shows }: Subject): Promise<void> {
  const location = 'https://firmware.example/foreign-2.0.0.bin';
  await does('UpdateFirmware', { location, retrieveAt: new Date().toISOString() });
  const { items } = await shows<Jobs>('firmware-jobs', (found) => found.items[0]?.status === 'Installed');
  // What the request itself adds may come between: the station speaks while its answer is written.
  const told = items[0]?.statuses
    .map(({ status }) => status)
    .filter((status) => status !== 'Requested' && status !== 'Accepted');
  assert.deepEqual(told, ['Downloading', 'Downloaded', 'Installing', 'Installed']);
}

async function upload({ does, shows }: Subject): Promise<void> {
  await does('UploadLog', { log: 'diagnostics', location: 'https://logs.example/upload' });
  await shows<Jobs>('log-jobs', ({ items }) => items[0]?.status === 'Uploaded');
}

async function manageCertificates({ does, shows, station }: Subject): Promise<void> {
  const certificate = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
  await does('InstallCertificate', { type: 'CSMSRootCertificate', certificate });
  await does('ReadCertificates', {});
  type Certificates = { items: { serialNumber: string | null }[] };
  const { serialNumber } = certificateHash;
  await shows<Certificates>('certificates', ({ items }) => items.some((each) => each.serialNumber === serialNumber));
  await does('DeleteCertificate', { certificate: certificateHash });
  assert.ok(station.heard.some(({ action }) => action === 'DeleteCertificate'));
}

for (const version of versions) {
  test(`a ${version} station of npm ocpp-rpc does all that an operator asks, and the API shows it`, async (t) => {
    const identity = identityOf('RPC-DRIVEN', version);
    const subject = await subjectOf(t, identity, rpcStation);
    assert.ok(subject !== undefined);
    await drive(subject, identity.stationId);
  });

  test(`a ${version} station of PyPI ocpp does all that an operator asks, and the API shows it`, async (t) => {
    const identity = identityOf('PY-DRIVEN', version);
    const subject = await subjectOf(t, identity, pythonStation);
    if (subject !== undefined) await drive(subject, identity.stationId);
  });
}
