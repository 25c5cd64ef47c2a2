// 2.x MeterValueType lists become readings: one per instant and context.
import type { OCPP21 } from 'typed-ocpp';
import type { Reading } from '#contracts/generated/types';
import { addSample, emptyReading } from '../domain/readings.ts';
import { parseTimestamp } from '../domain/timestamps.ts';
import { orNull } from '../domain/or-null.ts';

export type MeterValue2 = OCPP21.MeterValuesRequest['meterValue'][number];
type SampledValue2 = MeterValue2['sampledValue'][number];

/** Readings in the order of the message. */
export function readingsOf2(meterValues: readonly MeterValue2[]): Reading[] {
  const readings: Reading[] = [];
  for (const meterValue of meterValues) {
    const sampledAt = parseTimestamp(meterValue.timestamp);
    const byContext = new Map<string, Reading>();
    for (const sampled of meterValue.sampledValue) {
      const context = sampled.context ?? 'Sample.Periodic';
      const reading = byContext.get(context) ?? emptyReading(sampledAt, context);
      if (!byContext.has(context)) readings.push(reading);
      byContext.set(context, reading);
      addTo(reading, sampled);
    }
  }
  return readings;
}

function addTo(reading: Reading, sampled: SampledValue2): void {
  const plain = {
    measurand: sampled.measurand ?? 'Energy.Active.Import.Register',
    phase: orNull(sampled.phase),
    location: sampled.location ?? 'Outlet',
    unit: sampled.unitOfMeasure?.unit ?? 'Wh',
    multiplier: sampled.unitOfMeasure?.multiplier ?? 0,
    value: sampled.value,
  };
  addSample(reading, { ...plain, signed: null });
  const signed = sampled.signedMeterValue;
  if (signed === undefined) return;
  // 2.x carries the signed data beside the plain value: both are kept.
  addSample(reading, {
    ...plain,
    signed: {
      data: signed.signedMeterData,
      method: orNull(signed.signingMethod),
      encoding: signed.encodingMethod,
      publicKey: orNull(signed.publicKey),
    },
  });
}
