// OCTT 2.0.1, B: boots, variables, reports, resets, network profiles.
import assert from 'node:assert/strict';
import { eventually } from '../../e2e/operator-client.ts';
import type { PlayedCase } from '../octt-case.ts';
import { at, type OcttStation, type Payload } from '../octt-station.ts';
import { cards, type Rig } from '../rig.ts';
import { command, commanded, staged, type Commanding, type Stage } from './201-commanded.ts';
import { sessionHas, status201, tokenOf, underWay } from './201-transaction.ts';

/** A station that is held pending, and has booted so. */
async function pending(rig: Rig, stationId: string): Promise<OcttStation> {
  const station = await rig.connected(stationId, '2.0.1', { value: { bootPolicy: 'pending' } });
  const boot = await station.boot();
  assert.equal(boot['status'], 'Pending');
  assert.ok(Number(boot['interval']) > 0, 'it is told when to boot again');
  await rig.isLive(stationId);
  return station;
}

async function letIn(rig: Rig, { stationId }: OcttStation): Promise<void> {
  const body = JSON.stringify({ accepted: true });
  const answer = await rig.operator.raw(`/v1/stations/${stationId}/acceptance`, { method: 'PUT', body });
  assert.equal(answer.status, 200, await answer.text());
}

/** The gateway hears of it; until then a boot is Pending still. */
async function bootedIn(station: OcttStation): Promise<void> {
  const accepted = async (): Promise<true | undefined> =>
    (await station.boot())['status'] === 'Accepted' ? true : undefined;
  await eventually(`${station.stationId} is accepted`, accepted, 60_000);
}

const boots: readonly PlayedCase[] = [
  {
    id: 'B_01',
    title: 'a cold boot is accepted with an interval and the time; the connectors that it tells are shown',
    async play(rig) {
      const station = await rig.connected('201-B-01', '2.0.1');
      const boot = await station.boot();
      assert.equal(boot['status'], 'Accepted');
      assert.ok(Number(boot['interval']) > 0);
      assert.ok(Math.abs(Date.parse(String(boot['currentTime'])) - Date.now()) < 60_000);
      await status201(station, 'Available');
      await status201(station, 'Unavailable', 2);
      await rig.connectorIs(station, 1, 'Available');
      await rig.connectorIs(station, 2, 'Unavailable');
      assert.ok(at(await station.ask('Heartbeat', {}), 'currentTime') !== undefined);
    },
  },
  {
    id: 'B_02',
    title: 'a station is held pending, configured, and accepted at a later boot; no driver is started before that',
    async play(rig) {
      const station = await pending(rig, '201-B-02');
      const { wants, answer = {} } = written([['OCPPCommCtrlr', 'HeartbeatInterval', '300']]);
      station.answers('SetVariables', answer);
      assert.equal((await rig.command(station, ...wants, { beforeAcceptance: true })).outcome, 'accepted');
      await station.heard('SetVariables');
      const start = { evseId: 1, token: tokenOf('valid') };
      assert.equal((await rig.command(station, 'StartCharging', start)).outcome, 'notAccepted');
      assert.equal(station.count('RequestStartTransaction'), 0);
      await letIn(rig, station);
      await bootedIn(station);
      await status201(station, 'Available');
      await rig.connectorIs(station, 1, 'Available');
      station.assertSchemas();
    },
  },
  {
    id: 'B_30',
    title: 'a pending station that tells anything but its boot is answered SecurityError',
    async play(rig) {
      const station = await pending(rig, '201-B-30');
      const timestamp = new Date().toISOString();
      const status = { timestamp, connectorStatus: 'Available', evseId: 1, connectorId: 1 };
      assert.equal(await station.refused('StatusNotification', status), 'SecurityError');
      const idToken = { idToken: cards.valid, type: 'ISO14443' };
      assert.equal(await station.refused('Authorize', { idToken }), 'SecurityError');
    },
  },
  {
    id: 'B_30',
    title: 'a rejected station that tells anything is answered SecurityError',
    async play(rig) {
      const station = await rig.connected('201-B-30-REJECTED', '2.0.1', { value: { bootPolicy: 'reject' } });
      assert.equal((await station.boot())['status'], 'Rejected');
      assert.equal(await station.refused('Heartbeat', {}), 'SecurityError');
    },
  },
  {
    id: 'B_31',
    title: 'a pending station is asked for its boot, and for a message that it may then tell',
    async play(rig) {
      const station = await pending(rig, '201-B-31');
      for (const message of ['BootNotification', 'StatusNotification']) {
        const { outcome } = await rig.command(station, 'TriggerMessage', { message }, { beforeAcceptance: true });
        assert.equal(outcome, 'accepted');
        assert.deepEqual(await station.heard('TriggerMessage'), { requestedMessage: message });
      }
      await status201(station, 'Available');
      assert.notEqual((await station.boot())['status'], 'Rejected');
      await rig.connectorIs(station, 1, 'Available');
      station.assertSchemas();
    },
  },
];

