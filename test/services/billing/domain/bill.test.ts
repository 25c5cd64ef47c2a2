import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BillingReviewOpened, BillingReviewResolved, CdrIssued, PriceReading } from '#contracts/generated/types';
import { billFold, withoutNews, type Bill } from '#services/billing/domain/bill';
import { decide, type Case, type Decision } from '#services/billing/domain/decide';
import { doubts, doubtsOf } from '#services/billing/domain/doubts';
import { sessionInputFold, type BilledSession } from '#services/billing/domain/session-input';
import { flagNames } from '#services/sessions/domain/flags';
import { demoTariff } from '#infra/local/demo-tariff';
import { minuteMs, sessionSays, start, stateAt } from '../rig.ts';

const at = { partition: 0, offset: 0 };
const json = JSON.stringify(demoTariff);
const tariff = { tariffId: 'demo', version: 7, value: demoTariff, json };
const place = { stationId: 'S-1', evseId: 1, locationId: 'L-1', partyId: 'DE-CSM', timeZone: 'Europe/Berlin' };

const sessionOf = (event: ReturnType<typeof sessionSays>, before?: BilledSession): BilledSession =>
  sessionInputFold.SessionEnded(before, event, at).state;

const decided = (session: BilledSession, more: Partial<Case> = {}): Decision =>
  decide({ session, readings: [], place, tariff, bill: undefined, ...more }, 1);

const folded = (decisions: readonly Decision[], before?: Bill): Bill | undefined =>
  decisions.reduce<Bill | undefined>(
    (bill, decision) =>
      decision.kind === 'issue'
        ? billFold.CdrIssued(bill, decision.cdr).state
        : billFold.BillingReviewOpened(bill, decision.review).state,
    before,
  );

const billOf = (bill: Bill | undefined) =>
  bill === undefined ? undefined : { ...bill, reviewCount: bill.reviews.size, priced: null };

const cdrIn = (decision: Decision): CdrIssued => {
  assert.equal(decision.kind, 'issue');
  return decision.kind === 'issue' ? decision.cdr : assert.fail();
};
const reviewIn = (decision: Decision): BillingReviewOpened => {
  assert.equal(decision.kind, 'review');
  return decision.kind === 'review' ? decision.review : assert.fail();
};

test('every flag of a session has its word on whether it holds, and one that is not known holds', () => {
  assert.deepEqual(Object.keys(doubts).toSorted(), [...flagNames].toSorted());
  const given = { energyMilliWh: 1, changesLost: false };
  assert.deepEqual(doubtsOf({ ...given, flags: ['of-a-later-version'] }), ['of-a-later-version']);
  assert.deepEqual(doubtsOf({ ...given, flags: [] }), []);
  assert.deepEqual(doubtsOf({ flags: [], energyMilliWh: null, changesLost: false }), ['energy-unknown']);
});

test('of two CDRs of one session the first stands', () => {
  const session = sessionOf(sessionSays());
  const [first, second] = [cdrIn(decided(session)), { ...cdrIn(decided(session)), issuedAt: 2, totalInclVat: '0.00' }];
  assert.equal(first.cdrId, second.cdrId);
  const bill = billFold.CdrIssued(undefined, first).state;
  assert.equal(billFold.CdrIssued(bill, second).state, bill);
  assert.equal(bill.newCdr, first);
});

test('a review of one who did not know of the CDR comes too late', () => {
  const session = sessionOf(sessionSays({ flags: ['end-differs'] }));
  const bill = billFold.CdrIssued(undefined, cdrIn(decided({ ...session, flags: [] }))).state;
  assert.equal(billFold.BillingReviewOpened(bill, reviewIn(decided(session))).state, bill);
});

test('a released session is issued though it is doubtful, but not once newer facts came', () => {
  const says = sessionSays({ flags: ['meter-regressed'] });
  const session = sessionOf(says);
  const held = folded([decided(session)]);
  const review = reviewIn(decided(session));
  const resolved: BillingReviewResolved = {
    eventId: 'r',
    tenantId: session.tenantId,
    sessionId: session.sessionId,
    reviewId: review.reviewId,
    resolution: 'issued',
    note: null,
    actor: 'key-1',
    resolvedAt: 5,
  };
  const released = billFold.BillingReviewResolved(held, resolved).state;
  assert.equal(released.standing, 'released');
  const cdr = cdrIn(decided(session, { bill: billOf(released) }));
  assert.deepEqual([cdr.actor, cdr.reviewId], ['key-1', review.reviewId]);
  const newer = sessionOf({ ...says, sourceOffset: says.sourceOffset + 1_000, energyMilliWh: 1 }, session);
  const again = reviewIn(decided(newer, { bill: billOf(released) }));
  assert.equal(again.reason, 'flagged');
  assert.notEqual(again.reviewId, review.reviewId);
  const without = reviewIn(decided(session, { bill: billOf(released), tariff: undefined }));
  assert.equal(without.reason, 'no-tariff');
  assert.equal(billFold.BillingReviewOpened(released, without).state.standing, 'held');
});

test('a newer review supersedes an open one, a CDR closes it, and what was written is no news any more', () => {
  const says = sessionSays({ flags: ['start-missing'] });
  const session = sessionOf(says);
  const newer = sessionOf({ ...says, sourceOffset: says.sourceOffset + 1_000, energyMilliWh: 1 }, session);
  const first = folded([decided(session)]);
  const second = folded([decided(newer, { bill: billOf(first) })], first);
  assert.deepEqual(
    [...(second?.reviews.values() ?? [])].map(({ end }) => end?.resolution),
    ['superseded', undefined],
  );
  const issued = folded([decided({ ...newer, flags: [] }, { bill: billOf(second) })], second);
  assert.deepEqual(
    [...(issued?.reviews.values() ?? [])].map(({ end }) => end?.resolution),
    ['superseded', 'issued'],
  );
  assert.ok(issued !== undefined);
  const begun = withoutNews(issued);
  assert.deepEqual([begun.newCdr, begun.changedReviews.size, begun.standing], [null, 0, 'issued']);
});

