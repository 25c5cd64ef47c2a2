// OCTT 2.0.1, F: what a station does from afar: start, unlock, and tell what it is asked to tell.
import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import type { PlayedCase } from '../octt-case.ts';
import { at, type Payload } from '../octt-station.ts';
import { command, commanded, leavesNone, staged, type Stage } from './201-commanded.ts';
import {
  authorized201,
  cardOf,
  meterValueOf,
  sessionHas,
  status201,
  tokenOf,
  Transaction,
  underWay,
} from './201-transaction.ts';

type Starting = {
  readonly id: string;
  readonly title: string;
  /** From the station's answer on; `remoteStartId` is what it must repeat. */
  thereafter(stage: Stage, transaction: Transaction, remoteStartId: unknown): Promise<void>;
  before?(stage: Stage, transaction: Transaction): Promise<void>;
};

function remotelyStarted({ id, title, before, thereafter }: Starting): PlayedCase {
  return {
    id,
    title,
    async play(rig) {
      const stage = await staged(rig, id);
      const transaction = new Transaction(stage.station);
      await before?.(stage, transaction);
      const heard = await command(stage, {
        wants: ['StartCharging', { evseId: 1, token: tokenOf('valid') }],
        hears: ['RequestStartTransaction', { evseId: 1, idToken: cardOf('valid') }],
      });
      const { remoteStartId } = heard;
      assert.equal(typeof remoteStartId, 'number');
      await thereafter(stage, transaction, remoteStartId);
      await endsInSession(stage, transaction);
      stage.station.assertSchemas();
    },
  };
}

/** That the station accepted it is not all: the command tells which session came of it. */
async function endsInSession({ rig, station }: Stage, { transactionId }: Transaction): Promise<void> {
  const { sessionId } = await rig.session(station);
  await rig.shown<{ items: readonly Payload[] }>(
    `/v1/commands?stationId=${station.stationId}&intent=StartCharging`,
    ({ items }) =>
      isDeepStrictEqual(
        items.map(({ result }) => result),
        [{ kind: 'started', sessionId, transactionId }],
      ),
  );
}

const begun = { card: 'valid', wh: 1000, context: 'Transaction.Begin' } as const;

const starts: readonly PlayedCase[] = [
  remotelyStarted({
    id: 'F_01',
    title: 'the cable is in already: the transaction that runs gets its driver from afar',
    async before({ station }, transaction) {
      await status201(station, 'Occupied');
      await transaction.tells('Started', 'CablePluggedIn', { chargingState: 'EVConnected' });
    },
    async thereafter(stage, transaction, remoteStartId) {
      const told = { ...begun, remoteStartId, chargingState: 'EVConnected' };
      assert.equal(await transaction.tells('Updated', 'RemoteStart', told), 'Accepted');
      await transaction.tells('Updated', 'ChargingStateChanged', { chargingState: 'Charging' });
      const wanted = { state: 'charging', chargingState: 'Charging', authorization: 'Accepted' } as const;
      await sessionHas(stage, { ...wanted, remoteStartId: Number(remoteStartId) });
    },
  }),
  remotelyStarted({
    id: 'F_02',
    title: 'the station asks about the card of a remote start, then waits for the cable',
    async thereafter(stage, transaction, remoteStartId) {
      assert.equal(await authorized201(stage.station, 'valid'), 'Accepted');
      await startsFirst(stage, transaction, remoteStartId);
    },
  }),
  remotelyStarted({
    id: 'F_03',
    title: 'the station does not ask about the card of a remote start, and waits for the cable',
    thereafter: startsFirst,
  }),
  {
    id: 'F_01',
    title: 'a remote start that the station refuses begins nothing',
    async play(rig) {
      const stage = await staged(rig, 'F_01');
      await command(stage, {
        wants: ['StartCharging', { evseId: 1, token: tokenOf('valid') }],
        hears: ['RequestStartTransaction', { evseId: 1, idToken: cardOf('valid') }],
        answer: { status: 'Rejected', statusInfo: { reasonCode: 'EVSENotFree' } },
        outcome: 'rejected',
        detail: 'Rejected (EVSENotFree)',
      });
      await rig.hasNoSession(stage.station);
    },
  },
  remotelyStarted({
    id: 'F_04',
    title: 'nobody plugs in after a remote start: the transaction ends by itself',
    async thereafter(stage, transaction, remoteStartId) {
      assert.equal(await transaction.tells('Started', 'RemoteStart', { ...begun, remoteStartId }), 'Accepted');
      await transaction.tells('Ended', 'EVConnectTimeout', { stoppedReason: 'Timeout', wh: 1000 });
      await sessionHas(stage, { state: 'ended', stopReason: 'Timeout', remoteStartId: Number(remoteStartId) });
    },
  }),
];

