// Every case of what stations send: given what is known, when the frame comes, then this answer and these facts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { guardOf, ocppVersions, type OcppVersion } from '#contracts/ocpp';
import { dialects } from '#services/gateway/parts';
import { allCases } from './all-cases.ts';
import { assertFacts } from './facts-told.ts';
import { playReceived as play } from './play.ts';

for (const version of ocppVersions) {
  for (const [action, { valid, invalid }] of Object.entries(allCases.received[version])) {
    const isSend = dialects[version].actions[action]?.isSend === true;
    for (const { title, given, request, reply, events } of valid)
      test(`${version} ${action}: ${title}`, async () => {
        assert.equal(guardOf(version, action, 'Request')?.(request), undefined, 'the request is valid');
        const { sent, facts } = await play(version, [isSend ? 6 : 2, 'm', action, request], given);
        assert.deepEqual(sent, reply === null ? [] : [[3, 'm', reply]]);
        if (reply !== null)
          assert.equal(guardOf(version, action, 'Response')?.(reply), undefined, 'the reply is valid');
        assertFacts(facts, events);
      });
    for (const { title, request, code } of invalid)
      test(`${version} ${action} cannot be read and is kept: ${title}`, async () => {
        assert.notEqual(guardOf(version, action, 'Request')?.(request), undefined, 'the request is invalid');
        const { sent, facts } = await play(version, [isSend ? 6 : 2, 'm', action, request]);
        if (code === 'answered') assertAnswered(version, action, sent);
        else assert.deepEqual(sent.map(codeOf), code === 'kept' ? [] : [[4, 'm', code]]);
        assert.ok(
          facts.some((fact) => isAbout(fact, action)),
          'what we could not read is kept as it came',
        );
      });
  }
}

function assertAnswered(version: OcppVersion, action: string, sent: readonly unknown[]): void {
  const [type, id, reply] = sent[0] as unknown[];
  assert.deepEqual([sent.length, type, id], [1, 3, 'm']);
  assert.equal(guardOf(version, action, 'Response')?.(reply), undefined, 'the reply is valid');
}

function codeOf(frame: unknown): unknown[] {
  const [type, id, code] = frame as unknown[];
  return [type, id, code];
}

function isAbout(fact: object, action: string): boolean {
  return 'action' in fact && fact.action === action;
}
