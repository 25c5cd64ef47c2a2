// 1.6 MeterValue lists become readings: one per instant and context (1.6 7.33, 7.43).
import type { OCPP16 } from 'typed-ocpp';
import type { Reading } from '#contracts/generated/types';
import { addSample, emptyReading } from '../domain/readings.ts';
import { parseTimestamp } from '../domain/timestamps.ts';
import { orNull } from '../domain/or-null.ts';

type MeterValue = OCPP16.MeterValuesRequest['meterValue'][number];
type SampledValue = MeterValue['sampledValue'][number];

/** Readings in the order of the message. `defaultContext` serves samples that name none. */
export function readingsOf16(meterValues: readonly MeterValue[], defaultContext: string): Reading[] {
  const readings: Reading[] = [];
  for (const meterValue of meterValues) {
    const sampledAt = parseTimestamp(meterValue.timestamp);
    const first = readings.length;
    for (const sampled of meterValue.sampledValue) {
      addTo(contextReading(readings, first, sampledAt, sampled.context ?? defaultContext), sampled);
    }
  }
  return readings;
}

function contextReading(readings: Reading[], first: number, sampledAt: number | null, context: string): Reading {
  for (let i = first; i < readings.length; i++) {
    const reading = readings[i];
    if (reading?.context === context) return reading;
  }
  const reading = emptyReading(sampledAt, context);
  readings.push(reading);
  return reading;
}

function addTo(reading: Reading, sampled: SampledValue): void {
  addSample(reading, {
    measurand: sampled.measurand ?? 'Energy.Active.Import.Register',
    phase: orNull(sampled.phase),
    location: sampled.location ?? 'Outlet',
    unit: sampled.unit ?? 'Wh',
    multiplier: 0,
    value: sampled.value,
    signed:
      sampled.format === 'SignedData' ? { data: sampled.value, method: null, encoding: null, publicKey: null } : null,
  });
}
