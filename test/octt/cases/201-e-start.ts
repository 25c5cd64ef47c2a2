// OCTT 2.0.1, E: how transactions start.
import type { PlayedCase } from '../octt-case.ts';
import assert from 'node:assert/strict';
import { staged } from './201-commanded.ts';
import { authorizes, charging, occupied, status201, tells, Transaction } from './201-transaction.ts';

const pluggedIn = { chargingState: 'EVConnected' } as const;
const charges = tells('Updated', 'ChargingStateChanged', { chargingState: 'Charging' });
const isCharging = { state: 'charging', chargingState: 'Charging', authorization: 'Accepted' } as const;

export const starts201: readonly PlayedCase[] = [
  charging(
    'E_01',
    'a transaction that starts once the power path is closed has its driver and its first register',
    [
      occupied,
      authorizes(),
      tells('Started', 'ChargingStateChanged', {
        card: 'valid',
        chargingState: 'EVConnected',
        wh: 1000,
        context: 'Transaction.Begin',
      }),
      charges,
    ],
    { ...isCharging, meterStartMilliWh: 1_000_000 },
  ),
  charging(
    'E_02',
    'a transaction that starts with the flow of energy is a session that charges from its first event on',
    [
      occupied,
      authorizes(),
      tells('Started', 'ChargingStateChanged', {
        card: 'valid',
        chargingState: 'Charging',
        wh: 1000,
        context: 'Transaction.Begin',
      }),
    ],
    { ...isCharging, meterStartMilliWh: 1_000_000 },
  ),
  charging(
    'E_03',
    'the cable first, the card later: the session has both',
    [
      occupied,
      tells('Started', 'CablePluggedIn', pluggedIn),
      authorizes(),
      tells('Updated', 'Authorized', { card: 'valid', ...pluggedIn }),
      charges,
    ],
    isCharging,
  ),
  charging(
    'E_04',
    'the card first, the cable later: it is one session',
    [
      authorizes(),
      tells('Started', 'Authorized', { card: 'valid' }),
      occupied,
      tells('Updated', 'CablePluggedIn', pluggedIn),
      charges,
    ],
    isCharging,
  ),
  charging(
    'E_09',
    'a transaction that starts with the cable has no driver until a card is shown',
    [occupied, tells('Started', 'CablePluggedIn', pluggedIn)],
    { state: 'charging', chargingState: 'EVConnected', authorization: null, tokenRef: null },
  ),
  charging(
    'E_10',
    'a transaction that starts with a card needs no place yet',
    [authorizes(), tells('Started', 'Authorized', { card: 'valid', evse: null })],
    { state: 'charging', authorization: 'Accepted', evseId: null },
  ),
  charging(
    'E_11',
    'a transaction that starts with signed data is taken, signature and all',
    [
      occupied,
      authorizes(),
      tells('Started', 'SignedDataReceived', {
        card: 'valid',
        ...pluggedIn,
        wh: 1000,
        context: 'Transaction.Begin',
        signed: true,
      }),
      charges,
    ],
    { ...isCharging, meterStartMilliWh: 1_000_000 },
  ),
  charging(
    'E_12',
    'a transaction that starts with a car in the bay charges later',
    [
      tells('Started', 'EVDetected'),
      occupied,
      tells('Updated', 'CablePluggedIn', pluggedIn),
      authorizes(),
      tells('Updated', 'Authorized', { card: 'valid', ...pluggedIn }),
      charges,
    ],
    isCharging,
  ),
  charging(
    'E_38',
    'a car that is not ready suspends the session, which charges when the car is',
    [
      occupied,
      authorizes(),
      tells('Started', 'Authorized', { card: 'valid', ...pluggedIn }),
      tells('Updated', 'ChargingStateChanged', { chargingState: 'SuspendedEV' }),
      async ({ rig, station }) => {
        await rig.session(station, ({ chargingState }) => chargingState === 'SuspendedEV');
      },
      charges,
    ],
    isCharging,
  ),
  {
    id: 'E_53',
    title: 'each transaction may begin again with sequence number 0',
    async play(rig) {
      const { station } = await staged(rig, 'E_53');
      for (const number of [1, 2]) {
        const transaction = new Transaction(station, { number });
        await status201(station, 'Occupied');
        const began = { card: 'valid', wh: 1000, context: 'Transaction.Begin' } as const;
        assert.equal(await transaction.tells('Started', 'Authorized', began), 'Accepted');
        const ended = { stoppedReason: 'Local', wh: 1000 + number, context: 'Transaction.End' };
        await transaction.tells('Ended', 'StopAuthorized', ended);
      }
      type Found = { items: readonly { transactionId: string; state: string; energyMilliWh: number | null }[] };
      const { items } = await rig.shown<Found>(
        `/v1/sessions?stationId=${station.stationId}`,
        (page) => page.items.length === 2 && page.items.every(({ state }) => state === 'ended'),
      );
      const energies = items.map(({ energyMilliWh }) => energyMilliWh ?? 0);
      assert.deepEqual(
        energies.toSorted((one, other) => one - other),
        [1000, 2000],
      );
    },
  },
];
