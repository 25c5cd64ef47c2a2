// What a station's log holds besides its transactions, in the share that a managed fleet has it: configuration read after a
// boot, local lists, certificates, jobs, security and device events, quirks; profiles of load management, reservations.
import type { ReportedVariable, Records } from '#contracts/generated/types';
import type { MeteredStation } from '#load-tests/bench/fleet-days';
import { Random } from '#load-tests/fleet/random';
import { untold } from '#services/gateway/domain/variables';

/** An event without its envelope. */
export type Fact<T extends keyof Records = keyof Records> = {
  readonly [K in T]: { readonly type: K; readonly content: Omit<Records[K], 'meta'> };
}[T];
/** When after the boot, the connection or the start it is told. */
export type Later = { readonly afterMs: number; readonly fact: Fact };
type Device = { readonly id: string; readonly is16: boolean; readonly random: Random };

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
/** Keys that a 1.6 station tells; a 2.x inventory comes in parts of as many variables. */
const variablesInPart = 40;
const partsOfInventory = 4;
/** Stations where a load management speaks OCPP, which sets a limit so often while one charges. */
const managedShare = 0.1;
const limitEveryMs = 15 * minuteMs;
/** Stations of models with a quirk. */
const oddShare = 0.05;

export function bootOf(meter: MeteredStation): Omit<Records['StationBooted'], 'meta'> {
  return {
    status: 'Accepted',
    intervalSeconds: 300,
    reason: 'PowerUp',
    vendor: 'Volt & Sons',
    model: meter.kind === 'dc' ? 'Rapid 150' : 'Wall 22',
    serialNumber: meter.id,
    boxSerialNumber: null,
    firmwareVersion: '4.12.0',
    iccid: null,
    imsi: null,
    meterType: 'EEM-350',
    meterSerialNumber: `M-${meter.id}`,
  };
}

export function statusFact(status: Records['ConnectorStatusChanged']['status'], is16: boolean): Fact {
  const none = { info: null, vendorId: null, vendorErrorCode: null };
  const content = { evseId: 1, connectorId: 1, status, errorCode: is16 ? 'NoError' : null, ...none };
  return { type: 'ConnectorStatusChanged', content };
}

/** Configuration, local list and certificates are read after a boot; the station tells that it started. */
export function factsOfBoot(device: Device): readonly Later[] {
  const { id, is16, random } = device;
  const parts = is16 ? 1 : partsOfInventory;
  const requestId = is16 ? null : random.integer(1, 2 ** 30);
  const configuration = Array.from({ length: parts }, (_, part): Later => {
    const fact = variablesReported(id, requestId, { part: is16 ? null : part, last: is16 ? null : part === parts - 1 });
    return { afterMs: 2_000 + part * 300, fact };
  });
  const asked: readonly Later[] =
    requestId === null ? [] : [{ afterMs: 1_500, fact: reportRequested(requestId, 'fullInventory') }];
  return [
    ...asked,
    ...configuration,
    { afterMs: 1_000, fact: security('StartupOfTheDevice') },
    {
      afterMs: 5_000,
      fact: { type: 'LocalListReported', content: { version: random.integer(1, 60), updateType: null } },
    },
    { afterMs: 6_000, fact: certificates(id) },
  ];
}

/** With each connection, about one a day: what happens to a station now and then. */
export function factsOfDay(device: Device): readonly Later[] {
  const { is16, random } = device;
  const facts: Later[] = [];
  const at = (): number => random.integer(minuteMs, dayMs / 4);
  const now = (chance: number, of: (afterMs: number) => readonly Later[]): void => {
    if (random.chance(chance)) facts.push(...of(at()));
  };
  now(0.02, (afterMs) => statuses(afterMs, firmwareWords, firmware(random.integer(1, 2 ** 30))));
  now(0.05, (afterMs) => statuses(afterMs, ['Requested', 'Uploading', 'Uploaded'], log(random.integer(1, 2 ** 30))));
  now(0.2, (afterMs) => [
    {
      afterMs,
      fact: { type: 'LocalListReported', content: { version: random.integer(1, 60), updateType: 'Differential' } },
    },
  ]);
  now(0.3, (afterMs) => [{ afterMs, fact: security('SettingSystemTime') }]);
  now(0.05, (afterMs) => [
    {
      afterMs,
      fact: {
        type: 'AvailabilityChanged',
        content: { evseId: 1, connectorId: null, operative: true, scheduled: false },
      },
    },
  ]);
  now(0.1, (afterMs) => [{ afterMs, fact: composite() }]);
  if (!is16) {
    now(0.05, (afterMs) => [{ afterMs, fact: monitorSet(random.integer(1, 20)) }]);
    now(0.05, (afterMs) => [{ afterMs, fact: messageSet(random.integer(1, 5)) }]);
    for (let n = random.integer(0, 8); n > 0; n -= 1) facts.push({ afterMs: at(), fact: deviceEvent(random) });
  }
  return facts;
}

export type Begun = { readonly transactionId: string; readonly durationMs: number };

/** After the start: limits of a load management; some models get a word of each meter value wrong, told in sums. */
export function factsOfSession(device: Device, { transactionId, durationMs }: Begun): readonly Later[] {
  const facts: Later[] = [];
  const share = shareOf(device);
  if (share < managedShare)
    for (let afterMs = 5_000; afterMs < durationMs; afterMs += limitEveryMs)
      facts.push({ afterMs, fact: limitSet(transactionId, device.random.integer(6, 32)) });
  if (share > 1 - oddShare)
    for (let afterMs = minuteMs; afterMs < durationMs; afterMs += 10 * minuteMs)
      facts.push({ afterMs, fact: quirks() });
  return facts;
}

