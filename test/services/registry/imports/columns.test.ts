import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namedRows } from '#kit/rows/cells';
import { csvRows } from '#kit/rows/csv';
import { stationColumns, tokenColumns } from '#services/registry/imports/columns';

test('a cell becomes what its column wants; an empty one says nothing', () => {
  const { rows, faults } = namedRows(
    csvRows('stationId,enabled,heartbeatSeconds,evses,vendor\nS-1,no,60,2,\nS-2,maybe,often,,V'),
    stationColumns,
  );
  assert.deepEqual(faults, []);
  assert.deepEqual(rows, [
    {
      line: 2,
      fields: { stationId: 'S-1', enabled: false, heartbeatSeconds: 60, evses: [{ evseId: 1 }, { evseId: 2 }] },
    },
    { line: 3, fields: { stationId: 'S-2', enabled: 'maybe', heartbeatSeconds: 'often', vendor: 'V' } },
  ]);
  const tokens = namedRows(csvRows('uid,locationIds\n0012,a; b'), tokenColumns);
  assert.deepEqual(tokens.rows[0]?.fields, { uid: '0012', locationIds: ['a', 'b'] }, 'a card keeps its zeros');
});