type Named = readonly [component: string, variable: string, value: string];

const nameOf = ([component, variable]: Named) => ({ component: { name: component }, variable: { name: variable } });

function read(variables: readonly Named[], attributeStatus = 'Accepted'): Commanding {
  return {
    wants: ['ReadConfiguration', { variables: variables.map(([component, variable]) => ({ component, variable })) }],
    hears: ['GetVariables', { getVariableData: variables.map(nameOf) }],
    answer: {
      getVariableResult: variables.map((named) => ({
        ...nameOf(named),
        attributeStatus,
        ...(attributeStatus === 'Accepted' ? { attributeValue: named[2] } : {}),
      })),
    },
  };
}

function written(variables: readonly Named[], attributeStatus = 'Accepted'): Commanding {
  return {
    wants: [
      'WriteConfiguration',
      { variables: variables.map(([component, variable, value]) => ({ component, variable, value })) },
    ],
    hears: [
      'SetVariables',
      { setVariableData: variables.map((named) => ({ ...nameOf(named), attributeValue: named[2] })) },
    ],
    answer: { setVariableResult: variables.map((named) => ({ ...nameOf(named), attributeStatus })) },
  };
}

async function showVariables({ rig, station }: Stage, variables: readonly Named[]): Promise<void> {
  for (const [component, variable, value] of variables) {
    const path = `/v1/stations/${station.stationId}/variables?component=${component}&variable=${variable}`;
    await rig.shown(path, (page) => at(page, 'items', 0, 'value') === value);
  }
}

const one: readonly Named[] = [['OCPPCommCtrlr', 'OfflineThreshold', '300']];
const two: readonly Named[] = [...one, ['AuthCtrlr', 'AuthorizeRemoteStart', 'true']];

const variables: readonly PlayedCase[] = [
  commanded({
    id: 'B_06',
    title: 'a variable is read and shown',
    ...read(one),
    thereafter: (s) => showVariables(s, one),
  }),
  commanded({
    id: 'B_06',
    title: 'a variable that the station does not have is told as unknown',
    ...read(one, 'UnknownVariable'),
    detail: 'OfflineThreshold: UnknownVariable',
  }),
  commanded({
    id: 'B_07',
    title: 'several variables are read by one message and shown',
    ...read(two),
    thereafter: (stage) => showVariables(stage, two),
  }),
  commanded({
    id: 'B_09',
    title: 'a variable is written and known from then on',
    ...written(one),
    thereafter: (stage) => showVariables(stage, one),
  }),
  commanded({
    id: 'B_09',
    title: 'a value that the station refuses: the command is rejected',
    ...written(one, 'Rejected'),
    outcome: 'rejected',
    detail: 'OfflineThreshold: Rejected',
  }),
  commanded({
    id: 'B_10',
    title: 'several variables are written by one message and known from then on',
    ...written(two),
    thereafter: (stage) => showVariables(stage, two),
  }),
];

/** A report comes in two parts, and what is in both is shown. */
async function reported(stage: Stage, { requestId }: Payload): Promise<void> {
  const { station } = stage;
  const told: readonly Named[] = [
    ['DeviceDataCtrlr', 'ItemsPerMessage', '50'],
    ['ClockCtrlr', 'TimeSource', 'NTP'],
  ];
  for (const [seqNo, named] of told.entries())
    await station.ask('NotifyReport', {
      requestId,
      generatedAt: new Date().toISOString(),
      seqNo,
      tbc: seqNo === 0,
      reportData: [{ ...nameOf(named), variableAttribute: [{ value: named[2] }] }],
    });
  await showVariables(stage, told);
}

function baseReport(id: string, base: string, reportBase: string): PlayedCase {
  return commanded({
    id,
    title: `the report ${reportBase} is asked for; it comes in parts and is shown`,
    wants: ['ReadReport', { base }],
    hears: ['GetBaseReport', { reportBase }],
    thereafter: reported,
  });
}