export function reserved(reservationId: number, tokenRef: string, expiresAt: number): Fact<'ReservationChanged'> {
  const terms = { evseId: 1, connectorType: null, expiresAt, tokenRef, tokenType: 'ISO14443', groupRef: null };
  return { type: 'ReservationChanged', content: { reservationId, change: 'accepted', ...terms } };
}

/** What kind of station it is, the same at every question. */
function shareOf({ id }: Device): number {
  return new Random(`kind of ${id}`).next();
}

function variablesReported(
  id: string,
  requestId: number | null,
  of: { part: number | null; last: boolean | null },
): Fact {
  const variables = Array.from({ length: variablesInPart }, (_, n): ReportedVariable => ({
    ...untold,
    component: requestId === null ? '' : `Component${of.part}`,
    variable: `Variable${n}`,
    attribute: 'Actual',
    value: n === 0 ? id : String(n * 100),
    mutability: n % 2 === 0 ? 'ReadWrite' : 'ReadOnly',
  }));
  return { type: 'VariablesReported', content: { requestId, ...of, variables, unknownVariables: [] } };
}

function reportRequested(requestId: number, report: Records['ReportRequested']['report']): Fact {
  const content = { requestId, report, isComplete: true, isEmpty: false, criteriaJson: null };
  return { type: 'ReportRequested', content };
}

function security(kind: string): Fact {
  return { type: 'SecurityEventReported', content: { kind, info: null } };
}

function certificates(id: string): Fact {
  const hashes = { hashAlgorithm: 'SHA256', issuerNameHash: 'a'.repeat(64), issuerKeyHash: 'b'.repeat(64) };
  const certificate = { ...hashes, serialNumber: id, child: false, subject: null, expiresAt: null };
  const types = ['CSMSRootCertificate', 'ManufacturerRootCertificate'];
  return {
    type: 'CertificatesReported',
    content: {
      change: 'report',
      certificateTypes: types,
      certificates: types.map((certificateType) => ({ certificateType, ...certificate })),
      requestId: null,
    },
  };
}

const firmwareWords = ['Requested', 'Downloading', 'Downloaded', 'Installing', 'Installed'];

function statuses(
  afterMs: number,
  words: readonly string[],
  of: (status: string, n: number) => Fact,
): readonly Later[] {
  return words.map((word, n) => ({ afterMs: afterMs + n * minuteMs, fact: of(word, n) }));
}

function firmware(requestId: number): (status: string, n: number) => Fact {
  const terms = { retrieveAt: null, installAt: null, signed: null, checksum: null, locations: [], detail: null };
  return (status, n) => ({
    type: 'FirmwareStatusChanged',
    content: { job: 'update', requestId, status, answered: n === 0, ...terms },
  });
}

function log(requestId: number): (status: string, n: number) => Fact {
  const terms = { logType: 'DiagnosticsLog', fileName: 'log.tar.gz', detail: null };
  return (status, n) => ({ type: 'LogStatusChanged', content: { requestId, status, answered: n === 0, ...terms } });
}

function composite(): Fact {
  const periodsJson = JSON.stringify([{ startPeriod: 0, limit: 16 }]);
  const content = { evseId: 1, startsAt: null, durationSeconds: 3_600, unit: 'A', periodsJson };
  return { type: 'CompositeScheduleReported', content };
}

function limitSet(transactionId: string, amperes: number): Fact {
  const schedulesJson = JSON.stringify([{ unit: 'A', periods: [{ startSeconds: 0, limit: amperes }] }]);
  const valid = { validFrom: null, validTo: null, recurrency: null, moreJson: null };
  const profile = { profileId: 1, evseId: 1, stackLevel: 3, purpose: 'TxProfile', kind: 'Relative', ...valid };
  const profiles = [{ ...profile, transactionId, schedulesJson }];
  const content = { change: 'set', requestId: null, part: null, last: null, source: null, profiles } as const;
  return { type: 'ChargingProfilesReported', content };
}

const ofVariable = { component: 'EVSE', componentInstance: null, evseId: 1, connectorId: null, variableInstance: null };

function monitorSet(monitorId: number): Fact {
  const terms = {
    transaction: false,
    value: '22000',
    type: 'UpperThreshold',
    severity: 5,
    eventNotificationType: null,
  };
  const monitors = [{ monitorId, ...ofVariable, variable: 'Power', ...terms }];
  return { type: 'MonitorsReported', content: { change: 'set', requestId: null, part: null, last: null, monitors } };
}

function messageSet(messageId: number): Fact {
  const place = { transactionId: null, startsAt: null, endsAt: null, component: null, evseId: null, extraJson: null };
  const messages = [
    { messageId, priority: 'NormalCycle', state: 'Idle', format: 'UTF8', language: 'en', content: 'Welcome', ...place },
  ];
  return {
    type: 'DisplayMessagesReported',
    content: { change: 'set', requestId: null, part: null, last: null, messages },
  };
}

function deviceEvent(random: Random): Fact {
  const none = { occurredAt: null, cause: null, techCode: null, techInfo: null, transactionId: null };
  const told = { trigger: 'Alerting', value: String(random.integer(20_000, 25_000)), cleared: random.chance(0.5) };
  const monitor = { monitorId: random.integer(1, 20), notificationType: 'CustomMonitor', severity: 5 };
  const events = [
    { eventId: random.integer(1, 2 ** 30), ...none, ...told, ...monitor, ...ofVariable, variable: 'Power' },
  ];
  return { type: 'DeviceEventsReported', content: { part: null, last: null, events } };
}

function quirks(): Fact {
  const content = { action: 'MeterValues', quirks: ['no-zone'], frameJson: null, messages: 10 };
  return { type: 'QuirksObserved', content };
}
