// Every case of what we send: given the station's answer, when it comes, then this outcome and these facts; or nothing is sent.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { guardOf, ocppVersions } from '#contracts/ocpp';
import { allCases } from './all-cases.ts';
import { assertFacts } from './facts-told.ts';
import { idOf, playSent as play } from './play.ts';

for (const version of ocppVersions) {
  for (const [action, { valid, invalid, errors }] of Object.entries(allCases.sent[version])) {
    for (const { title, request, answer, outcome, detail, events } of valid)
      test(`${version} ${action}: ${title}`, async () => {
        assert.equal(guardOf(version, action, 'Request')?.(request), undefined, 'the request is valid');
        assert.equal(guardOf(version, action, 'Response')?.(answer), undefined, 'the answer is valid');
        const { frames, facts, completed } = await play(version, { action, payload: request }, (id) => [3, id, answer]);
        assert.deepEqual(frames, [[2, idOf(frames), action, request]]);
        assert.deepEqual([completed.outcome, completed.detail], [outcome, detail]);
        assertFacts(facts, events);
      });
    for (const { title, request, path } of invalid)
      test(`${version} ${action} is not sent: ${title}`, async () => {
        assert.equal(guardOf(version, action, 'Request')?.(request)?.path, path);
        const { frames, facts, completed } = await play(version, { action, payload: request });
        assert.deepEqual([frames, facts], [[], []]);
        assert.match(completed.outcome, /^(failed|notSupported)$/);
        assert.ok(
          completed.detail?.startsWith(`not valid in OCPP ${version}: ${action}${path} `),
          completed.detail ?? '',
        );
      });
    for (const { title, code, description, outcome, detail } of errors)
      test(`${version} ${action}, the station answers with an error: ${title}`, async () => {
        const exchange = { action, payload: valid[0].request };
        const { facts, completed } = await play(version, exchange, (id) => [4, id, code, description, {}]);
        assert.deepEqual([completed.outcome, completed.detail, completed.answerJson], [outcome, detail, null]);
        assert.deepEqual(facts, []);
      });
  }
}

test('an answer that its schema refuses is no fact: the command failed', async () => {
  for (const version of ocppVersions) {
    const exchange = { action: 'ClearCache', payload: {} };
    const { facts, completed } = await play(version, exchange, (id) => [3, id, { status: 'Perhaps' }]);
    assert.deepEqual([completed.outcome, facts], ['failed', []]);
    assert.match(completed.detail ?? '', /the station's answer is not valid: \/status/);
  }
});

test('an answer beyond what an event holds is kept whole, and the command has its outcome', async () => {
  const exchange = { action: 'GetLocalListVersion', payload: {} };
  const { facts, completed } = await play('1.6', exchange, (id) => [3, id, { listVersion: 1e30 }]);
  assert.equal(completed.outcome, 'accepted');
  assertFacts(facts, [{ type: 'StationMessageRecorded', action: 'GetLocalListVersionResponse' }]);
});
