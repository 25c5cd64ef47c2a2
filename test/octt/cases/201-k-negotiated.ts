// OCTT 2.0.1, K15 to K17: a car and we agree on a schedule over ISO 15118.
import assert from 'node:assert/strict';
import type { PlayedCase } from '../octt-case.ts';
import { at } from '../octt-station.ts';
import { inSeconds, staged, type Stage } from './201-commanded.ts';
import { profilesAre, set } from './201-profiles.ts';
import { sessionHas, underWay, type Transaction } from './201-transaction.ts';

type Negotiating = Stage & { readonly transaction: Transaction };
type Move = (negotiating: Negotiating) => Promise<void>;

/** What the car needs; a schedule takes time, until then it charges. */
const needs: Move = async ({ station }) => {
  const chargingNeeds = {
    requestedEnergyTransfer: 'DC',
    departureTime: inSeconds(7200),
    dcChargingParameters: { evMaxCurrent: 200, evMaxVoltage: 800, energyAmount: 40_000, stateOfCharge: 30 },
  };
  const answer = await station.ask('NotifyEVChargingNeeds', { evseId: 1, maxScheduleTuples: 3, chargingNeeds });
  assert.equal(answer['status'], 'Processing');
};

/** Schedules for the car to choose from. */
const offers =
  (limit: number): Move =>
  async (negotiating) => {
    const { transactionId } = negotiating.transaction;
    const profile = { profileId: 801, purpose: 'TxProfile', transactionId, limit, schedules: 3 };
    await set(negotiating, profile, 1);
    const limits = (item: object): readonly unknown[] =>
      [0, 1, 2].map((index) => at(item, 'schedules', index, 'chargingSchedulePeriod', 0, 'limit'));
    await negotiating.rig.item(negotiating.station, 'charging-profiles', (item) =>
      limits(item).every((each) => each === limit),
    );
    await profilesAre(negotiating, [801]);
  };

/** What the car will draw. */
const chooses =
  (limit: number): Move =>
  async ({ station }) => {
    const chargingSchedulePeriod = [{ startPeriod: 0, limit }];
    const answer = await station.ask('NotifyEVChargingSchedule', {
      timeBase: inSeconds(0),
      evseId: 1,
      chargingSchedule: { id: 1, duration: 3600, chargingRateUnit: 'A', chargingSchedulePeriod },
    });
    assert.equal(answer['status'], 'Accepted');
  };

const renegotiated: Move = async (negotiating) => {
  await negotiating.transaction.tells('Updated', 'ChargingStateChanged', { chargingState: 'Charging', wh: 1500 });
  await sessionHas(negotiating, { state: 'charging', energyMilliWh: 500_000 });
};

function negotiated(id: string, title: string, moves: readonly Move[]): PlayedCase {
  return {
    id,
    title,
    async play(rig) {
      const stage = await staged(rig, id);
      const transaction = await underWay(stage);
      for (const move of moves) await move({ ...stage, transaction });
      await renegotiated({ ...stage, transaction });
      stage.station.assertSchemas();
    },
  };
}

export const negotiations201: readonly PlayedCase[] = [
  negotiated('K_53', 'a car says what it needs, is offered schedules, and says what it will draw', [
    needs,
    offers(120),
    chooses(100),
  ]),
  negotiated('K_55', 'a car that will draw more than it may is offered schedules again', [
    needs,
    offers(120),
    chooses(150),
    offers(110),
    chooses(110),
  ]),
  negotiated('K_57', 'a car that needs something else asks again, and is offered schedules anew', [
    needs,
    offers(120),
    chooses(100),
    needs,
    offers(60),
    chooses(60),
  ]),
  negotiated('K_58', 'we offer schedules anew, and the car says what it will draw now', [
    needs,
    offers(120),
    chooses(100),
    offers(40),
    chooses(40),
  ]),
  negotiated('K_59', 'we offer schedules anew, and the car says first what it needs now', [
    needs,
    offers(120),
    chooses(100),
    offers(40),
    needs,
    offers(80),
    chooses(80),
  ]),
];
