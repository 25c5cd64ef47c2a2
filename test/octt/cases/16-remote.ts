// OCTT 1.6, Core and RemoteTrigger: what an operator asks a station to do, and how it refuses.
import assert from 'node:assert/strict';
import type { PlayedCase } from '../octt-case.ts';
import type { OcttStation } from '../octt-station.ts';
import { cards, type Rig } from '../rig.ts';
import { ago, authorized16, charging16, meter16, start16, status16, stop16, token } from './16-parts.ts';

async function remotelyStarted(rig: Rig, station: OcttStation): Promise<void> {
  const command = await rig.command(station, 'StartCharging', { evseId: 1, token });
  assert.equal(command.outcome, 'accepted');
  assert.deepEqual(await station.heard('RemoteStartTransaction'), { connectorId: 1, idTag: cards.valid });
}

export const remote16: readonly PlayedCase[] = [
  {
    id: '010',
    title: 'plugged in, then started by an operator: accepted, authorised, charging',
    async play(rig) {
      const station = await rig.station('16-010', '1.6');
      await status16(station, 'Preparing');
      await remotelyStarted(rig, station);
      assert.equal(await authorized16(station, cards.valid), 'Accepted');
      await charging16(station);
      assert.equal((await rig.session(station)).state, 'charging');
      station.assertSchemas();
    },
  },
  {
    id: '011_1',
    title: 'started by an operator, then plugged in: charging',
    async play(rig) {
      const station = await rig.station('16-011-1', '1.6');
      await status16(station, 'Available');
      await remotelyStarted(rig, station);
      await charging16(station);
      assert.equal((await rig.session(station)).state, 'charging');
    },
  },
  {
    id: '011_2',
    title: 'started by an operator, and nobody plugs in in time: the connector is free again and there is no session',
    async play(rig) {
      const station = await rig.station('16-011-2', '1.6');
      await remotelyStarted(rig, station);
      await status16(station, 'Preparing');
      await rig.connectorIs(station, 1, 'Preparing');
      await status16(station, 'Available');
      await rig.connectorIs(station, 1, 'Available');
      await rig.hasNoSession(station);
    },
  },
  {
    id: '012',
    title: 'stopped by an operator: the station is told its own transaction, and ends it as Remote',
    async play(rig) {
      const station = await rig.station('16-012', '1.6');
      const transactionId = await charging16(station);
      const { outcome } = await rig.command(station, 'StopCharging', { transactionId: String(transactionId) });
      assert.equal(outcome, 'accepted');
      assert.deepEqual(await station.heard('RemoteStopTransaction'), { transactionId });
      await stop16(station, transactionId, { reason: 'Remote' });
      await status16(station, 'Finishing');
      assert.equal((await rig.session(station, ({ state }) => state === 'ended')).stopReason, 'Remote');
    },
  },
  {
    id: '013',
    title: 'a hard reset ends the transaction by HardReset, and the station boots anew',
    play: (rig) => reset(rig, '16-013', { when: 'immediately', type: 'Hard' }),
  },
  {
    id: '014',
    title: 'a soft reset ends the transaction by SoftReset, and the station boots anew',
    play: (rig) => reset(rig, '16-014', { when: 'idle', type: 'Soft' }),
  },
  {
    id: '017_1',
    title: 'a plug without a session is unlocked',
    async play(rig) {
      const station = await rig.station('16-017-1', '1.6');
      await unlocked(rig, station, 'Unlocked', 'accepted');
    },
  },
  {
    id: '017_2',
    title: 'a fixed cable cannot be unlocked: the outcome says notSupported',
    async play(rig) {
      const station = await rig.station('16-017-2', '1.6');
      await unlocked(rig, station, 'NotSupported', 'notSupported');
    },
  },
  {
    id: '018_1',
    title: 'a plug is unlocked while it charges: the session ends by UnlockCommand',
    async play(rig) {
      const station = await rig.station('16-018-1', '1.6');
      const transactionId = await charging16(station);
      await unlocked(rig, station, 'Unlocked', 'accepted');
      await stop16(station, transactionId, { reason: 'UnlockCommand' });
      assert.equal((await rig.session(station, ({ state }) => state === 'ended')).stopReason, 'UnlockCommand');
    },
  },
  {
    id: '026',
    title: 'a station refuses to start: the outcome says rejected, and there is no session',
    async play(rig) {
      const station = await rig.station('16-026', '1.6');
      station.answers('RemoteStartTransaction', { status: 'Rejected' });
      const { outcome } = await rig.command(station, 'StartCharging', { evseId: 1, token });
      assert.equal(outcome, 'rejected');
      await rig.hasNoSession(station);
    },
  },
  {
    id: '026',
    title: 'a station that leaves without answering to a start: the outcome is unknown, and nothing is sent again',
    async play(rig) {
      const station = await rig.station('16-026-SILENT', '1.6');
      station.answersWith('RemoteStartTransaction', 'silence');
      const { commandId } = await rig.order(station, 'StartCharging', { evseId: 1, token });
      await station.heard('RemoteStartTransaction');
      await station.reconnect();
      assert.equal((await rig.completed(commandId)).outcome, 'unknown');
      assert.equal(station.count('RemoteStartTransaction'), 0);
    },
  },
  {
    id: '028',
    title: 'a stop of a transaction that the station does not have is rejected, and the session goes on',
    async play(rig) {
      const station = await rig.station('16-028', '1.6');
      const transactionId = await charging16(station);
      station.answers('RemoteStopTransaction', (request) => ({
        status: request['transactionId'] === transactionId ? 'Accepted' : 'Rejected',
      }));
      const other = String(transactionId === 1 ? 2 : transactionId - 1);
      assert.equal((await rig.command(station, 'StopCharging', { transactionId: other })).outcome, 'rejected');
      assert.equal((await rig.session(station)).state, 'charging');
    },
  },
  {
    id: '030',
    title: 'a plug that does not come free: the outcome says failed',
    async play(rig) {
      const station = await rig.station('16-030', '1.6');
      await unlocked(rig, station, 'UnlockFailed', 'failed');
    },
  },
  {
    id: '031',
    title: 'a connector that the station does not have cannot be unlocked',
    async play(rig) {
      const station = await rig.station('16-031', '1.6');
      station.answers('UnlockConnector', { status: 'NotSupported' });
      const { outcome, detail } = await rig.command(station, 'UnlockConnector', { evseId: 9 });
      assert.deepEqual([outcome, detail], ['notSupported', 'NotSupported']);
      assert.deepEqual(await station.heard('UnlockConnector'), { connectorId: 9 });
    },
  },
  {
    id: '061',
    title: 'a cache of cards is cleared',
    async play(rig) {
      const station = await rig.station('16-061', '1.6');
      assert.equal((await rig.command(station, 'ClearCache')).outcome, 'accepted');
      assert.deepEqual(await station.heard('ClearCache'), {});
    },
  },
  {
    id: '061',
    title: 'a station that has no cache rejects it',
    async play(rig) {
      const station = await rig.station('16-061-REJECTED', '1.6');
      station.answers('ClearCache', { status: 'Rejected' });
      assert.equal((await rig.command(station, 'ClearCache')).outcome, 'rejected');
    },
  },
  {
    id: '064',
    title: 'data for a vendor goes to the station as it was given; an unknown vendor is rejected',
    async play(rig) {
      const station = await rig.station('16-064', '1.6');
      station.answers('DataTransfer', ({ vendorId }) => ({
        status: vendorId === 'org.octt' ? 'Accepted' : 'UnknownVendorId',
      }));
      const data = { vendorId: 'org.octt', messageId: 'm', data: 'text' };
      assert.equal((await rig.command(station, 'DataTransfer', data)).outcome, 'accepted');
      assert.deepEqual(await station.heard('DataTransfer'), data);
      const other = await rig.command(station, 'DataTransfer', { vendorId: 'org.other' });
      assert.deepEqual([other.outcome, other.detail], ['rejected', 'UnknownVendorId']);
    },
  },
  {
    id: '054',
    title: 'each message that 1.6 can trigger is triggered, and served when it comes',
    play: triggered,
  },
  {
    id: '055',
    title: 'a trigger is rejected, or is of a message that the station does not have',
    async play(rig) {
      const station = await rig.station('16-055', '1.6');
      station.answers('TriggerMessage', ({ requestedMessage }) => ({
        status: requestedMessage === 'MeterValues' ? 'Rejected' : 'NotImplemented',
      }));
      const meters = await rig.command(station, 'TriggerMessage', { message: 'MeterValues', evseId: 1 });
      assert.equal(meters.outcome, 'rejected');
      const other = await rig.command(station, 'TriggerMessage', { message: 'DiagnosticsStatusNotification' });
      assert.equal(other.outcome, 'notSupported');
    },
  },
];

