// OCTT 2.0.1, H: reservations, used, unused, refused, cancelled.
import assert from 'node:assert/strict';
import type { PlayedCase } from '../octt-case.ts';
import { at } from '../octt-station.ts';
import {
  command,
  commanded,
  foldedSoFar,
  inSeconds,
  leavesNone,
  staged,
  type Commanding,
  type Stage,
} from './201-commanded.ts';
import { cardOf, sessionHas, status201, tokenOf, Transaction } from './201-transaction.ts';

const expiresAt = inSeconds(1800);

/** @param more what names the place, in the words of operators and of OCPP */
function reserving(reservationId: number, more: object, answered: Partial<Commanding> = {}): Commanding {
  return {
    wants: ['ReserveConnector', { reservationId, token: tokenOf('valid'), expiresAt, ...more }],
    hears: ['ReserveNow', { id: reservationId, expiryDateTime: expiresAt, idToken: cardOf('valid'), ...more }],
    ...answered,
  };
}

async function reservationIs({ rig, station }: Stage, reservationId: number, state: string) {
  return rig.item(
    station,
    'reservations',
    (each) => each['reservationId'] === reservationId && each['state'] === state,
  );
}

async function standsUsed(stage: Stage, transaction: Transaction, reservationId: number): Promise<void> {
  await sessionHas(stage, { state: 'charging', authorization: 'Accepted', reservationId });
  const { transactionId } = await reservationIs(stage, reservationId, 'used');
  assert.equal(transactionId, transaction.transactionId);
}

/** A station reserves, and something becomes of it. */
function reserved(
  id: string,
  title: string,
  { place, thereafter }: { readonly place: object; thereafter(stage: Stage, reservationId: number): Promise<void> },
): PlayedCase {
  return {
    id,
    title,
    async play(rig) {
      const stage = await staged(rig, id);
      await command(stage, reserving(21, place));
      await reservationIs(stage, 21, 'active');
      await thereafter(stage, 21);
      stage.station.assertSchemas();
    },
  };
}

async function isUsed(stage: Stage, reservationId: number): Promise<void> {
  await status201(stage.station, 'Reserved');
  await stage.rig.connectorIs(stage.station, 1, 'Reserved');
  const transaction = new Transaction(stage.station);
  const told = { card: 'valid', chargingState: 'EVConnected', more: { reservationId } } as const;
  assert.equal(await transaction.tells('Started', 'Authorized', told), 'Accepted');
  await standsUsed(stage, transaction, reservationId);
}

async function statusIsTold({ station }: Stage, reservationId: number, reservationUpdateStatus: string): Promise<void> {
  assert.deepEqual(await station.ask('ReservationStatusUpdate', { reservationId, reservationUpdateStatus }), {});
}

/** The driver's group comes as the station will compare it: as Authorize tells it. */
const ofGroup: PlayedCase = {
  id: 'H_19',
  title: 'a reservation of one card is used by another of its group',
  async play(rig) {
    const stage = await staged(rig, 'H_19');
    const { station } = stage;
    const told = await station.ask('Authorize', { idToken: cardOf('groupTwo') });
    const group = at(told, 'idTokenInfo', 'groupIdToken');
    assert.ok(group !== undefined, 'a card of a group is told its group');
    const groupToken = { uid: 'OCTT-GROUP', type: 'Central' };
    const wanted = { reservationId: 22, evseId: 1, token: tokenOf('groupOne'), groupToken, expiresAt };
    const [, payload] = reserving(22, { evseId: 1 }).hears;
    await command(stage, {
      wants: ['ReserveConnector', wanted],
      hears: ['ReserveNow', { ...payload, idToken: cardOf('groupOne'), groupIdToken: group }],
    });
    await reservationIs(stage, 22, 'active');
    await status201(station, 'Reserved');
    const transaction = new Transaction(station);
    const shown = { card: 'groupTwo', chargingState: 'EVConnected', more: { reservationId: 22 } } as const;
    assert.equal(await transaction.tells('Started', 'Authorized', shown), 'Accepted');
    await standsUsed(stage, transaction, 22);
  },
};

/** As many reservations as EVSEs: all are reserved then. */
const allReserved: PlayedCase = {
  id: 'H_14',
  title: 'as many reservations of any EVSE as there are EVSEs: the next one finds all occupied',
  async play(rig) {
    const stage = await staged(rig, 'H_14');
    for (const reservationId of [31, 32]) {
      await command(stage, reserving(reservationId, {}));
      await reservationIs(stage, reservationId, 'active');
    }
    for (const evseId of [1, 2]) await status201(stage.station, 'Reserved', evseId);
    await rig.connectorIs(stage.station, 2, 'Reserved');
    await command(
      stage,
      reserving(33, {}, { answer: { status: 'Occupied' }, outcome: 'rejected', detail: 'Occupied' }),
    );
    await foldedSoFar(stage);
    const { items } = await rig.operator.get<{ items: readonly object[] }>(
      `/v1/stations/${stage.station.stationId}/reservations`,
    );
    assert.equal(items.length, 2, 'what was refused is no reservation');
  },
};

export const reservations201: readonly PlayedCase[] = [
  reserved('H_01', 'a reserved EVSE is used by the card it was reserved for', {
    place: { evseId: 1 },
    thereafter: isUsed,
  }),
  commanded({
    id: 'H_01',
    title: 'an EVSE with a fault is not reserved',
    ...reserving(23, { evseId: 1 }, { answer: { status: 'Faulted' }, outcome: 'rejected', detail: 'Faulted' }),
    thereafter: leavesNone('reservations'),
  }),
  reserved('H_07', 'a reservation that nobody uses ends as expired', {
    place: { evseId: 1 },
    async thereafter(stage, reservationId) {
      await statusIsTold(stage, reservationId, 'Expired');
      await status201(stage.station, 'Available');
      await reservationIs(stage, reservationId, 'expired');
    },
  }),
  commanded({
    id: 'H_22',
    title: 'a station that takes no reservations refuses',
    ...reserving(24, { evseId: 1 }, { answer: { status: 'Rejected' }, outcome: 'rejected', detail: 'Rejected' }),
    thereafter: leavesNone('reservations'),
  }),
  ofGroup,
  reserved('H_08', 'any EVSE is reserved, and one is used', { place: {}, thereafter: isUsed }),
  allReserved,
  reserved('H_15', 'a connector of a type is reserved, and used', {
    place: { connectorType: 'cCCS2' },
    thereafter: isUsed,
  }),
  reserved('H_17', 'a reservation is cancelled', {
    place: { evseId: 1 },
    async thereafter(stage, reservationId) {
      await command(stage, {
        wants: ['CancelReservation', { reservationId }],
        hears: ['CancelReservation', { reservationId }],
      });
      await reservationIs(stage, reservationId, 'cancelled');
    },
  }),
  commanded({
    id: 'H_17',
    title: 'a reservation that the station does not know cannot be cancelled',
    wants: ['CancelReservation', { reservationId: 99 }],
    hears: ['CancelReservation', { reservationId: 99 }],
    answer: { status: 'Rejected' },
    outcome: 'rejected',
    detail: 'Rejected',
    thereafter: leavesNone('reservations'),
  }),
  reserved('H_20', 'an EVSE that breaks takes its reservation away', {
    place: { evseId: 1 },
    async thereafter(stage, reservationId) {
      await status201(stage.station, 'Faulted');
      await statusIsTold(stage, reservationId, 'Removed');
      await reservationIs(stage, reservationId, 'removed');
      await stage.rig.connectorIs(stage.station, 1, 'Faulted');
    },
  }),
];
