// OCPP clients that we did not write charge on the whole platform; session and readings agree to the Wh.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { RPCClient } from 'ocpp-rpc';
import { startTrial, type Trial } from '#load-tests/bench/trial';
import { subprotocols, type FleetVersion, type StationIdentity } from '#load-tests/fleet/identities';
import { clickhouse, eventually, operatorOf, type Operator, type Page, type Session } from './operator-client.ts';
import { chargeWithPython } from './python-client.ts';

let trial: Trial;
let operator: Operator;

before(async () => {
  trial = await startTrial();
  operator = operatorOf(trial);
});
after(() => trial.close());

function identity(stationId: string, version: FleetVersion): StationIdentity {
  return {
    stationId,
    version,
    password: `password-of-${stationId}-0123456789abcdef`,
    evses: 1,
    tokens: [{ uid: `04${stationId.replaceAll(/\D/g, '')}AB`, type: 'ISO14443' }],
  };
}

async function client(station: StationIdentity): Promise<RPCClient> {
  const rpc = new RPCClient({
    endpoint: trial.urls.ocpp,
    identity: station.stationId,
    password: station.password,
    protocols: [subprotocols[station.version]],
    // Its 2.1 schemas bear names (`urn:…Request`) that its own client does not look for: there only we validate.
    strictMode: station.version !== '2.1',
    reconnect: false,
  });
  await rpc.connect();
  return rpc;
}

async function endedSession(stationId: string): Promise<Session> {
  return eventually(`ended session of ${stationId}`, async () => {
    const { items } = await operator.get<Page<Session>>(`/v1/sessions?stationId=${stationId}`);
    assert.ok(items.length <= 1, `one transaction, ${items.length} sessions`);
    return items.find(({ state }) => state === 'ended');
  });
}

/** Last register minus first of a session, in Wh, as an analyst sees it. */
async function energyInClickHouse(stationId: string): Promise<{ readings: number; wh: number }> {
  return eventually(`readings of ${stationId}`, async () => {
    const [row] = await clickhouse<{ readings: string; wh: number }>(
      trial,
      `SELECT count() AS readings, toFloat64(max(energy_wh) - min(energy_wh)) AS wh FROM chargestream.meter_readings WHERE station_id = '${stationId}' AND energy_wh IS NOT NULL`,
    );
    return row === undefined || Number(row.readings) < 3 ? undefined : { readings: Number(row.readings), wh: row.wh };
  });
}

test('a 1.6 station of npm ocpp-rpc boots, authorises, charges and stops', async () => {
  const station = identity('RPC-16', '1.6');
  const [token] = station.tokens;
  assert.ok(token !== undefined);
  await operator.register([station]);
  const rpc = await eventually('connects', () => client(station));
  const boot = await rpc.call('BootNotification', { chargePointVendor: 'Foreign', chargePointModel: 'RPC' });
  assert.equal(boot['status'], 'Accepted');
  await rpc.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Preparing' });
  const authorized = await rpc.call('Authorize', { idTag: token.uid });
  assert.deepEqual(authorized['idTagInfo'], { status: 'Accepted' });
  const startedAt = Date.now() - 60_000;
  const at = (seconds: number): string => new Date(startedAt + seconds * 1000).toISOString();
  const start = { connectorId: 1, idTag: token.uid, meterStart: 10_000, timestamp: at(0) };
  const { transactionId } = await rpc.call('StartTransaction', start);
  assert.deepEqual(
    (await rpc.call('StartTransaction', start))['transactionId'],
    transactionId,
    'a repeat gets the same id',
  );
  for (const [seconds, wh] of [
    [0, 10_000],
    [20, 10_900],
    [40, 11_850],
  ] as const) {
    await rpc.call('MeterValues', {
      connectorId: 1,
      transactionId,
      meterValue: [
        {
          timestamp: at(seconds),
          sampledValue: [{ value: String(wh) }, { value: '7400', measurand: 'Power.Active.Import', unit: 'W' }],
        },
      ],
    });
  }
  const end = [{ timestamp: at(60), sampledValue: [{ value: '12345', context: 'Transaction.End' }] }];
  await rpc.call('StopTransaction', {
    transactionId,
    idTag: token.uid,
    meterStop: 12_345,
    timestamp: at(60),
    transactionData: end,
  });
  const session = await endedSession(station.stationId);
  assert.equal(session.energyMilliWh, 2_345_000);
  assert.equal(session.transactionId, String(transactionId));
  assert.deepEqual(await energyInClickHouse(station.stationId), { readings: 4, wh: 2345 });
  await rpc.close();
});

for (const version of ['2.0.1', '2.1'] as const)
  test(`a ${version} station of npm ocpp-rpc is started by the operator, charges, and the outcome comes back`, () =>
    chargesWhenAsked(version));

