// What a session says, on the wire: identity and version by the event it comes from, whole state, readings told once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeRecord } from '#contracts/codec';
import { partitionOf } from '#contracts/keys';
import { topicsFor } from '#contracts/topics';
import { recordOf } from '#services/sessions/emissions';
import { kwhOf } from '#services/sessions/api/session-view';
import { readingsPendingMax, updateEveryMs } from '#services/sessions/domain/emission';
import { Station, minuteMs, noon, only, register, spoken, told } from './station-tale.ts';

const topics = topicsFor(24);
const place = { source: topics.events, target: topics.sessions, generation: 2 };

test('an emission is a function of its event: id, version, key and partition', () => {
  const station = new Station();
  const tale = told([station.started16({}), station.ended16({ at: noon + minuteMs, meterStop: 4_000 })], undefined, 7);
  const [, ended] = tale.emissions;
  assert.ok(ended !== undefined);
  const { partition, record } = recordOf(ended, { partition: 3, offset: 8 }, place);
  const key = `acme/${only(tale).sessionId}`;
  assert.deepEqual([record.key, record.type, partition], [key, 'SessionEnded', partitionOf(key, 24)]);
  const said = decodeRecord(record.value ?? Buffer.alloc(0));
  assert.ok(said.type === 'SessionEnded');
  assert.deepEqual(
    [said.eventId, said.generation, said.sourcePartition, said.sourceOffset, said.recordedAt],
    ['charging.events.v1/3/8', 2, 3, 8, noon + minuteMs],
  );
  assert.deepEqual(
    [said.phase, said.endedAt, said.meterStartMilliWh, said.meterStopMilliWh, said.energyMilliWh, said.flags],
    ['ended', noon + minuteMs, 1_000_000, 4_000_000, 3_000_000, []],
  );
  assert.deepEqual(recordOf(ended, { partition: 3, offset: 8 }, place), { partition, record });
});

test('where one event makes two sessions speak, the second has an id of its own', () => {
  const station = new Station();
  const tale = told([
    station.started16({ transactionId: '1' }),
    station.started16({ transactionId: '2', at: noon + minuteMs, meterStart: 2_000 }),
  ]);
  const ids = tale.emissions.slice(1).map((emission) => {
    const said = decodeRecord(recordOf(emission, { partition: 0, offset: 1 }, place).record.value ?? Buffer.alloc(0));
    return 'eventId' in said ? said.eventId : '';
  });
  assert.deepEqual(ids, ['charging.events.v1/0/1', 'charging.events.v1/0/1/1']);
});

test('a running session says how it goes once a minute of the gateway, with the readings since', () => {
  const station = new Station();
  const reading = (seconds: number) =>
    station.metered({ recordedAt: noon + seconds * 1_000, readings: [register(seconds / 60, 1_000 + seconds)] });
  const tale = told([station.started16({}), reading(20), reading(40), reading(60), reading(90), reading(119)]);
  assert.equal(updateEveryMs, minuteMs);
  assert.deepEqual(spoken(tale), ['SessionStarted', 'SessionUpdated']);
  assert.equal(tale.emissions[1]?.readings.length, 3);
  assert.equal(only(tale).pending.length, 2);
});

test('a backlog does not wait for the minute: the readings that a session keeps are bounded', () => {
  const station = new Station();
  const start = station.started16({ at: noon - 300 * minuteMs, recordedAt: noon });
  const backlog = Array.from({ length: readingsPendingMax + 10 }, (_, n) =>
    station.metered({ recordedAt: noon, readings: [register(n - 300, 1_000 + n)] }),
  );
  const tale = told([start, ...backlog]);
  assert.deepEqual(
    tale.emissions.map(({ readings }) => readings.length),
    [0, readingsPendingMax],
  );
  assert.equal(only(tale).pending.length, 10);
});

test('currents of phases are told as their sum, as tariffs restrict it', () => {
  const station = new Station();
  const phases = { currentL1MilliA: 16_000, currentL2MilliA: 15_000, currentL3MilliA: null, sampledAt: noon };
  const tale = told([station.started16({}), station.metered({ readings: [phases] })]);
  assert.deepEqual(only(tale).pending, [
    { at: noon, energyMilliWh: null, powerMilliW: null, currentMilliA: 31_000, chargingState: null },
  ]);
});

test('kWh are exact decimals', () => {
  assert.deepEqual([0, 1, 5_021_000, 1_000_000, 12_345_678].map(kwhOf), ['0', '0.000001', '5.021', '1', '12.345678']);
});
