// OCTT 2.0.1, N: what a station watches in itself, and the events it tells of it.
import assert from 'node:assert/strict';
import type { PlayedCase } from '../octt-case.ts';
import { at, type Payload } from '../octt-station.ts';
import { command, commanded, foldedSoFar, leavesNone, staged, type Commanding, type Stage } from './201-commanded.ts';

const component = { name: 'EVSE', evse: { id: 1 } } as const;
const variable = { name: 'Power' } as const;
const named = { component: 'EVSE', evseId: 1, variable: 'Power' } as const;
const now = (): string => new Date().toISOString();

type Monitor = { readonly type?: string; readonly value?: number; readonly severity?: number };

function settingOf(
  { type = 'UpperThreshold', value = 22_000, severity = 4 }: Monitor,
  status = 'Accepted',
): Commanding {
  const result = { status, type, component, variable, severity, ...(status === 'Accepted' ? { id: 8 } : {}) };
  return {
    wants: ['SetMonitors', { monitors: [{ ...named, type, value, severity }] }],
    hears: ['SetVariableMonitoring', { setMonitoringData: [{ value, type, severity, component, variable }] }],
    answer: { setMonitoringResult: [result] },
    ...(status === 'Accepted' ? {} : { outcome: 'rejected', detail: `Power: ${status}` }),
  };
}

async function monitorsAre({ rig, station }: Stage, ids: readonly number[]): Promise<void> {
  await rig.shown<{ items: readonly Payload[] }>(
    `/v1/stations/${station.stationId}/monitors`,
    ({ items }) => String(items.map((each) => each['monitorId'])) === String(ids),
  );
}

/** @param alarmed whether the monitor has an alarm that stands */
async function monitorIs({ rig, station }: Stage, alarmed: boolean): Promise<void> {
  await rig.item(station, 'monitors', (each) => each['monitorId'] === 8 && (each['alarm'] !== null) === alarmed);
}

/** Two parts; the monitors are shown once both are there. */
async function reports({ station }: Stage, requestId: unknown): Promise<void> {
  const variableMonitoring = (id: number): object[] => [
    { id, transaction: false, value: 22_000, type: 'UpperThreshold', severity: 4 },
  ];
  const part = (seqNo: number, name: string): object => ({
    requestId,
    seqNo,
    tbc: seqNo === 0,
    generatedAt: now(),
    monitor: [{ component, variable: { name }, variableMonitoring: variableMonitoring(8 + seqNo) }],
  });
  assert.deepEqual(await station.ask('NotifyMonitoringReport', part(0, 'Power')), {});
  assert.deepEqual(await station.ask('NotifyMonitoringReport', part(1, 'Temperature')), {});
}

function reported(id: string, title: string, [wants, hears]: readonly [object, object]): PlayedCase {
  return commanded({
    id,
    title: `a station reports its monitors, in parts: ${title}`,
    wants: ['ReadMonitors', wants],
    hears: ['GetMonitoringReport', hears],
    async thereafter(stage, { requestId }) {
      await reports(stage, requestId);
      await monitorsAre(stage, [8, 9]);
    },
  });
}

const criteria = ['ThresholdMonitoring', 'DeltaMonitoring'] as const;
const ofPower = { component, variable };
const ofConnectors = { component: { name: 'Connector', evse: { id: 1, connectorId: 1 } } };
const namedConnectors = { component: 'Connector', evseId: 1, connectorId: 1 };

const readings: readonly PlayedCase[] = [
  reported('N_01', 'by their kind', [{ criteria }, { monitoringCriteria: criteria }]),
  reported('N_02', 'of a variable', [{ variables: [named] }, { componentVariable: [ofPower] }]),
  reported('N_03', 'by their kind, of a variable', [
    { criteria, variables: [named] },
    { monitoringCriteria: criteria, componentVariable: [ofPower] },
  ]),
  reported('N_47', 'all of them', [{}, {}]),
  reported('N_60', 'by their kind, of several components', [
    { criteria, variables: [named, namedConnectors] },
    { monitoringCriteria: criteria, componentVariable: [ofPower, ofConnectors] },
  ]),
  {
    id: 'N_47',
    title: 'a station without monitors says so: what we knew of any is over',
    async play(rig) {
      const stage = await staged(rig, 'N_47');
      await command(stage, settingOf({}));
      await monitorsAre(stage, [8]);
      await command(stage, {
        wants: ['ReadMonitors', {}],
        hears: ['GetMonitoringReport', {}],
        answer: { status: 'EmptyResultSet' },
        detail: 'EmptyResultSet',
      });
      await monitorsAre(stage, []);
    },
  },
];

