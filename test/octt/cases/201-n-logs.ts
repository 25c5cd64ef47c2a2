// OCTT 2.0.1, N: logs that a station uploads, and what it knows of a driver.
import assert from 'node:assert/strict';
import { logOf } from '../../e2e/command-platform.ts';
import type { PlayedCase } from '../octt-case.ts';
import { at } from '../octt-station.ts';
import { command, commanded, leavesNone, staged, type Commanding, type Stage } from './201-commanded.ts';
import { cardOf, tokenOf } from './201-transaction.ts';

const location = 'https://logs.example/octt/';
const logTypes = { diagnostics: 'DiagnosticsLog', security: 'SecurityLog' } as const;

function uploading(log: keyof typeof logTypes, answered: Partial<Commanding> = {}): Commanding {
  const [from, until] = ['2026-11-01T00:00:00Z', '2026-11-02T00:00:00Z'];
  return {
    wants: ['UploadLog', { log, location, from, until, retries: 1, retryIntervalSeconds: 5 }],
    hears: [
      'GetLog',
      {
        logType: logTypes[log],
        retries: 1,
        retryInterval: 5,
        log: { remoteLocation: location, oldestTimestamp: from, latestTimestamp: until },
      },
    ],
    answer: { status: 'Accepted', filename: 'octt.log' },
    ...answered,
  };
}

async function tellsUpload({ station }: Stage, requestId: unknown, statuses: readonly string[]): Promise<void> {
  for (const status of statuses)
    assert.deepEqual(await station.ask('LogStatusNotification', { status, requestId }), {});
}

async function uploadIs({ rig, station }: Stage, requestId: unknown, status: string) {
  return rig.item(station, 'log-jobs', (job) => job['requestId'] === requestId && job['status'] === status);
}

function uploaded(id: string, title: string, log: keyof typeof logTypes): PlayedCase {
  return commanded({
    id,
    title,
    ...uploading(log),
    async thereafter(stage, { requestId }) {
      await tellsUpload(stage, requestId, ['Uploading', 'Uploaded']);
      const job = await uploadIs(stage, requestId, 'Uploaded');
      assert.deepEqual([job['logType'], job['fileName']], [logTypes[log], 'octt.log']);
    },
  });
}

const logs: readonly PlayedCase[] = [
  uploaded('N_25', 'a station uploads its diagnostics', 'diagnostics'),
  commanded({
    id: 'N_25',
    title: 'an upload that fails is told as failed',
    ...uploading('diagnostics'),
    async thereafter(stage, { requestId }) {
      await tellsUpload(stage, requestId, ['Uploading', 'UploadFailure']);
      await uploadIs(stage, requestId, 'UploadFailure');
    },
  }),
  commanded({
    id: 'N_34',
    title: 'a station that refuses to upload has no job',
    ...uploading('diagnostics', { answer: { status: 'Rejected' }, outcome: 'rejected', detail: 'Rejected' }),
    thereafter: leavesNone('log-jobs'),
  }),
  uploaded('N_35', 'a station uploads its security log', 'security'),
  {
    id: 'N_36',
    title: 'a second request takes the place of the first upload',
    async play(rig) {
      const stage = await staged(rig, 'N_36');
      const first = await command(stage, uploading('diagnostics'));
      await tellsUpload(stage, first['requestId'], ['Uploading']);
      const answer = { status: 'AcceptedCanceled', filename: 'second.log' };
      const second = await command(stage, uploading('diagnostics', { answer, detail: 'AcceptedCanceled' }));
      assert.notEqual(second['requestId'], first['requestId']);
      await tellsUpload(stage, first['requestId'], ['AcceptedCanceled']);
      await tellsUpload(stage, second['requestId'], ['Uploading', 'Uploaded']);
      await uploadIs(stage, first['requestId'], 'AcceptedCanceled');
      await uploadIs(stage, second['requestId'], 'Uploaded');
    },
  },
];

const hash = {
  hashAlgorithm: 'SHA256',
  issuerNameHash: 'ab'.repeat(32),
  issuerKeyHash: 'cd'.repeat(32),
  serialNumber: '5a',
} as const;

/** A driver by card, by identifier, by certificate: as operators and as stations name him. */
const drivers = {
  card: [{ token: tokenOf('valid') }, { idToken: cardOf('valid') }],
  identifier: [{ customerIdentifier: 'driver-7' }, { customerIdentifier: 'driver-7' }],
  certificate: [{ certificate: hash }, { customerCertificate: hash }],
} as const;

