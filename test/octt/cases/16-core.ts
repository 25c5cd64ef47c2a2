// OCTT 1.6, Core: boots, sessions, and cards that may not charge.
import assert from 'node:assert/strict';
import type { PlayedCase } from '../octt-case.ts';
import { at } from '../octt-station.ts';
import { cards } from '../rig.ts';
import { authorized16, meter16, start16, status16, stop16 } from './16-parts.ts';

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
];
