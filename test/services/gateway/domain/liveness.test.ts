// Whether a connection lives: given what was heard and when, what it needs now.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { needOf, newPulse, noteCall, silenceOf, type Need, type Pulse } from '#services/gateway/domain/liveness';
import { traitsOf, usualTraits, type Traits } from '#services/gateway/domain/models';

const limits = { pingEverySeconds: 30, deadAfterSeconds: 90 };
const needAt = (pulse: Pulse, at: number, traits: Traits = usualTraits): Need => needOf(pulse, traits, limits, at);

/** Pinged a moment ago, so that only life and death are asked. */
function pulseAt(at: number, over: Partial<Pulse> = {}, heartbeatSeconds = 300): Pulse {
  return { ...newPulse(at, heartbeatSeconds), pingedAt: Number.MAX_SAFE_INTEGER, ...over };
}

test('Q10: a station is pinged every 30 s, but not a model that a ping drops', () => {
  const pulse = newPulse(100, 300);
  assert.equal(needAt(pulse, 129), undefined);
  assert.equal(needAt(pulse, 130), 'ping');
  const quiet = traitsOf({ vendor: 'EN+', model: '37', firmware: null });
  assert.equal(needAt(pulse, 130, quiet), undefined);
});

test('Q10: who ever answered a ping is dead after 90 s of silence; who never did has three heartbeats', () => {
  assert.equal(needAt(pulseAt(0, { hasPonged: true }), 89), undefined);
  assert.equal(needAt(pulseAt(0, { hasPonged: true }), 90), 'dead');
  const mute = pulseAt(0, { silenceMax: silenceOf(300) });
  assert.equal(needAt(mute, 899), undefined);
  assert.equal(needAt(mute, 900), 'dead');
  assert.equal(needAt({ ...mute, heardAt: 800 }, 900), undefined, 'any frame is a sign of life');
});

test('Q10: a model that is pinged no more since it told its name has its heartbeats, whatever it answered before', () => {
  const quiet = traitsOf({ vendor: 'EN+', model: '37', firmware: null });
  const pulse = pulseAt(0, { hasPonged: true, silenceMax: silenceOf(300) });
  assert.equal(needAt(pulse, 899, quiet), undefined);
  assert.equal(needAt(pulse, 900, quiet), 'dead');
});

test('where pings are rare, silence between two of them is none', () => {
  const rare = { pingEverySeconds: 600, deadAfterSeconds: 90 };
  const pulse = pulseAt(0, { hasPonged: true });
  assert.equal(needOf(pulse, usualTraits, rare, 1_199), undefined);
  assert.equal(needOf(pulse, usualTraits, rare, 1_200), 'dead');
});

test('Q11: heartbeats of 60 s are no silence of 60 s; quick ones still have 90 s', () => {
  assert.equal(needAt(pulseAt(0, {}, 60), 180), undefined, 'three, and the jitter of its interval');
  assert.equal(needAt(pulseAt(0, {}, 60), 198), 'dead');
  assert.equal(needAt(pulseAt(0, { silenceMax: silenceOf(10) }), 89), undefined);
  assert.equal(needAt(pulseAt(0, { silenceMax: silenceOf(10) }), 90), 'dead');
});

test('Q23: two of our CALLs in a row without an answer, and frames after the first: a zombie', () => {
  const pulse = pulseAt(0);
  noteCall(pulse, false, 10);
  pulse.heardAt = 20;
  assert.equal(needAt(pulse, 20), undefined, 'one may be a lost frame');
  noteCall(pulse, false, 40);
  assert.equal(needAt(pulse, 40), 'zombie');
  pulse.heardAt = 10;
  assert.equal(needAt(pulse, 40), undefined, 'no frame came since: it may be dead, which silence tells');
  pulse.heardAt = 41;
  noteCall(pulse, true, 41);
  assert.equal(needAt(pulse, 41), undefined, 'it hears again');
});

test('models are told apart by what they say they are; one that does not say is none of them', () => {
  assert.equal(traitsOf({ vendor: 'Growatt', model: null, firmware: null }).measurandsMax, 5);
  assert.equal(traitsOf({ vendor: 'growatt new energy', model: 'THOR', firmware: '1' }).measurandsMax, 5);
  assert.deepEqual(traitsOf({ vendor: null, model: 'Growatt', firmware: null }), usualTraits);
  assert.equal(traitsOf({ vendor: 'JIGU', model: 'WeGood', firmware: 'V1.4' }).closesWithoutFrame, true);
});
