// OCTT 2.0.1, I: what charging costs, shown to the driver.
import assert from 'node:assert/strict';
import type { Page } from '../../e2e/operator-client.ts';
import type { OcttCase } from '../octt-case.ts';
import type { OcttStation } from '../octt-station.ts';
import type { Rig } from '../rig.ts';
import { command, staged, type Stage } from './201-commanded.ts';
import { underWay } from './201-transaction.ts';

export const costs201: readonly OcttCase[] = [
  {
    id: 'I_01',
    title: 'a driver is told what it costs so far, more than once',
    async play(rig) {
      const stage = await staged(rig, 'I_01');
      const { transactionId, ...transaction } = await told(stage);
      for (const [wh, totalCost] of [
        [2000, '0.55'],
        [3000, '1.1'],
      ] as const) {
        await transaction.meters(wh);
        await command(stage, {
          wants: ['TellCost', { transactionId, totalCost }],
          hears: ['CostUpdated', { transactionId, totalCost: Number(totalCost) }],
          answer: {},
        });
      }
    },
  },
  {
    id: 'I_02',
    title: 'the answer to the end of a transaction tells its total cost, and the bill says the same',
    async play(rig) {
      const station = await rig.station('201-I-02', '2.0.1', { value: { costsShown: true } });
      await priced(rig, station);
      const end = await endOf({ rig, station });
      // 0.50 + 2 · 0.40, and 19 %
      assert.equal((await station.ask('TransactionEvent', end))['totalCost'], 1.55);
      const { items } = await rig.shown<Page<{ totalInclVat: string }>>(
        `/v1/cdrs?stationId=${station.stationId}`,
        (page) => page.items.length > 0,
      );
      assert.deepEqual(
        items.map(({ totalInclVat }) => totalInclVat),
        ['1.55'],
      );
      // A station that was not answered, wherever it comes back to, says it again: the total that is billed by then.
      assert.equal((await station.ask('TransactionEvent', end))['totalCost'], 1.55);
      station.assertSchemas();
    },
  },
  {
    id: 'I_02',
    title: 'where costs are not shown the answer to the end of a transaction tells none',
    async play(rig) {
      const station = await rig.station('201-I-02-HIDDEN', '2.0.1');
      await priced(rig, station);
      assert.deepEqual(await station.ask('TransactionEvent', await endOf({ rig, station })), {});
    },
  },
];

/** The station has a tariff of its own. */
async function priced(rig: Rig, { stationId }: OcttStation): Promise<void> {
  const vat = '19';
  const priceComponents = [
    { type: 'FLAT', price: '0.50', vat },
    { type: 'ENERGY', price: '0.40', vat },
  ];
  const tariff = { tariffId: stationId, partyId: 'DE-CSM', currency: 'EUR', elements: [{ priceComponents }] };
  await rig.operator.post('/v1/tariffs', tariff);
  await rig.operator.post('/v1/tariff-assignments', { assignmentId: stationId, tariffId: stationId, stationId });
}

/** A driver charges 2 kWh, from now on: what priced the place before now is not this case's. What the station says at the end. */
async function endOf(stage: Stage): Promise<object> {
  const transaction = await underWay(stage, { beganAt: Date.now() });
  const told = { wh: 3000, context: 'Transaction.End', stoppedReason: 'EVDisconnected' };
  return transaction.event('Ended', 'EVCommunicationLost', told);
}

async function told(stage: Parameters<typeof underWay>[0]) {
  const transaction = await underWay(stage);
  const meters = async (wh: number): Promise<void> => {
    await transaction.tells('Updated', 'MeterValuePeriodic', { chargingState: 'Charging', wh });
  };
  return { transactionId: transaction.transactionId, meters };
}
