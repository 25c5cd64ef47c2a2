// What quirky stations do to a message before they send it: small, and each as somebody has seen it in the field.
import { fieldOf, isoOf, listOf, textOf } from '#load-tests/fleet/payload';
import type { Outgoing } from '#load-tests/fleet/rpc';

type Sample = Readonly<Record<string, unknown>>;

const wordsTooLong = 'with a very long name that no specification allows and no data sheet mentions';

export function numbersForTexts(outgoing: Outgoing): Outgoing {
  return withSamples(outgoing, (sample) => ({ ...sample, value: Number(sample['value']) }));
}

export function meterValueAsObject(outgoing: Outgoing): Outgoing {
  const [first, ...more] = listOf(outgoing.payload, 'meterValue');
  if (first === undefined || more.length > 0) return outgoing;
  return { ...outgoing, payload: { ...outgoing.payload, meterValue: first } };
}

export function withoutZone(outgoing: Outgoing): Outgoing {
  const bare = (key: string, value: unknown): unknown =>
    key === 'timestamp' && typeof value === 'string' ? value.replace(/Z$/, '') : value;
  return { ...outgoing, payload: JSON.parse(JSON.stringify(outgoing.payload, bare)) as object };
}

export function longTexts(outgoing: Outgoing): Outgoing {
  const { action, payload } = outgoing;
  if (action === 'BootNotification')
    return {
      action,
      payload: { ...payload, chargePointModel: `${textOf(payload, 'chargePointModel')} ${wordsTooLong}` },
    };
  if (action === 'StatusNotification')
    return { action, payload: { ...payload, info: `${wordsTooLong}, ${wordsTooLong}` } };
  return outgoing;
}

export function unknownWords(outgoing: Outgoing): Outgoing {
  const { action, payload } = outgoing;
  if (action === 'StatusNotification') return { action, payload: { ...payload, errorCode: 'Error' } };
  return withSamples(outgoing, (sample) => ({ ...sample, context: 'Sample.Regular' }));
}

export function emptyLists(outgoing: Outgoing): Outgoing {
  const { action, payload } = outgoing;
  if (action === 'BootNotification') return { action, payload: { ...payload, iccid: '', imsi: '', meterType: '' } };
  if (action === 'StopTransaction' && fieldOf(payload, 'transactionData') === undefined)
    return { action, payload: { ...payload, transactionData: [] } };
  return outgoing;
}

/** The value is in kWh, and the unit says Wh. */
export function kilowattHoursAsWattHours(outgoing: Outgoing): Outgoing {
  return withSamples(outgoing, (sample) => {
    if (sample['unit'] !== 'Wh' && sample['unit'] !== 'kWh') return sample;
    const value = sample['unit'] === 'kWh' ? sample['value'] : String(Number(sample['value']) / 1000);
    return { ...sample, unit: 'Wh', value };
  });
}

/** Readings of the station as a whole, though nobody charges. */
export function idleReadings(atMs: number): Outgoing {
  const sampledValue = [
    { value: '230.1', measurand: 'Voltage', unit: 'V' },
    { value: '41', measurand: 'Temperature', unit: 'Celsius' },
  ];
  return { action: 'MeterValues', payload: { connectorId: 0, meterValue: [{ timestamp: isoOf(atMs), sampledValue }] } };
}

/** The end of a transaction that nobody has begun: free charging. */
export function strayStop(atMs: number): Outgoing {
  return {
    action: 'StopTransaction',
    payload: { transactionId: 0, meterStop: 4711, timestamp: isoOf(atMs), reason: 'Local' },
  };
}

function withSamples(outgoing: Outgoing, change: (sample: Sample) => Sample): Outgoing {
  const { action, payload } = outgoing;
  const field = action === 'StopTransaction' ? 'transactionData' : 'meterValue';
  const values = listOf(payload, field);
  if (values.length === 0) return outgoing;
  const changed = values.map((value) => ({
    ...(value as object),
    sampledValue: listOf(value, 'sampledValue').map((sample) => change(sample as Sample)),
  }));
  return { action, payload: { ...payload, [field]: changed } };
}
