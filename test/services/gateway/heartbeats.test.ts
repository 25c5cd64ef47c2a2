// A station that was told to beat less often, or tells so: known on this connection, and on the next one of any gateway.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Intent } from '#contracts/commands';
import type { OcppVersion } from '#contracts/ocpp';
import { silenceOf } from '#services/gateway/domain/liveness';
import { command, connect, settle } from './fake-parts.ts';
import { oddStation, type OddStation } from './quirks/rig.ts';

const write = { variables: [{ component: 'OCPPCommCtrlr', variable: 'HeartbeatInterval', value: '3600' }] };
const key = 'HeartbeatInterval';

/** The station answers the one CALL of the intent with that. */
async function answered(
  { gateway, connection, socket }: OddStation,
  intent: Intent,
  parameters: object,
  answer: object,
) {
  connection.outbound.request(command(gateway, connection, intent, parameters));
  await settle();
  const [, id] = JSON.parse(socket.sent.at(-1) ?? '[]') as unknown[];
  connection.receive(JSON.stringify([3, id, answer]));
  await settle();
}

/** It comes back without a boot, its line was lost: how long it may be silent then. */
async function silenceAfterReconnect({ gateway, connection }: OddStation, version: OcppVersion = '1.6') {
  await connection.gone(1006);
  const next = connect(gateway, version);
  await next.connection.begin();
  return next.connection.peer.pulse.silenceMax;
}
const presenceOf = ({ gateway, connection }: OddStation) => gateway.presences.get(connection.key)?.heartbeatSeconds;
const usual = silenceOf(300 * 1.1);

test('1.6: who took over an hour between heartbeats may be silent for three hours, on its next connection, too', async () => {
  const station = await oddStation();
  await answered(station, 'WriteConfiguration', write, { status: 'Accepted' });
  assert.deepEqual([station.connection.peer.pulse.silenceMax, presenceOf(station)], [10_800, 3_600]);
  assert.equal(await silenceAfterReconnect(station), 10_800);
});

test('who refused it beats as before', async () => {
  const station = await oddStation();
  await answered(station, 'WriteConfiguration', write, { status: 'Rejected' });
  assert.deepEqual([await silenceAfterReconnect(station), presenceOf(station)], [usual, 300]);
});

test('2.x: it is the variable that was accepted that counts', async () => {
  for (const [attributeStatus, silenceMax] of [
    ['Accepted', 10_800],
    ['Rejected', usual],
  ] as const) {
    const station = await oddStation('2.0.1');
    const result = { attributeStatus, component: { name: 'OCPPCommCtrlr' }, variable: { name: key } };
    await answered(station, 'WriteConfiguration', write, { setVariableResult: [result] });
    assert.equal(await silenceAfterReconnect(station, '2.0.1'), silenceMax, attributeStatus);
  }
});

test('a longer interval that a station tells when it is asked is known; a shorter one closes nobody earlier', async () => {
  const read = { variables: [{ variable: key }] };
  const told = async (value: string): Promise<unknown> => {
    const station = await oddStation();
    await answered(station, 'ReadConfiguration', read, { configurationKey: [{ key, readonly: false, value }] });
    return silenceAfterReconnect(station);
  };
  assert.deepEqual([await told('1800'), await told('60'), await told('0')], [5_400, usual, usual]);
  assert.equal(await told('1e30'), silenceOf(7 * 86_400));
  assert.equal(await told('often'), usual);
});

test('the answer to its next boot counts again', async () => {
  const station = await oddStation();
  await answered(station, 'WriteConfiguration', write, { status: 'Accepted' });
  const boot = { chargePointVendor: 'V', chargePointModel: 'M' };
  await station.ask(JSON.stringify([2, 'boot-2', 'BootNotification', boot]));
  assert.equal(await silenceAfterReconnect(station), usual);
  assert.equal(presenceOf(station), 300);
});

test('what a connection is told after its end is not written over the one that took its place', async () => {
  const station = await oddStation();
  const { gateway, connection, socket } = station;
  connection.outbound.request(command(gateway, connection, 'WriteConfiguration', write));
  await settle();
  await connection.gone(1006);
  const [, id] = JSON.parse(socket.sent.at(-1) ?? '[]') as unknown[];
  connection.receive(JSON.stringify([3, id, { status: 'Accepted' }]));
  await settle();
  assert.equal(gateway.presences.get(connection.key)?.connected, false);
});