type Asking = {
  readonly id: string;
  readonly title: string;
  readonly report: boolean;
  readonly clear: boolean;
  readonly driver?: keyof typeof drivers;
  /** What the station tells, part by part; absent: nothing comes. */
  readonly data?: readonly string[];
  readonly answered?: Partial<Commanding>;
};

function asking({ report, clear, driver = 'card', answered = {} }: Omit<Asking, 'id' | 'title'>): Commanding {
  const [wanted, heard] = drivers[driver];
  return {
    wants: ['CustomerInformation', { report, clear, ...wanted }],
    hears: ['CustomerInformation', { report, clear, ...heard }],
    ...answered,
  };
}

/** What a station knows of a driver is in the log as told, never what it says. */
async function tellsOfDriver({ rig, station }: Stage, requestId: unknown, parts: readonly string[]): Promise<void> {
  for (const [seqNo, data] of parts.entries()) {
    const tbc = seqNo < parts.length - 1;
    const part = { data, seqNo, tbc, generatedAt: new Date().toISOString(), requestId };
    assert.deepEqual(await station.ask('NotifyCustomerInformation', part), {});
  }
  const told = await logOf(rig.trial).recordsOf('events', station.stationId);
  const payloads = told.flatMap((record) =>
    record.type === 'StationMessageRecorded' && record.action === 'NotifyCustomerInformation'
      ? [record.payloadJson]
      : [],
  );
  const shown = payloads.map((json): unknown => at(JSON.parse(json), 'data'));
  assert.deepEqual(
    shown,
    parts.map(() => '[redacted]'),
  );
}

function asked({ id, title, data, ...how }: Asking): PlayedCase {
  return commanded({
    id,
    title,
    ...asking(how),
    async thereafter(stage, { requestId }) {
      if (data !== undefined) await tellsOfDriver(stage, requestId, data);
    },
  });
}

const information: readonly PlayedCase[] = [
  asked({
    id: 'N_27',
    title: 'a station tells what it knows of a driver, in parts',
    report: true,
    clear: false,
    data: ['Jane', 'Doe'],
  }),
  asked({ id: 'N_28', title: 'a station knows nothing of a driver', report: true, clear: false, data: [''] }),
  ...(['Rejected', 'Invalid'] as const).map((status) =>
    asked({
      id: 'N_29',
      title: `a station that does not tell of a driver: ${status}`,
      report: true,
      clear: false,
      answered: { answer: { status }, outcome: 'rejected', detail: status },
    }),
  ),
  asked({
    id: 'N_30',
    title: 'a station tells of a driver and forgets him',
    report: true,
    clear: true,
    data: ['Jane'],
  }),
  asked({ id: 'N_31', title: 'a station has nothing to forget of a driver', report: true, clear: true, data: [''] }),
  asked({ id: 'N_32', title: 'a station forgets a driver and tells nothing', report: false, clear: true }),
  asked({
    id: 'N_62',
    title: 'a driver by his identifier is told of and forgotten',
    report: true,
    clear: true,
    driver: 'identifier',
    data: ['Jane'],
  }),
  asked({
    id: 'N_63',
    title: 'a driver by his certificate is told of and forgotten',
    report: true,
    clear: true,
    driver: 'certificate',
    data: ['Jane'],
  }),
  {
    id: 'N_46',
    title: 'a driver who is forgotten leaves the station’s list, too',
    async play(rig) {
      const stage = await staged(rig, 'N_46');
      const list = { status: 'Accepted' } as const;
      await command(stage, {
        wants: ['SendLocalList', { update: 'full', version: 1, entries: [{ token: tokenOf('valid'), ...list }] }],
        hears: [
          'SendLocalList',
          {
            versionNumber: 1,
            updateType: 'Full',
            localAuthorizationList: [{ idToken: cardOf('valid'), idTokenInfo: list }],
          },
        ],
      });
      const { requestId } = await command(stage, asking({ report: true, clear: true }));
      await tellsOfDriver(stage, requestId, ['Jane']);
      await command(stage, {
        wants: ['SendLocalList', { update: 'differential', version: 2, entries: [{ token: tokenOf('valid') }] }],
        hears: [
          'SendLocalList',
          { versionNumber: 2, updateType: 'Differential', localAuthorizationList: [{ idToken: cardOf('valid') }] },
        ],
      });
      await rig.shown(`/v1/stations/${stage.station.stationId}/local-list`, (shown) => shown['version'] === 2);
    },
  },
];

export const logs201: readonly PlayedCase[] = [...logs, ...information];