async function unlocked(rig: Rig, station: OcttStation, status: string, wanted: string): Promise<void> {
  station.answers('UnlockConnector', { status });
  const { outcome } = await rig.command(station, 'UnlockConnector', { evseId: 1 });
  assert.equal(outcome, wanted);
  assert.deepEqual(await station.heard('UnlockConnector'), { connectorId: 1 });
}

async function reset(rig: Rig, stationId: string, { when, type }: { when: string; type: string }): Promise<void> {
  const station = await rig.station(stationId, '1.6');
  const transactionId = await charging16(station);
  assert.equal((await rig.command(station, 'ResetStation', { when })).outcome, 'accepted');
  assert.deepEqual(await station.heard('Reset'), { type });
  await stop16(station, transactionId, { reason: `${type}Reset` });
  await station.reconnect();
  assert.equal((await station.boot())['status'], 'Accepted');
  await status16(station, 'Available');
  assert.equal((await rig.session(station, ({ state }) => state === 'ended')).stopReason, `${type}Reset`);
  await rig.item(station, 'connections', ({ endedAt }) => endedAt === null);
  await rig.connectorIs(station, 1, 'Available');
}

async function triggered(rig: Rig): Promise<void> {
  const station = await rig.station('16-054', '1.6');
  const { transactionId } = await start16(station, { timestamp: ago(120) });
  const sent: Readonly<Record<string, () => Promise<unknown>>> = {
    MeterValues: () => meter16(station, transactionId, 2000),
    Heartbeat: () => station.ask('Heartbeat', {}),
    StatusNotification: () => status16(station, 'Charging'),
    DiagnosticsStatusNotification: () => station.ask('DiagnosticsStatusNotification', { status: 'Idle' }),
    FirmwareStatusNotification: () => station.ask('FirmwareStatusNotification', { status: 'Idle' }),
    BootNotification: () => station.boot(),
  };
  for (const [message, send] of Object.entries(sent)) {
    const { outcome } = await rig.command(station, 'TriggerMessage', { message });
    assert.equal(outcome, 'accepted', message);
    assert.deepEqual(await station.heard('TriggerMessage'), { requestedMessage: message });
    await send();
  }
  await rig.connectorIs(station, 1, 'Charging');
  await rig.session(station, ({ energyMilliWh }) => energyMilliWh === 1_000_000);
  station.assertSchemas();
}
