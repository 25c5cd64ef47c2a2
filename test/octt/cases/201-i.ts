// OCTT 2.0.1, I: what charging costs, shown to the driver.
import type { OcttCase } from '../octt-case.ts';
import { command, staged } from './201-commanded.ts';
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
    whyNot:
      'the answer to the last event of a transaction carries no totalCost: the price is decided from the log, after the end is in it',
  },
];

async function told(stage: Parameters<typeof underWay>[0]) {
  const transaction = await underWay(stage);
  const meters = async (wh: number): Promise<void> => {
    await transaction.tells('Updated', 'MeterValuePeriodic', { chargingState: 'Charging', wh });
  };
  return { transactionId: transaction.transactionId, meters };
}
