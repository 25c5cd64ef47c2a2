// OCTT 1.6, Reservation: reserved, used, expired, refused, cancelled.
import assert from 'node:assert/strict';
import type { PlayedCase } from '../octt-case.ts';
import { at, type OcttStation } from '../octt-station.ts';
import { cards, groupId, type Rig } from '../rig.ts';
import { ago, authorized16, start16, status16, stop16, token } from './16-parts.ts';

const reservationId = 7;
const reservation = { reservationId, evseId: 1, token, expiresAt: '2030-01-01T00:00:00Z' };

async function reserved(rig: Rig, stationId: string, more: object = {}): Promise<OcttStation> {
  const station = await rig.station(stationId, '1.6');
  assert.equal((await rig.command(station, 'ReserveConnector', { ...reservation, ...more })).outcome, 'accepted');
  await becomes(rig, station, 'active');
  return station;
}

async function becomes(rig: Rig, station: OcttStation, wanted: string): Promise<void> {
  const isIt = (item: object): boolean => at(item, 'reservationId') === reservationId && at(item, 'state') === wanted;
  await rig.item(station, 'reservations', isIt);
}

/** A reservation that the station refuses with a word: told in the outcome, and none is believed to stand. */
function refusedAs(id: string, status: string, title: string): PlayedCase {
  return {
    id,
    title,
    async play(rig) {
      const station = await rig.station(`16-${id.replace('_', '-')}`, '1.6');
      station.answers('ReserveNow', { status });
      const { outcome, detail } = await rig.command(station, 'ReserveConnector', reservation);
      assert.deepEqual([outcome, detail], ['rejected', status]);
      assert.equal((await station.heard('ReserveNow'))['connectorId'], 1);
      const page = await rig.operator.get(`/v1/stations/${station.stationId}/reservations`);
      assert.deepEqual(at(page, 'items'), []);
    },
  };
}

export const reservation16: readonly PlayedCase[] = [
  {
    id: '046',
    title: 'a reserved connector is used by its driver: the start uses the reservation up',
    async play(rig) {
      const station = await reserved(rig, '16-046');
      assert.deepEqual(await station.heard('ReserveNow'), {
        connectorId: 1,
        expiryDate: reservation.expiresAt,
        idTag: cards.valid,
        reservationId,
      });
      await status16(station, 'Reserved');
      await rig.connectorIs(station, 1, 'Reserved');
      await status16(station, 'Preparing');
      const { transactionId, status } = await start16(station, { reservationId });
      assert.equal(status, 'Accepted');
      await becomes(rig, station, 'used');
      assert.equal((await rig.session(station)).reservationId, reservationId);
      await stop16(station, transactionId);
      station.assertSchemas();
    },
  },
  {
    id: '047',
    title: 'a reservation that nobody uses expires at its time, and its connector is free again',
    async play(rig) {
      const station = await reserved(rig, '16-047', { expiresAt: ago(-4) });
      await status16(station, 'Reserved');
      await becomes(rig, station, 'expired');
      await status16(station, 'Available');
      await rig.connectorIs(station, 1, 'Available');
    },
  },
  refusedAs('048_1', 'Faulted', 'a faulted connector is not reserved'),
  refusedAs('048_2', 'Occupied', 'an occupied connector is not reserved'),
  refusedAs('048_3', 'Unavailable', 'a connector out of service is not reserved'),
  refusedAs('048_4', 'Rejected', 'a station that takes no reservations rejects it'),
  {
    id: '049',
    title: 'a whole station is reserved, and used at whichever connector',
    async play(rig) {
      const station = await reserved(rig, '16-049', { evseId: undefined });
      assert.equal((await station.heard('ReserveNow'))['connectorId'], 0);
      const { status } = await start16(station, { reservationId, connectorId: 2 });
      assert.equal(status, 'Accepted');
      await becomes(rig, station, 'used');
      assert.equal((await rig.session(station)).evseId, 2);
    },
  },
  {
    id: '051',
    title: 'a reservation is cancelled',
    async play(rig) {
      const station = await reserved(rig, '16-051');
      assert.equal((await rig.command(station, 'CancelReservation', { reservationId })).outcome, 'accepted');
      assert.deepEqual(await station.heard('CancelReservation'), { reservationId });
      await becomes(rig, station, 'cancelled');
    },
  },
  {
    id: '052',
    title: 'a reservation that the station does not know cannot be cancelled; the one that stands goes on',
    async play(rig) {
      const station = await reserved(rig, '16-052');
      station.answers('CancelReservation', { status: 'Rejected' });
      assert.equal((await rig.command(station, 'CancelReservation', { reservationId: 8 })).outcome, 'rejected');
      await becomes(rig, station, 'active');
    },
  },
  {
    id: '053',
    title: 'another card of the group uses the reservation: both are told of one parent',
    async play(rig) {
      const of = (uid: string) => ({ uid, type: 'ISO14443' });
      const group = { token: of(cards.groupOne), groupToken: { uid: groupId, type: 'Central' } };
      const station = await reserved(rig, '16-053', group);
      const { parentIdTag } = await station.heard('ReserveNow');
      assert.equal(await authorized16(station, cards.groupTwo), 'Accepted');
      const started = await start16(station, { reservationId, idTag: cards.groupTwo });
      assert.deepEqual([started.status, started.parentIdTag], ['Accepted', parentIdTag]);
      await becomes(rig, station, 'used');
    },
  },
  {
    id: '053',
    title: 'a card of the group that is blocked does not use the reservation',
    async play(rig) {
      const station = await rig.station('16-053-BLOCKED', '1.6');
      assert.equal(await authorized16(station, cards.groupBlocked), 'Blocked');
      assert.equal((await start16(station, { reservationId, idTag: cards.groupBlocked })).status, 'Blocked');
    },
  },
];
