// Every intent in every version: given parameters that the contract allows, then CALLs that the version's schemas allow, or a sentence.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Compile } from 'typebox/compile';
import { intents, isIntent, type Intent } from '#contracts/commands';
import { groupIdOf, tokenRefOf } from '#contracts/keys';
import { guardOf, type OcppVersion } from '#contracts/ocpp';
import type { IntentContext, Plan, PlanOf } from '#services/gateway/domain/intent';
import { dialects } from '#services/gateway/parts';
import { examples, type Example } from './intent-examples.ts';
import { station, tenantKey } from './support.ts';

function contextOf(version: OcppVersion): IntentContext {
  return {
    station,
    number: 4711,
    password: '0011223344556677889900112233445566778899',
    groupIdOf: ({ uid, type }) => groupIdOf(tokenRefOf(tenantKey, type, uid), version),
  };
}

function planOf(version: OcppVersion, intent: Intent, parameters: object): Plan {
  const plan = dialects[version].intents[intent] as PlanOf<Intent>;
  return plan(parameters, contextOf(version));
}

/** The CALLs of a plan as `Action payload`, each valid by its schema; or the sentence. */
function told(version: OcppVersion, intent: Intent, parameters: object): string[] {
  const plan = planOf(version, intent, parameters);
  if ('impossible' in plan) return [plan.impossible];
  return plan.calls.map(({ action, payload }) => {
    const where = `${version} ${intent} ${action}`;
    assert.equal(guardOf(version, action, 'Request')?.(payload), undefined, where);
    assert.ok(Object.hasOwn(dialects[version].calls, action), `${where} has a row for its answer`);
    return action;
  });
}

for (const intent of Object.keys(intents).filter(isIntent)) {
  test(`${intent}: in each version CALLs that it allows, or why there are none`, () => {
    const schema = Compile(intents[intent].parameters);
    const cases: readonly Example[] = examples[intent];
    for (const { parameters, ...expected } of cases) {
      assert.ok(schema.Check(parameters), `${intent} ${JSON.stringify([...schema.Errors(parameters)])}`);
      for (const version of ['1.6', '2.0.1', '2.1'] as const) {
        const words = told(version, intent, parameters);
        const wanted = expected[version];
        if (wanted instanceof RegExp) assert.match(words.join('; '), wanted, `${version} ${intent}`);
        else assert.deepEqual(words, wanted, `${version} ${intent}`);
      }
    }
  });
}

function payloadOf(version: OcppVersion, intent: Intent, parameters: object): object {
  const plan = planOf(version, intent, parameters);
  assert.ok('calls' in plan && plan.calls[0] !== undefined);
  return plan.calls[0].payload;
}

const group = { uid: 'FLEET-1', type: 'Central' };
const groupRef = tokenRefOf(tenantKey, 'Central', 'FLEET-1');

test('a group goes out as the pseudonym that stations are told everywhere', () => {
  const expiresAt = '2026-11-26T10:00:00Z';
  const token = { uid: 'CARD', type: 'ISO14443' };
  const reserve = { evseId: 1, token, groupToken: group, expiresAt, reservationId: 5 };
  assert.deepEqual(payloadOf('1.6', 'ReserveConnector', reserve), {
    connectorId: 1,
    expiryDate: expiresAt,
    idTag: 'CARD',
    parentIdTag: groupRef.slice(0, 20),
    reservationId: 5,
  });
  assert.deepEqual(payloadOf('2.0.1', 'ReserveConnector', reserve), {
    id: 5,
    expiryDateTime: expiresAt,
    evseId: 1,
    idToken: { idToken: 'CARD', type: 'ISO14443' },
    groupIdToken: { idToken: groupRef, type: 'Central' },
  });
  const start = payloadOf('2.1', 'StartCharging', { token, groupToken: group }) as { groupIdToken: unknown };
  assert.deepEqual(start.groupIdToken, { idToken: groupRef, type: 'Central' });
  const entries = [{ token, status: 'Accepted', groupToken: group }];
  const list = payloadOf('1.6', 'SendLocalList', { update: 'full', version: 2, entries });
  assert.deepEqual(list, {
    listVersion: 2,
    updateType: 'Full',
    localAuthorizationList: [{ idTag: 'CARD', idTagInfo: { status: 'Accepted', parentIdTag: groupRef.slice(0, 20) } }],
  });
});

test('a reservation without a number of its own has the command’s', () => {
  const parameters = { token: { uid: 'CARD', type: 'Central' }, expiresAt: '2026-11-26T10:00:00Z' };
  assert.equal((payloadOf('1.6', 'ReserveConnector', parameters) as { reservationId: number }).reservationId, 4711);
  assert.equal((payloadOf('2.1', 'ReserveConnector', parameters) as { id: number }).id, 4711);
});

test('an EVSE is the connector that the registry maps to it; without one, 1.6 means connector 0', () => {
  const connectorMap = [{ reportedConnectorId: 3, evseId: 1, connectorId: 2 }];
  const plan = dialects['1.6'].intents.ChangeAvailability;
  const onStation = { ...contextOf('1.6'), station: { ...station, connectorMap } };
  const connectorOf = (place: { evseId?: number; connectorId?: number }) => {
    const planned = plan({ ...place, operative: true }, onStation);
    assert.ok('calls' in planned);
    const [call] = planned.calls;
    return (call?.payload as { connectorId: number } | undefined)?.connectorId;
  };
  assert.deepEqual([connectorOf({ evseId: 1 }), connectorOf({ evseId: 2 }), connectorOf({})], [3, 2, 0]);
});

test('a raw CALL is sent as it is', () => {
  const payload = { requestedMessage: 'Heartbeat', customData: { vendorId: 'x', more: [1, null] } };
  const plan = planOf('2.0.1', 'SendCall', { action: 'TriggerMessage', payload });
  assert.deepEqual(plan, { calls: [{ action: 'TriggerMessage', payload }] });
});