const reports: readonly PlayedCase[] = [
  baseReport('B_12', 'configuration', 'ConfigurationInventory'),
  baseReport('B_13', 'full', 'FullInventory'),
  baseReport('B_14', 'summary', 'SummaryInventory'),
  commanded({
    id: 'B_14',
    title: 'a report that the station does not support: the outcome says so',
    wants: ['ReadReport', { base: 'summary' }],
    hears: ['GetBaseReport', { reportBase: 'SummaryInventory' }],
    answer: { status: 'NotSupported' },
    outcome: 'notSupported',
  }),
  commanded({
    id: 'B_18',
    title: 'a report of chosen components and variables is asked for; it comes in parts and is shown',
    wants: [
      'ReadReport',
      { criteria: ['Available'], variables: [{ component: 'EVSE', evseId: 1, variable: 'AvailabilityState' }] },
    ],
    hears: [
      'GetReport',
      {
        componentCriteria: ['Available'],
        componentVariable: [{ component: { name: 'EVSE', evse: { id: 1 } }, variable: { name: 'AvailabilityState' } }],
      },
    ],
    thereafter: reported,
  }),
];

type Resetting = {
  readonly when: string;
  readonly type: string;
  readonly evseId?: number;
  readonly status?: string;
  /** How the transaction that runs ends, where one runs. */
  readonly ends?: readonly [triggerReason: string, stoppedReason: string];
};

function reset(id: string, title: string, { when, type, evseId, status = 'Accepted', ends }: Resetting): PlayedCase {
  const of = evseId === undefined ? {} : { evseId };
  return {
    id,
    title,
    async play(rig) {
      const stage = await staged(rig, id);
      const { station } = stage;
      const transaction = ends === undefined ? undefined : await underWay(stage);
      await command(stage, {
        wants: ['ResetStation', { when, ...of }],
        hears: ['Reset', { type, ...of }],
        answer: { status },
      });
      if (transaction !== undefined && ends !== undefined) {
        const [triggerReason, stoppedReason] = ends;
        await transaction.tells('Ended', triggerReason, { stoppedReason, wh: 2000, context: 'Transaction.End' });
        await sessionHas(stage, { state: 'ended', stopReason: stoppedReason, energyMilliWh: 1_000_000 });
      }
      if (evseId === undefined) {
        await station.reconnect();
        const reason = type === 'Immediate' ? 'RemoteReset' : 'ScheduledReset';
        assert.equal((await station.boot({ reason }))['status'], 'Accepted');
        await rig.item(station, 'boots', (boot) => boot['reason'] === reason);
      }
      await status201(station, 'Available');
      await rig.connectorIs(station, 1, 'Available');
    },
  };
}

const immediately = { when: 'immediately', type: 'Immediate', ends: ['ResetCommand', 'ImmediateReset'] } as const;
const onIdle = { when: 'idle', type: 'OnIdle', status: 'Scheduled', ends: ['StopAuthorized', 'Local'] } as const;

const resets: readonly PlayedCase[] = [
  reset('B_20', 'a station without a transaction resets and boots anew', { when: 'idle', type: 'OnIdle' }),
  reset('B_21', 'a station with a transaction resets once that is over', onIdle),
  reset('B_22', 'a station with a transaction ends it and resets at once', immediately),
  reset('B_25', 'an EVSE without a transaction resets alone', { when: 'idle', type: 'OnIdle', evseId: 1 }),
  reset('B_26', 'an EVSE with a transaction resets once that is over', { ...onIdle, evseId: 1 }),
  reset('B_27', 'an EVSE with a transaction ends it and resets at once', { ...immediately, evseId: 1 }),
  commanded({
    id: 'B_25',
    title: 'a station that cannot reset an EVSE alone rejects it',
    wants: ['ResetStation', { when: 'idle', evseId: 2 }],
    hears: ['Reset', { type: 'OnIdle', evseId: 2 }],
    answer: { status: 'Rejected' },
    outcome: 'rejected',
  }),
];

const network = {
  slot: 1,
  url: 'wss://csms.example/ocpp',
  securityProfile: 1,
  messageTimeoutSeconds: 30,
  interface: 'Wired0',
};
const connectionData = {
  ocppVersion: 'OCPP20',
  ocppTransport: 'JSON',
  ocppCsmsUrl: network.url,
  messageTimeout: 30,
  securityProfile: 1,
  ocppInterface: 'Wired0',
};

function networkProfile(id: string, title: string, status: string, outcome: string): PlayedCase {
  return commanded({
    id,
    title,
    wants: ['SetNetworkProfile', network],
    hears: ['SetNetworkProfile', { configurationSlot: 1, connectionData }],
    answer: { status },
    outcome,
  });
}

export const provisioning201: readonly PlayedCase[] = [
  ...boots,
  ...variables,
  ...reports,
  ...resets,
  networkProfile('B_42', 'a network profile is taken', 'Accepted', 'accepted'),
  networkProfile('B_44', 'a network profile that the station cannot keep: failed', 'Failed', 'failed'),
  networkProfile('B_44', 'a network profile that the station refuses: rejected', 'Rejected', 'rejected'),
];