const settings: readonly PlayedCase[] = [
  ...(['All', 'FactoryDefault', 'HardWiredOnly'] as const).map((base) =>
    commanded({
      id: 'N_05',
      title: `a station watches what it is told to: ${base}`,
      wants: ['SetMonitoringBase', { base }],
      hears: ['SetMonitoringBase', { monitoringBase: base }],
    }),
  ),
  commanded({
    id: 'N_08',
    title: 'a monitor is set, and shown under the number that the station gave it',
    ...settingOf({}),
    thereafter: (stage) => monitorsAre(stage, [8]),
  }),
  commanded({
    id: 'N_08',
    title: 'a monitor that the station refuses is not shown',
    ...settingOf({}, 'UnknownVariable'),
    thereafter: leavesNone('monitors'),
  }),
  commanded({
    id: 'N_24',
    title: 'a variable is told every minute',
    ...settingOf({ type: 'Periodic', value: 60, severity: 8 }),
    async thereafter(stage) {
      await monitorsAre(stage, [8]);
      await tells(stage, { eventId: 1, trigger: 'Periodic', actualValue: '11000', variableMonitoringId: 8 });
      await eventIs(stage, 1, { trigger: 'Periodic', value: '11000', monitorId: 8 });
    },
  }),
  commanded({
    id: 'N_16',
    title: 'a station tells only what is as severe as it is told to',
    wants: ['SetMonitoringLevel', { severity: 4 }],
    hears: ['SetMonitoringLevel', { severity: 4 }],
  }),
  commanded({
    id: 'N_17',
    title: 'a station that does not take a severity refuses it',
    wants: ['SetMonitoringLevel', { severity: 9 }],
    hears: ['SetMonitoringLevel', { severity: 9 }],
    answer: { status: 'Rejected' },
    outcome: 'rejected',
    detail: 'Rejected',
  }),
  {
    id: 'N_17',
    title: 'a severity that OCPP does not have reaches no station',
    async play(rig) {
      const { station } = await staged(rig, 'N_17');
      const body = JSON.stringify({ intent: 'SetMonitoringLevel', parameters: { severity: 10 } });
      const path = `/v1/stations/${station.stationId}/commands`;
      assert.equal((await rig.operator.raw(path, { method: 'POST', body })).status, 400);
      assert.equal(station.count('SetMonitoringLevel'), 0);
    },
  },
];

function clearing(id: string, title: string, status: string, left: readonly number[]): PlayedCase {
  return {
    id,
    title,
    async play(rig) {
      const stage = await staged(rig, id);
      await command(stage, settingOf({}));
      await monitorsAre(stage, [8]);
      await command(stage, {
        wants: ['ClearMonitors', { monitorIds: [8] }],
        hears: ['ClearVariableMonitoring', { id: [8] }],
        answer: { clearMonitoringResult: [{ id: 8, status }] },
        ...(status === 'Accepted' ? {} : { outcome: 'rejected', detail: `8: ${status}` }),
      });
      await foldedSoFar(stage);
      await monitorsAre(stage, left);
    },
  };
}

async function tells({ station }: Stage, event: object): Promise<void> {
  const eventData = [{ timestamp: now(), eventNotificationType: 'CustomMonitor', component, variable, ...event }];
  assert.deepEqual(await station.ask('NotifyEvent', { generatedAt: now(), seqNo: 0, tbc: false, eventData }), {});
}

async function eventIs({ rig, station }: Stage, eventId: number, fields: object): Promise<void> {
  const event = await rig.item(station, 'device-events', (each) => each['eventId'] === eventId);
  for (const [name, value] of Object.entries(fields)) assert.equal(at(event, name), value, name);
}

const events: readonly PlayedCase[] = [
  {
    id: 'N_21',
    title: 'a monitor that the station brought along raises an alert',
    async play(rig) {
      const stage = await staged(rig, 'N_21');
      const eventNotificationType = 'HardWiredMonitor';
      await tells(stage, {
        eventId: 3,
        trigger: 'Alerting',
        actualValue: '95',
        eventNotificationType,
        variableMonitoringId: 2,
        techCode: 'T-95',
      });
      const expected = { trigger: 'Alerting', value: '95', notificationType: eventNotificationType, techCode: 'T-95' };
      await eventIs(stage, 3, { ...expected, monitorId: 2, component: 'EVSE', variable: 'Power' });
    },
  },
  ...(['UpperThreshold', 'LowerThreshold'] as const).map((type) => ({
    id: 'N_49',
    title: `an alarm that a boot cleared is over: ${type}`,
    async play(rig: Stage['rig']) {
      const stage = await staged(rig, 'N_49');
      await command(stage, settingOf({ type }));
      await tells(stage, { eventId: 4, trigger: 'Alerting', actualValue: '23000', variableMonitoringId: 8 });
      await monitorIs(stage, true);
      await stage.station.boot({ reason: 'RemoteReset' });
      await tells(stage, {
        eventId: 5,
        trigger: 'Alerting',
        actualValue: '0',
        variableMonitoringId: 8,
        cleared: true,
      });
      await monitorIs(stage, false);
      await eventIs(stage, 5, { cleared: true });
    },
  })),
  {
    id: 'N_50',
    title: 'a value told from time to time is an event, and no alarm',
    async play(rig) {
      const stage = await staged(rig, 'N_50');
      await command(stage, settingOf({ type: 'PeriodicClockAligned', value: 900, severity: 8 }));
      for (const eventId of [6, 7])
        await tells(stage, { eventId, trigger: 'Periodic', actualValue: `${eventId}`, variableMonitoringId: 8 });
      await eventIs(stage, 7, { trigger: 'Periodic', value: '7', monitorId: 8 });
      await monitorIs(stage, false);
    },
  },
];

export const monitors201: readonly PlayedCase[] = [
  ...readings,
  ...settings,
  clearing('N_18', 'a monitor is cleared', 'Accepted', []),
  clearing('N_44', 'a monitor that the station brought along cannot be cleared', 'Rejected', [8]),
  ...events,
];