async function startsFirst(stage: Stage, transaction: Transaction, remoteStartId: unknown): Promise<void> {
  assert.equal(await transaction.tells('Started', 'RemoteStart', { ...begun, remoteStartId }), 'Accepted');
  await status201(stage.station, 'Occupied');
  await transaction.tells('Updated', 'CablePluggedIn', { chargingState: 'EVConnected' });
  await transaction.tells('Updated', 'ChargingStateChanged', { chargingState: 'Charging' });
  await sessionHas(stage, { chargingState: 'Charging', remoteStartId: Number(remoteStartId) });
}

const unlocks: readonly PlayedCase[] = [
  commanded({
    id: 'F_06',
    title: 'a connector without a transaction is unlocked',
    wants: ['UnlockConnector', { evseId: 1, connectorId: 1 }],
    hears: ['UnlockConnector', { evseId: 1, connectorId: 1 }],
    answer: { status: 'Unlocked' },
    detail: 'Unlocked',
  }),
  commanded({
    id: 'F_06',
    title: 'a connector that does not open is told as failed',
    wants: ['UnlockConnector', { evseId: 2, connectorId: 1 }],
    hears: ['UnlockConnector', { evseId: 2, connectorId: 1 }],
    answer: { status: 'UnlockFailed' },
    outcome: 'failed',
    detail: 'UnlockFailed',
  }),
  commanded({
    id: 'F_06',
    title: 'a connector with a transaction stays locked',
    wants: ['UnlockConnector', { evseId: 1, connectorId: 1 }],
    hears: ['UnlockConnector', { evseId: 1, connectorId: 1 }],
    answer: { status: 'OngoingAuthorizedTransaction' },
    outcome: 'rejected',
    detail: 'OngoingAuthorizedTransaction',
  }),
];

type Triggering = {
  readonly id: string;
  readonly title: string;
  readonly message: string;
  readonly place?: { readonly evseId: number; readonly connectorId?: number };
  thereafter(stage: Stage): Promise<void>;
};

function triggered({ id, title, message, place, thereafter }: Triggering): PlayedCase {
  const evse = place === undefined ? {} : { evse: evseOf(place) };
  return commanded({
    id,
    title,
    wants: ['TriggerMessage', { message, ...place }],
    hears: ['TriggerMessage', { requestedMessage: message, ...evse }],
    thereafter,
  });
}

function evseOf({ evseId, connectorId }: { readonly evseId: number; readonly connectorId?: number }): object {
  return connectorId === undefined ? { id: evseId } : { id: evseId, connectorId };
}

const now = (): string => new Date().toISOString();
const triggeredValue = (wh: number): object => meterValueOf(now(), { wh, context: 'Trigger' });

async function tellsMeter({ station }: Stage, evseIds: readonly number[]): Promise<void> {
  for (const evseId of evseIds)
    assert.deepEqual(await station.ask('MeterValues', { evseId, meterValue: [triggeredValue(evseId * 1000)] }), {});
}

