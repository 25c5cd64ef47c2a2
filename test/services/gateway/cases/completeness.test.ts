// The tables against the schemas: nothing that OCPP has is missing, nothing is there that it has not, each has its cases.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { actionsOf, guardOf, ocppVersions, type OcppVersion } from '#contracts/ocpp';
import { dialects } from '#services/gateway/parts';
import { actionsWithoutCases } from './actions-document.ts';
import { allCases } from './all-cases.ts';

const bothWays = ['DataTransfer'];
const rpcFiles: Readonly<Record<OcppVersion, string>> = { '1.6': 'ocpp1_6', '2.0.1': 'ocpp2_0_1', '2.1': 'ocpp2_1' };

for (const version of ocppVersions) {
  const received = Object.keys(dialects[version].actions);
  const sent = Object.keys(dialects[version].calls);

  test(`${version}: the tables of both directions are the actions of typed-ocpp, and only DataTransfer is in both`, () => {
    assert.deepEqual([...new Set([...received, ...sent])].toSorted(), actionsOf(version).toSorted());
    assert.deepEqual(
      received.filter((action) => sent.includes(action)),
      bothWays,
    );
  });

  test(`${version}: they are the actions of ocpp-rpc as well, each with its request and its answer`, () => {
    const messages = new Set(messagesOfRpc(version));
    const wanted = actionsOf(version).flatMap((action) =>
      guardOf(version, action, 'Response') === undefined ? [action] : [`${action}Request`, `${action}Response`],
    );
    assert.deepEqual(
      wanted.filter((name) => !messages.has(name)),
      [],
      'in typed-ocpp alone',
    );
    assert.deepEqual(
      [...messages].filter((name) => !wanted.includes(name)),
      [],
      'in ocpp-rpc alone',
    );
  });

  test(`${version}: there are no cases of what no table has`, () => {
    assert.deepEqual(
      Object.keys(allCases.received[version]).filter((action) => !received.includes(action)),
      [],
    );
    assert.deepEqual(
      Object.keys(allCases.sent[version]).filter((action) => !sent.includes(action)),
      [],
    );
  });
}

test('14, 25 and 37 actions come from stations; 26, 40 and 55 go to them', () => {
  const counts = ocppVersions.map((version) => {
    const { actions, calls } = dialects[version];
    return [Object.keys(actions).length, Object.keys(calls).length];
  });
  assert.deepEqual(counts, [
    [14, 26],
    [25, 40],
    [37, 55],
  ]);
});

test('one message comes as a SEND and has no answer: NotifyPeriodicEventStream of 2.1', () => {
  const sends = ocppVersions.flatMap((version) =>
    Object.entries(dialects[version].actions).flatMap(([action, row]) =>
      row.isSend === true ? [`${version} ${action}`] : [],
    ),
  );
  const unanswered = ocppVersions.flatMap((version) =>
    actionsOf(version).flatMap((action) =>
      guardOf(version, action, 'Response') === undefined ? [`${version} ${action}`] : [],
    ),
  );
  assert.deepEqual(sends, ['2.1 NotifyPeriodicEventStream']);
  assert.deepEqual(unanswered, sends);
});

test('every action that comes from stations has cases, valid and invalid', () => {
  assert.deepEqual(actionsWithoutCases().received, []);
});

test('every action that goes to stations has cases, valid, invalid, and an error of the station', () => {
  assert.deepEqual(actionsWithoutCases().sent, []);
});

/** Names of the messages that ocpp-rpc has schemas of, as 2.x writes them. */
function messagesOfRpc(version: OcppVersion): string[] {
  const path = createRequire(import.meta.url)
    .resolve('ocpp-rpc')
    .replace(/index\.js$/, `lib/schemas/${rpcFiles[version]}.json`);
  const schemas = JSON.parse(readFileSync(path, 'utf8')) as readonly { $id: string }[];
  return schemas.map(({ $id }) =>
    $id
      .replace('urn:', '')
      .replace(/\.req$/, 'Request')
      .replace(/\.conf$/, 'Response'),
  );
}
