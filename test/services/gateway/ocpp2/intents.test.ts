// Operators' intents in the words of OCPP 2.0.1: what the station's answer means.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { intents201 } from '#services/gateway/ocpp2/intents';

const written = (...attributeStatus: ('Accepted' | 'Rejected' | 'RebootRequired' | 'UnknownVariable')[]) =>
  intents201.WriteConfiguration.outcome({
    setVariableResult: attributeStatus.map((status, index) => ({
      attributeStatus: status,
      component: { name: 'ChargingStation' },
      variable: { name: `V${index}` },
    })) as never,
  });

test('written variables tell which needs a reboot and which was refused', () => {
  assert.deepEqual(written('Accepted', 'Accepted'), { outcome: 'accepted', detail: null });
  assert.deepEqual(written('Accepted', 'RebootRequired'), { outcome: 'accepted', detail: 'V1: RebootRequired' });
  assert.deepEqual(written('RebootRequired', 'Accepted', 'UnknownVariable'), {
    outcome: 'rejected',
    detail: 'V0: RebootRequired, V2: UnknownVariable',
  });
});
