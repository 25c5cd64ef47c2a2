// Answers about several things at once: what they mean together.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { calls201 } from '#services/gateway/ocpp2/calls201';

const written = (...attributeStatus: ('Accepted' | 'Rejected' | 'RebootRequired' | 'UnknownVariable')[]) =>
  calls201.SetVariables.outcome(
    {
      setVariableResult: attributeStatus.map((status, index) => ({
        attributeStatus: status,
        component: { name: 'ChargingStation' },
        variable: { name: `V${index}` },
      })) as never,
    },
    { setVariableData: [] },
  );

test('written variables tell which needs a reboot and which was refused', () => {
  assert.deepEqual(written('Accepted', 'Accepted'), { outcome: 'accepted', detail: null });
  assert.deepEqual(written('Accepted', 'RebootRequired'), { outcome: 'accepted', detail: 'V1: RebootRequired' });
  assert.deepEqual(written('RebootRequired', 'Accepted', 'UnknownVariable'), {
    outcome: 'rejected',
    detail: 'V0: RebootRequired, V2: UnknownVariable',
  });
});