test('the same decision made twice has the same ids and the same bytes', () => {
  const session = sessionOf(sessionSays({ readings: [stateAt(10, 'SuspendedEV')] }));
  assert.deepEqual(decided(session), decided(session));
  const held = { ...session, flags: ['end-differs'] };
  assert.deepEqual(decided(held), decided(held));
});

test('a session that began again and again told only what is newer', () => {
  const says = sessionSays({ readings: [stateAt(0, 'Charging')] });
  const first = sessionOf(says);
  assert.equal(sessionOf(says, first), first);
  assert.equal(sessionOf({ ...says, sourceOffset: says.sourceOffset - 1 }, first), first);
  const late: PriceReading[] = [stateAt(30, 'SuspendedEV')];
  const next = sessionOf({ ...says, sourceOffset: says.sourceOffset + 1_000, readings: late }, first);
  assert.deepEqual(
    next.changes.map(({ state }) => state),
    ['Charging', 'SuspendedEV'],
  );
  assert.notEqual(next.sessionHash, first.sessionHash);
  const correction = { ...says, generation: 2, sourceOffset: 0, readings: late };
  const corrected = sessionInputFold.SessionCorrected(next, correction, at).state;
  assert.deepEqual([corrected.changes.length, corrected.replaced, corrected.news.length], [1, true, 1]);
});

test('a state after the end, and a reading that is no state, leave the price and its hash alone', () => {
  const says = sessionSays({ readings: [stateAt(0, 'Charging')] });
  const first = sessionOf(says);
  const readings = [stateAt(61, 'SuspendedEV'), { ...stateAt(30, ''), chargingState: null, energyMilliWh: 2_000_000 }];
  const next = sessionOf({ ...says, sourceOffset: says.sourceOffset + 1_000, readings }, first);
  assert.equal(next.sessionHash, first.sessionHash);
  const parked = sessionOf({ ...says, readings: [stateAt(0, 'Charging'), stateAt(59, 'SuspendedEV')] });
  assert.notEqual(parked.sessionHash, first.sessionHash);
});

test('parking begins when the vehicle asks for no power: a pause of the station is none, nor is waiting before the first', () => {
  const parkedMinutes = (...readings: PriceReading[]): number => {
    const cdr = cdrIn(decided(sessionOf(sessionSays({ readings })), { readings }));
    assert.equal(cdr.endedAt, start + 60 * minuteMs);
    return cdr.parkingSeconds / 60;
  };
  assert.equal(parkedMinutes(), 0);
  assert.equal(parkedMinutes(stateAt(0, 'EVConnected'), stateAt(10, 'Charging')), 0);
  assert.equal(parkedMinutes(stateAt(0, 'Charging'), stateAt(10, 'SuspendedEVSE')), 0);
  assert.equal(parkedMinutes(stateAt(0, 'Charging'), stateAt(10, 'SuspendedEV')), 50);
  assert.equal(parkedMinutes(stateAt(0, 'Charging'), stateAt(10, 'EVConnected')), 50);
  assert.equal(parkedMinutes(stateAt(0, 'Charging'), stateAt(10, 'SuspendedEV'), stateAt(20, 'Charging')), 10);
  assert.equal(parkedMinutes(stateAt(-5, 'SuspendedEV')), 60);
  assert.equal(parkedMinutes(stateAt(0, 'Charging'), stateAt(60, 'SuspendedEV')), 0);
});

test('a session whose end is lost is held as it is, and is news again only when its end comes', () => {
  const charging = { phase: 'charging', endedAt: null } as const;
  const says = sessionSays({ ...charging, flags: ['stop-missing'] });
  const lost = sessionInputFold.SessionFlagged(undefined, says, at).state;
  assert.equal(sessionInputFold.SessionUpdated(undefined, { ...says, flags: [] }, at).state.sessionHash, null);
  assert.equal(reviewIn(decided(lost)).detail, 'stop-missing');
  const more = { ...says, sourceOffset: says.sourceOffset + 1_000, energyMilliWh: 11_000_000 };
  assert.equal(sessionInputFold.SessionUpdated(lost, more, at).state.sessionHash, lost.sessionHash);
  const ended = sessionOf(
    { ...says, phase: 'ended', endedAt: start, flags: [], sourceOffset: more.sourceOffset },
    lost,
  );
  assert.notEqual(ended.sessionHash, lost.sessionHash);
});

test('a session that is released without an end costs what it told, until it last spoke', () => {
  const lost = sessionOf(sessionSays({ phase: 'charging', endedAt: null, flags: ['stop-missing'] }));
  const released = {
    ...lost,
    cdrId: null,
    standing: 'released',
    releasedBy: null,
    reviewCount: 1,
    priced: null,
  } as const;
  const readings = [stateAt(0, 'Charging'), stateAt(30, 'SuspendedEV'), stateAt(50, 'Idle')];
  const cdr = cdrIn(decided(lost, { bill: { ...released, sessionHash: lost.sessionHash ?? '' }, readings }));
  assert.deepEqual([cdr.endedAt, cdr.parkingSeconds, cdr.energyMilliWh], [start + 50 * minuteMs, 1200, 10_000_000]);
});