/** What a trigger makes a station tell of a transaction that runs. */
function transactionTriggered(id: string, title: string, place: Triggering['place']): PlayedCase {
  return {
    id,
    title,
    async play(rig) {
      const stage = await staged(rig, id);
      const transaction = await underWay(stage);
      await command(stage, {
        wants: ['TriggerMessage', { message: 'TransactionEvent', ...place }],
        hears: [
          'TriggerMessage',
          { requestedMessage: 'TransactionEvent', ...(place === undefined ? {} : { evse: evseOf(place) }) },
        ],
      });
      await transaction.tells('Updated', 'Trigger', { chargingState: 'Charging', wh: 4000, context: 'Trigger' });
      await sessionHas(stage, { state: 'charging', energyMilliWh: 3_000_000 });
    },
  };
}

const triggers: readonly PlayedCase[] = [
  triggered({
    id: 'F_11',
    title: 'one EVSE tells its meter when asked',
    message: 'MeterValues',
    place: { evseId: 1 },
    thereafter: (stage) => tellsMeter(stage, [1]),
  }),
  triggered({
    id: 'F_12',
    title: 'all EVSEs tell their meters when asked',
    message: 'MeterValues',
    thereafter: (stage) => tellsMeter(stage, [1, 2]),
  }),
  transactionTriggered('F_13', 'one EVSE tells of its transaction when asked', { evseId: 1 }),
  transactionTriggered('F_14', 'all EVSEs tell of their transactions when asked', undefined),
  triggered({
    id: 'F_15',
    title: 'a station that uploads no log says so when asked',
    message: 'LogStatusNotification',
    async thereafter(stage) {
      assert.deepEqual(await stage.station.ask('LogStatusNotification', { status: 'Idle' }), {});
      await leavesNone('log-jobs')(stage);
    },
  }),
  triggered({
    id: 'F_18',
    title: 'a station that installs no firmware says so when asked',
    message: 'FirmwareStatusNotification',
    async thereafter(stage) {
      assert.deepEqual(await stage.station.ask('FirmwareStatusNotification', { status: 'Idle' }), {});
      await leavesNone('firmware-jobs')(stage);
    },
  }),
  commanded({
    id: 'F_20',
    title: 'a station that refuses to tell anything is told as refusing',
    wants: ['TriggerMessage', { message: 'Heartbeat' }],
    hears: ['TriggerMessage', { requestedMessage: 'Heartbeat' }],
    answer: { status: 'Rejected' },
    outcome: 'rejected',
    detail: 'Rejected',
  }),
  triggered({
    id: 'F_20',
    title: 'a station that is asked for a heartbeat is told the time',
    message: 'Heartbeat',
    async thereafter({ station }) {
      const currentTime = at(await station.ask('Heartbeat', {}), 'currentTime');
      assert.ok(Math.abs(Date.parse(String(currentTime)) - Date.now()) < 60_000);
    },
  }),
  triggered({
    id: 'F_23',
    title: 'a connector tells that it is free when asked',
    message: 'StatusNotification',
    place: { evseId: 1, connectorId: 1 },
    async thereafter({ rig, station }) {
      await status201(station, 'Available');
      await rig.connectorIs(station, 1, 'Available');
    },
  }),
  triggered({
    id: 'F_24',
    title: 'a connector tells that it is occupied when asked',
    message: 'StatusNotification',
    place: { evseId: 1, connectorId: 1 },
    async thereafter({ rig, station }) {
      await status201(station, 'Occupied');
      await rig.connectorIs(station, 1, 'Occupied');
    },
  }),
  commanded({
    id: 'F_27',
    title: 'a message that the station does not know is told to the operator as not supported',
    wants: ['TriggerMessage', { message: 'SignCombinedCertificate' }],
    hears: ['TriggerMessage', { requestedMessage: 'SignCombinedCertificate' }],
    answer: { status: 'NotImplemented' },
    outcome: 'notSupported',
    detail: 'NotImplemented',
  }),
];

export const remote201: readonly PlayedCase[] = [...starts, ...unlocks, ...triggers];
