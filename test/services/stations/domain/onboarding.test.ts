import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compare, type ActualVariable } from '#services/stations/domain/configuration-drift';
import {
  begin,
  bootsEveryMs,
  bootsMax,
  comparedWithinMs,
  currentStep,
  decideBoot,
  decideOnboarding,
  interruptedAgainMs,
  rebootsWithinMs,
  refusedAgainMs,
  stepsOf,
  type Known,
  type Next,
  type Onboarding,
  type Standing,
} from '#services/stations/domain/onboarding';

const wanted = [
  { variable: 'A', value: '1' },
  { variable: 'B', value: '2' },
];
const steps = stepsOf(wanted);
const fresh = begin('hash', 1_000);

const ended = (outcome = 'accepted', more: { detail?: string; sentAtMs?: number } = {}): Standing => ({
  kind: 'ended',
  outcome,
  detail: more.detail ?? null,
  sentAtMs: more.sentAtMs ?? 2_000,
});
const decide = (onboarding: Onboarding, known: Partial<Known>): Next =>
  decideOnboarding(onboarding, { steps, standing: undefined, bootedAtMs: 500, compared: [], nowMs: 3_000, ...known });
const became = (next: Next): Onboarding => {
  assert.ok(next.kind === 'become', next.kind);
  return next.onboarding;
};
const told = (variable: string, value: string, reportedAtMs: number): ActualVariable => ({
  component: '',
  componentInstance: '',
  evseId: 0,
  connectorId: 0,
  variable,
  variableInstance: '',
  value,
  dataType: null,
  reportedAtMs,
});
/** Written and read. */
const comparing: Onboarding = { ...fresh, phase: 'comparing', step: 2, sinceMs: 3_000, readAtMs: 2_000 };

test('everything is written before anything is read, as much in one command as it takes', () => {
  const many = stepsOf(Array.from({ length: 51 }, (_, index) => ({ variable: `V${index}`, value: '1' })));
  assert.deepEqual(
    many.map(({ label }) => label),
    ['write-0', 'write-1', 'write-2', 'read-0', 'read-1'],
  );
  assert.deepEqual(steps[1]?.parameters, { variables: [{ variable: 'A' }, { variable: 'B' }] });
});

test('a step is asked for once, waited for, and followed by the next', () => {
  assert.deepEqual(decide(fresh, {}), { kind: 'ask', step: steps[0] });
  assert.equal(decide(fresh, { standing: { kind: 'open' } }).kind, 'wait');
  const reading = became(decide(fresh, { standing: ended() }));
  assert.equal(currentStep(reading, steps)?.label, 'read-0');
  const read = became(decide(reading, { standing: ended('accepted', { sentAtMs: 2_500 }) }));
  assert.equal(read.readAtMs, 2_500);
  assert.equal(became(decide(read, {})).phase, 'comparing');
});

test('what a station refuses is tried again after minutes, what was interrupted after seconds', () => {
  const refused = became(decide(fresh, { standing: ended('rejected', { detail: 'A: Rejected' }) }));
  assert.equal(refused.phase, 'failed');
  assert.equal(refused.detail, 'write-0 rejected: A: Rejected');
  assert.equal(decide(refused, { nowMs: 3_000 + refusedAgainMs - 1 }).kind, 'wait');
  const again = became(decide(refused, { nowMs: 3_000 + refusedAgainMs }));
  assert.equal(again.phase, 'configuring');
  assert.equal(again.startedAtMs, 3_000 + refusedAgainMs, 'under other names');
  const interrupted = became(decide(fresh, { standing: ended('unknown') }));
  assert.equal(decide(interrupted, { nowMs: 3_000 + interruptedAgainMs - 1 }).kind, 'wait');
  assert.equal(decide(interrupted, { nowMs: 3_000 + interruptedAgainMs }).kind, 'become');
});

test('a command that its connection took along is asked for anew on the next one', () => {
  const again = became(decide({ ...fresh, step: 1 }, { standing: { kind: 'stranded' } }));
  assert.deepEqual([again.startedAtMs, again.step], [3_000, 0]);
});

