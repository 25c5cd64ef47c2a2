// OCTT 1.6, Core: boots, sessions at a station, and cards that may not charge.
import assert from 'node:assert/strict';
import type { PlayedCase } from '../octt-case.ts';
import { at } from '../octt-station.ts';
import { cards } from '../rig.ts';
import { ago, authorized16, charging16, meter16, refusedCard16, start16, status16, stop16 } from './16-parts.ts';

export const core16: readonly PlayedCase[] = [
  {
    id: '001',
    title: 'a cold boot is accepted with an interval and the time; the connectors that it tells are shown',
    async play(rig) {
      const station = await rig.connected('16-001', '1.6');
      const boot = await station.boot({ firmwareVersion: '1.0', chargePointSerialNumber: 'S-1' });
      assert.equal(boot['status'], 'Accepted');
      assert.ok(Number(boot['interval']) > 0);
      assert.ok(Math.abs(Date.parse(String(boot['currentTime'])) - Date.now()) < 60_000);
      await status16(station, 'Available', { connectorId: 0 });
      await status16(station, 'Available');
      await status16(station, 'Available', { connectorId: 2 });
      assert.ok(at(await station.ask('Heartbeat', {}), 'currentTime') !== undefined);
      await rig.connectorIs(station, 2, 'Available');
      station.assertSchemas();
    },
  },
  {
    id: '001',
    title: 'a station that the operator does not want is Rejected, and served nothing',
    async play(rig) {
      const station = await rig.connected('16-001-REJECTED', '1.6', { value: { bootPolicy: 'reject' } });
      assert.equal((await station.boot())['status'], 'Rejected');
      assert.equal(await station.refused('Authorize', { idTag: cards.valid }), 'SecurityError');
    },
  },
  {
    id: '003',
    title: 'plugged in first, then authorised: the session is charged from its first to its last register',
    async play(rig) {
      const station = await rig.station('16-003', '1.6');
      await status16(station, 'Preparing');
      assert.equal(await authorized16(station, cards.valid), 'Accepted');
      const { transactionId, status } = await start16(station);
      assert.equal(status, 'Accepted');
      await status16(station, 'Charging');
      await meter16(station, transactionId, 3000);
      assert.equal((await rig.session(station)).state, 'charging');
      assert.equal(await stop16(station, transactionId, { idTag: cards.valid, reason: 'Local' }), 'Accepted');
      await status16(station, 'Finishing');
      await status16(station, 'Available');
      const session = await rig.session(station, ({ state }) => state === 'ended');
      assert.deepEqual([session.energyMilliWh, session.flags], [5_000_000, []]);
      await rig.connectorIs(station, 1, 'Available');
    },
  },
  {
    id: '004_1',
    title: 'authorised first, then plugged in: one session, by the card that was shown',
    async play(rig) {
      const station = await rig.station('16-004-1', '1.6');
      assert.equal(await authorized16(station, cards.valid), 'Accepted');
      const transactionId = await charging16(station);
      const session = await rig.session(station, ({ state }) => state === 'charging');
      assert.deepEqual([session.transactionId, session.authorization], [String(transactionId), 'Accepted']);
    },
  },
  {
    id: '004_2',
    title: 'authorised, and nobody plugs in in time: the connector is free again and there is no session',
    async play(rig) {
      const station = await rig.station('16-004-2', '1.6');
      assert.equal(await authorized16(station, cards.valid), 'Accepted');
      await status16(station, 'Preparing');
      await rig.connectorIs(station, 1, 'Preparing');
      await status16(station, 'Available');
      await rig.connectorIs(station, 1, 'Available');
      await rig.hasNoSession(station);
    },
  },
  {
    id: '005_1',
    title: 'the cable is pulled at the car: the session ends with that reason',
    async play(rig) {
      const station = await rig.station('16-005-1', '1.6');
      const transactionId = await charging16(station);
      await status16(station, 'SuspendedEV');
      await rig.connectorIs(station, 1, 'SuspendedEV');
      await stop16(station, transactionId, { reason: 'EVDisconnected' });
      await status16(station, 'Finishing');
      const session = await rig.session(station, ({ state }) => state === 'ended');
      assert.deepEqual([session.stopReason, session.energyMilliWh], ['EVDisconnected', 5_000_000]);
    },
  },
  {
    id: '007',
    title: 'a station that knows the card starts without asking: the start itself is judged',
    async play(rig) {
      const station = await rig.station('16-007', '1.6');
      const transactionId = await charging16(station);
      const session = await rig.session(station);
      assert.deepEqual([session.transactionId, session.authorization], [String(transactionId), 'Accepted']);
    },
  },
  {
    id: '023_1',
    title: 'a card that nobody knows is Invalid, also where it starts; the refused start is recorded',
    play: (rig) => refusedCard16(rig, '16-023-1', cards.unknown, 'Invalid'),
  },
  {
    id: '023_2',
    title: 'a card past its date is Expired, also where it starts; the refused start is recorded',
    play: (rig) => refusedCard16(rig, '16-023-2', cards.expired, 'Expired'),
  },
  {
    id: '023_3',
    title: 'a blocked card is Blocked, also where it starts; the refused start is recorded',
    play: (rig) => refusedCard16(rig, '16-023-3', cards.blocked, 'Blocked'),
  },
  {
    id: '024',
    title: 'the plug does not lock: the connector is faulted with its error, and there is no session',
    async play(rig) {
      const station = await rig.station('16-024', '1.6');
      assert.equal(await authorized16(station, cards.valid), 'Accepted');
      await status16(station, 'Faulted', { errorCode: 'ConnectorLockFailure' });
      const connector = await rig.connectorIs(station, 1, 'Faulted');
      assert.equal(connector['errorCode'], 'ConnectorLockFailure');
      await rig.hasNoSession(station);
    },
  },
  {
    id: '032_1',
    title: 'after a loss of power the station ends its transaction itself: the session has the reason',
    async play(rig) {
      const station = await rig.station('16-032-1', '1.6');
      const transactionId = await charging16(station);
      await station.reconnect();
      assert.equal((await station.boot())['status'], 'Accepted');
      await stop16(station, transactionId, { reason: 'PowerLoss', meterStop: 2000 });
      await status16(station, 'Available');
      const session = await rig.session(station, ({ state }) => state === 'ended');
      assert.deepEqual([session.stopReason, session.energyMilliWh], ['PowerLoss', 1_000_000]);
    },
  },
  {
    id: '037_1',
    title: 'a start from the time without a connection is accepted later, with its own time',
    async play(rig) {
      const station = await rig.station('16-037-1', '1.6');
      await station.reconnect();
      const timestamp = ago(600);
      assert.equal((await start16(station, { timestamp })).status, 'Accepted');
      await status16(station, 'Charging');
      const session = await rig.session(station);
      assert.equal(session.startedAt, timestamp);
    },
  },
  {
    id: '037_3',
    title:
      'a start from the time without a connection, by a card that is invalid: answered Invalid with an id, and stopped by the station',
    async play(rig) {
      const station = await rig.station('16-037-3', '1.6');
      await station.reconnect();
      const { transactionId, status } = await start16(station, { idTag: cards.unknown, timestamp: ago(600) });
      assert.equal(status, 'Invalid');
      await stop16(station, transactionId, { reason: 'DeAuthorized', meterStop: 1000 });
      const session = await rig.session(station, ({ state }) => state === 'ended');
      assert.deepEqual([session.authorization, session.stopReason], ['Invalid', 'DeAuthorized']);
    },
  },
  {
    id: '039',
    title: 'a whole transaction from the time without a connection is one session, and so it is when it is sent again',
    async play(rig) {
      const station = await rig.station('16-039', '1.6');
      await station.reconnect();
      const timestamp = ago(900);
      const { transactionId } = await start16(station, { timestamp });
      await stop16(station, transactionId, { timestamp: ago(300), idTag: cards.valid });
      assert.equal((await start16(station, { timestamp })).transactionId, transactionId);
      const session = await rig.session(station, ({ state }) => state === 'ended');
      assert.deepEqual([session.startedAt, session.energyMilliWh], [timestamp, 5_000_000]);
    },
  },
];
