// Readings that ClickHouse has against those that stations sent: none missing, none beyond a session's registers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatUuid, reportedIdOf } from '#contracts/keys';
import { auditReadings, type StoredReadings } from '#load-tests/fleet/audit-readings';
import { identityOf } from '#load-tests/fleet/identities';
import { modelTo, readModel, type FleetModel } from '#load-tests/fleet/model';
import { messageOf, sessionOf } from '#test/load-tests/fleet/messages';

const station = identityOf('A', 'seed', 1);

/** A session from 5,000 to 7,000 Wh with two readings. */
function charged(lies: boolean): FleetModel {
  const lines: string[] = [];
  const model = modelTo((line) => lines.push(line));
  const session = sessionOf({ transactionId: '4711' });
  const start = messageOf('started', { session });
  model.offered(station, start, lies);
  model.acknowledged(station, start);
  for (let count = 0; count < 2; count++) model.acknowledged(station, messageOf('metered', { session }));
  const end = messageOf('ended', { session, registerMilliWh: 7_000_000 });
  model.offered(station, end, lies);
  model.acknowledged(station, end);
  return readModel(lines);
}

async function differences(found: Partial<StoredReadings>, lies = false): Promise<readonly string[]> {
  const reportedId = formatUuid(reportedIdOf('default', station.stationId, '4711'));
  const row = {
    stationId: station.stationId,
    reportedId,
    readings: 2,
    firstMilliWh: 5_000_000,
    lastMilliWh: 7_000_000,
  };
  const audit = await auditReadings(charged(lies), 'default', async () => [{ ...row, ...found }]);
  return audit.differences.map(({ kind }) => kind);
}

test('all readings within the registers of their session are as they should be', async () => {
  assert.deepEqual(await differences({}), []);
});

test('a reading that is missing, and a register before the start or after the stop, is found', async () => {
  assert.deepEqual(await differences({ readings: 1 }), ['readings-missing']);
  assert.deepEqual(await differences({ firstMilliWh: 4_999_999 }), ['energy-differs']);
  assert.deepEqual(await differences({ lastMilliWh: 7_000_001 }), ['energy-differs']);
});

test('a station that calls kWh Wh has its readings stored as it told them: none may be missing', async () => {
  assert.deepEqual(await differences({ firstMilliWh: 5_000, lastMilliWh: 7_000 }, true), []);
  assert.deepEqual(await differences({ readings: 1 }, true), ['readings-missing']);
});