async function chargesWhenAsked(version: FleetVersion): Promise<void> {
  const station = identity(`RPC-${version.replaceAll('.', '')}`, version);
  const [token] = station.tokens;
  assert.ok(token !== undefined);
  await operator.register([station]);
  const rpc = await eventually('connects', () => client(station));
  let requested: { remoteStartId: number; idToken: object } | undefined;
  rpc.handle('RequestStartTransaction', ({ params }) => {
    requested = params as typeof requested;
    return { status: 'Accepted' };
  });
  const boot = await rpc.call('BootNotification', {
    reason: 'PowerUp',
    chargingStation: { vendorName: 'Foreign', model: 'RPC' },
  });
  assert.equal(boot['status'], 'Accepted');
  const command = await eventually('the command is done', async () => {
    const done = await operator.post<{ outcome: string | null }>(
      `/v1/stations/${station.stationId}/commands?waitSeconds=10`,
      {
        intent: 'StartCharging',
        parameters: { evseId: 1, token: { uid: token.uid, type: token.type } },
      },
    );
    return done.outcome === 'accepted' ? done : undefined;
  });
  assert.equal(command.outcome, 'accepted');
  assert.ok(requested !== undefined && requested.remoteStartId > 0);
  const startedAt = Date.now() - 60_000;
  const at = (seconds: number): string => new Date(startedAt + seconds * 1000).toISOString();
  const event = (
    eventType: string,
    seqNo: number,
    sample: { value: number; context: string },
    more: object,
  ): Promise<object> =>
    rpc.call('TransactionEvent', {
      eventType,
      timestamp: at(seqNo * 20),
      triggerReason: 'RemoteStart',
      seqNo,
      evse: { id: 1, connectorId: 1 },
      transactionInfo: { transactionId: 'foreign-tx-1', remoteStartId: requested?.remoteStartId },
      meterValue: [{ timestamp: at(seqNo * 20), sampledValue: [sample] }],
      ...more,
    });
  const started = await event(
    'Started',
    0,
    { value: 500, context: 'Transaction.Begin' },
    {
      idToken: { idToken: token.uid, type: token.type },
    },
  );
  assert.deepEqual(started, { idTokenInfo: { status: 'Accepted' } });
  await event('Updated', 1, { value: 800, context: 'Sample.Periodic' }, {});
  await event('Ended', 2, { value: 1234, context: 'Transaction.End' }, {});
  const session = await endedSession(station.stationId);
  assert.equal(session.energyMilliWh, 734_000);
  assert.deepEqual(await energyInClickHouse(station.stationId), { readings: 3, wh: 734 });
  await rpc.close();
}

test('a 1.6 station answers a remote start, a reset and a configuration read', async () => {
  const station = identity('RPC-17', '1.6');
  await operator.register([station]);
  const rpc = await eventually('connects', () => client(station));
  rpc.handle('RemoteStartTransaction', () => ({ status: 'Rejected' }));
  rpc.handle('GetConfiguration', () => ({
    configurationKey: [{ key: 'HeartbeatInterval', readonly: false, value: '300' }],
    unknownKey: ['Nope'],
  }));
  await rpc.call('BootNotification', { chargePointVendor: 'Foreign', chargePointModel: 'RPC' });
  const command = (intent: string, parameters: object) =>
    operator.post<{ outcome: string | null }>(`/v1/stations/${station.stationId}/commands?waitSeconds=10`, {
      intent,
      parameters,
    });
  await eventually('the station is known as connected', async () => {
    const state = await operator.get<{ connected: boolean }>(`/v1/stations/${station.stationId}/state`);
    return state.connected ? state : undefined;
  });
  assert.equal(
    (await command('StartCharging', { evseId: 1, token: { uid: 'A', type: 'Central' } })).outcome,
    'rejected',
  );
  assert.equal((await command('ReadConfiguration', {})).outcome, 'accepted');
  assert.equal((await command('UnlockConnector', { evseId: 1 })).outcome, 'notSupported');
  const variables = await eventually('the variable is stored', async () => {
    const { items } = await operator.get<Page<{ variable: string; value: string }>>(
      `/v1/stations/${station.stationId}/variables`,
    );
    return items.find(({ variable }) => variable === 'HeartbeatInterval');
  });
  assert.equal(variables.value, '300');
  await rpc.close();
  await eventually('the station is known as gone', async () => {
    const state = await operator.get<{ connected: boolean }>(`/v1/stations/${station.stationId}/state`);
    return state.connected ? undefined : state;
  });
  assert.equal(
    (await command('StartCharging', { evseId: 1, token: { uid: 'A', type: 'Central' } })).outcome,
    'offline',
  );
});

test('a station of PyPI ocpp charges in every version', async (context) => {
  for (const version of ['1.6', '2.0.1', '2.1'] as const) {
    const station = identity(`PY-${version.replaceAll('.', '')}`, version);
    await operator.register([station]);
    const charged = await chargeWithPython({ url: trial.urls.ocpp, station });
    if (charged === undefined) {
      context.skip('no Python with PyPI here');
      return;
    }
    const session = await endedSession(station.stationId);
    assert.equal(session.energyMilliWh, charged.energyWh * 1000);
    assert.equal((await energyInClickHouse(station.stationId)).wh, charged.energyWh);
  }
});