test('it is let in only when everything was read back as it shall be', () => {
  const right = compare(wanted, [told('A', '1', 2_000), told('B', '2', 2_000)]);
  assert.equal(decide(comparing, { compared: right }).kind, 'accept');
  const stale = compare(wanted, [told('A', '1', 2_000), told('B', '2', 1_999)]);
  assert.equal(decide(comparing, { compared: stale }).kind, 'wait', 'what it was told to be is not what it says it is');
  const missing = compare(wanted, [told('A', '1', 2_000)]);
  assert.equal(decide(comparing, { compared: missing, nowMs: 3_000 + comparedWithinMs - 1 }).kind, 'wait');
  const failed = became(decide(comparing, { compared: missing, nowMs: 3_000 + comparedWithinMs }));
  assert.deepEqual([failed.phase, failed.detail], ['failed', 'B is not told']);
  const other = compare(wanted, [told('A', '9', 2_000), told('B', '2', 2_000)]);
  assert.equal(became(decide(comparing, { compared: other, nowMs: 60_000 })).detail, 'A is 9');
});

test('what needs a reboot is read after one, and only one', () => {
  const detail = 'A: RebootRequired';
  const rebooting = became(decide(fresh, { standing: ended('accepted', { detail }) }));
  assert.equal(rebooting.phase, 'rebooting');
  const asked = decide(rebooting, {});
  assert.ok(asked.kind === 'ask' && asked.step.intent === 'ResetStation');
  assert.equal(decide(rebooting, { standing: ended(), bootedAtMs: rebooting.sinceMs }).kind, 'wait');
  const booted = became(decide(rebooting, { standing: ended(), bootedAtMs: rebooting.sinceMs + 1 }));
  assert.deepEqual([booted.phase, currentStep(booted, steps)?.label], ['configuring', 'read-0']);
  const never = { standing: ended(), nowMs: rebooting.sinceMs + rebootsWithinMs };
  assert.equal(decide(rebooting, { ...never, nowMs: never.nowMs - 1 }).kind, 'wait');
  assert.equal(became(decide(rebooting, never)).phase, 'configuring');
  const refused = became(decide(rebooting, { standing: ended('rejected') }));
  assert.equal(refused.phase, 'configuring', 'it is compared as it is');
  const second = became(decide({ ...fresh, reboot: 'done' }, { standing: ended('accepted', { detail }) }));
  assert.equal(second.phase, 'configuring', 'a station that says so each time is not booted for ever');
});

test('an accepted station is left alone', () => {
  assert.equal(decide({ ...comparing, phase: 'accepted' }, {}).kind, 'wait');
});

const accepted: Onboarding = { ...fresh, phase: 'accepted', sinceMs: 10_000, boots: bootsMax };

test('who was let in is asked to boot so often, apart from each other, and then left to its own interval', () => {
  const asked = { ...accepted, boots: 1 };
  const soon = accepted.sinceMs + bootsEveryMs;
  assert.equal(decideBoot(asked, { bootedAtMs: 500, nowMs: soon - 1 }).kind, 'wait');
  assert.deepEqual(decideBoot(asked, { bootedAtMs: 500, nowMs: soon }), { kind: 'ask', onboarding: asked });
  const last = { ...accepted, boots: bootsMax - 1 };
  assert.equal(decideBoot(last, { bootedAtMs: 500, nowMs: soon }).kind, 'ask');
  assert.deepEqual(decideBoot(accepted, { bootedAtMs: 500, nowMs: soon }), { kind: 'rest', onboarding: accepted });
});

test('the count is of one boot: who booted since, and is pending all the same, is asked anew under other names', () => {
  const soon = accepted.sinceMs + bootsEveryMs;
  assert.equal(decideBoot(accepted, { bootedAtMs: accepted.sinceMs, nowMs: soon }).kind, 'rest');
  const { kind, onboarding } = decideBoot(accepted, { bootedAtMs: accepted.sinceMs + 1, nowMs: soon });
  assert.deepEqual([kind, onboarding.boots, onboarding.phase], ['ask', 0, 'accepted']);
  assert.notEqual(onboarding.startedAtMs, accepted.startedAtMs, 'the commands of before would be known');
});

test('who is let in without an attempt of ours, by an operator or before a crash, is accepted from here on', () => {
  for (const kept of [undefined, { ...fresh, phase: 'comparing' } as const]) {
    const { kind, onboarding } = decideBoot(kept, { bootedAtMs: 500, nowMs: 7_000 });
    assert.deepEqual([kind, onboarding.phase, onboarding.boots, onboarding.startedAtMs], ['ask', 'accepted', 0, 7_000]);
  }
});
