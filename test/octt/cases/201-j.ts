// OCTT 2.0.1, J: meters, by the clock and during transactions, plain and signed.
import assert from 'node:assert/strict';
import type { Reading } from '#contracts/generated/types';
import { logOf } from '../../e2e/command-platform.ts';
import type { PlayedCase } from '../octt-case.ts';
import { staged, type Stage } from './201-commanded.ts';
import { charging, meterValueOf, occupied, tells, type Step } from './201-transaction.ts';

const begin: readonly Step[] = [
  occupied,
  tells('Started', 'Authorized', { card: 'valid', chargingState: 'Charging', wh: 1000, context: 'Transaction.Begin' }),
];

/** What of the meter stands in the log. */
async function readingsOf({ rig, station }: Stage): Promise<readonly (Reading & { transactionId: string | null })[]> {
  const records = await logOf(rig.trial).recordsOf('events', station.stationId);
  return records.flatMap((record) => {
    if (record.type !== 'MeterValuesSampled') return [];
    const { readings, transactionId } = record;
    return readings.map((reading) => ({ ...reading, transactionId }));
  });
}

/** A signed register keeps its plain value, and what the meter signed beside it. */
const isKeptSigned =
  (wh: number): Step =>
  async (stage) => {
    const readings = await readingsOf(stage);
    const signed = readings.find(({ energyImportMilliWh }) => energyImportMilliWh === wh * 1000)?.others[0]?.signed;
    assert.equal(Buffer.from(signed?.data ?? '', 'base64').toString(), `OCMF|${wh}`);
    assert.deepEqual([signed?.encoding, signed?.method], ['OCMF', 'ECDSA-secp256r1-SHA256']);
  };

async function outsideTransaction(stage: Stage, signed: boolean): Promise<void> {
  const { station } = stage;
  for (const evseId of [1, 2]) {
    const meterValue = [meterValueOf(new Date().toISOString(), { wh: evseId * 7000, context: 'Sample.Clock', signed })];
    assert.deepEqual(await station.ask('MeterValues', { evseId, meterValue }), {});
  }
  const told = (await readingsOf(stage)).map(({ context, energyImportMilliWh, transactionId }) => [
    context,
    energyImportMilliWh,
    transactionId,
  ]);
  assert.deepEqual(told, [
    ['Sample.Clock', 7_000_000, null],
    ['Sample.Clock', 14_000_000, null],
  ]);
}

export const meters201: readonly PlayedCase[] = [
  {
    id: 'J_01',
    title: 'meters told by the clock, while nobody charges, are of no transaction',
    async play(rig) {
      await outsideTransaction(await staged(rig, 'J_01'), false);
    },
  },
  charging(
    'J_02',
    'a meter told by the clock during a transaction counts for its session',
    [...begin, tells('Updated', 'MeterValueClock', { chargingState: 'Charging', wh: 2500, context: 'Sample.Clock' })],
    { state: 'charging', energyMilliWh: 1_500_000 },
  ),
  charging(
    'J_03',
    'a meter told by the clock comes with the end of a transaction: the register of the end is the last one',
    [
      ...begin,
      tells('Ended', 'StopAuthorized', {
        stoppedReason: 'Local',
        more: {
          meterValue: [
            meterValueOf(new Date(Date.now() - 90_000).toISOString(), { wh: 2500, context: 'Sample.Clock' }),
            meterValueOf(new Date(Date.now() - 60_000).toISOString(), { wh: 3100, context: 'Transaction.End' }),
          ],
        },
      }),
    ],
    { state: 'ended', energyMilliWh: 2_100_000, meterStopMilliWh: 3_100_000 },
  ),
  {
    id: 'J_04',
    title: 'signed meters told by the clock are kept with their signature',
    async play(rig) {
      const stage = await staged(rig, 'J_04');
      await outsideTransaction(stage, true);
      const signatures = (await readingsOf(stage)).map(({ others }) => others[0]?.signed?.encoding);
      assert.deepEqual(signatures, ['OCMF', 'OCMF']);
    },
  },
  charging('J_07', 'the first register comes with the start', begin, {
    state: 'charging',
    evseId: 1,
    meterStartMilliWh: 1_000_000,
  }),
  charging(
    'J_08',
    'the first register comes once the EVSE is known',
    [
      tells('Started', 'Authorized', { card: 'valid', evse: null }),
      occupied,
      tells('Updated', 'CablePluggedIn', { chargingState: 'EVConnected', wh: 1200, context: 'Transaction.Begin' }),
      tells('Ended', 'StopAuthorized', { stoppedReason: 'Local', wh: 1700, context: 'Transaction.End' }),
    ],
    { state: 'ended', evseId: 1, meterStartMilliWh: 1_200_000, energyMilliWh: 500_000 },
  ),
  charging(
    'J_09',
    'registers come from time to time',
    [
      ...begin,
      tells('Updated', 'MeterValuePeriodic', { chargingState: 'Charging', wh: 1500, context: 'Sample.Periodic' }),
      tells('Updated', 'MeterValuePeriodic', { chargingState: 'Charging', wh: 1800, context: 'Sample.Periodic' }),
    ],
    { state: 'charging', energyMilliWh: 800_000 },
  ),
  charging(
    'J_10',
    'the last register comes with the end',
    [...begin, tells('Ended', 'StopAuthorized', { stoppedReason: 'Local', wh: 6500, context: 'Transaction.End' })],
    { state: 'ended', meterStopMilliWh: 6_500_000, energyMilliWh: 5_500_000 },
  ),
  charging(
    'J_11',
    'signed registers of a transaction count, and are kept with their signature',
    [
      ...begin,
      tells('Updated', 'MeterValuePeriodic', { chargingState: 'Charging', wh: 1500, signed: true }),
      tells('Ended', 'StopAuthorized', { stoppedReason: 'Local', wh: 1900, context: 'Transaction.End', signed: true }),
      isKeptSigned(1500),
      isKeptSigned(1900),
    ],
    { state: 'ended', energyMilliWh: 900_000 },
  ),
];
