// Decides what becomes of a session that ended, or whose end is lost: its one CDR, or a review by a person. The first CDR stands for ever.
import { createHash } from 'node:crypto';
import type { BillingReviewOpened, CdrIssued, PriceReading } from '#contracts/generated/types';
import { cdrIdOf, uuidV8 } from '#contracts/keys';
import type { Bill } from './bill.ts';
import { doubtsOf } from './doubts.ts';
import type { Place, TariffVersion } from './in-force.ts';
import { rate, type Rating, type RatedSession } from './rate.ts';
import type { BilledSession } from './session-input.ts';
import { pricingViolations } from './tariff-rules.ts';

/** A session that must be decided about, and all that is known where it is decided. */
export type Case = {
  readonly session: BilledSession;
  readonly readings: readonly PriceReading[];
  readonly place: Place;
  /** In force for it; undefined: none was. */
  readonly tariff: TariffVersion | undefined;
  readonly bill: DecidedBill | undefined;
};

export type DecidedBill = Pick<Bill, 'standing' | 'sessionHash' | 'cdrId' | 'releasedBy'> & {
  readonly reviewCount: number;
  /** Of the CDR that stands. */
  readonly priced: Priced | null;
};

export type Priced = { readonly energyMilliWh: number; readonly totalInclVat: string; readonly currency: string };

export type Decision =
  | { readonly kind: 'issue'; readonly cdr: CdrIssued }
  | { readonly kind: 'review'; readonly review: BillingReviewOpened };

/** @param now clock of the process: when it was issued or opened. */
export function decide(given: Case, now: number): Decision {
  const { session, bill, tariff } = given;
  if (bill !== undefined && bill.cdrId !== null)
    return review(given, session.corrected ? 'corrected' : 'late-facts', now);
  if (bill?.standing === 'written-off') return review(given, 'flagged', now);
  const isReleased = bill?.standing === 'released' && bill.sessionHash === session.sessionHash;
  if (!isReleased && doubtsOf(session).length > 0) return review(given, 'flagged', now);
  if (tariff === undefined) return review(given, 'no-tariff', now);
  if (pricingViolations(tariff.value).length > 0) return review(given, 'unpriceable', now);
  return { kind: 'issue', cdr: cdrOf(given, tariff, now) };
}

function review(given: Case, reason: string, now: number): Decision {
  return reviewOf(given, { reason, detail: detailOf(given, reason) }, now);
}

/** A review of a session as it is now. A second one of the same version and reason has another id. */
export function reviewOf(
  { session, bill }: Pick<Case, 'session' | 'bill'>,
  { reason, detail }: { readonly reason: string; readonly detail: string | null },
  now: number,
): Decision {
  const { tenantId, sessionId, stationId, generation, sourceOffset } = session;
  const parts = [tenantId, sessionId, reason, generation, sourceOffset, bill?.reviewCount ?? 0];
  const reviewId = uuidV8(['billing-review', ...parts.map(String)]).toString('hex');
  return {
    kind: 'review',
    review: {
      eventId: `${reviewId}.opened`,
      tenantId,
      sessionId,
      reviewId,
      reason,
      detail,
      cdrId: bill?.cdrId ?? null,
      sessionGeneration: generation,
      sessionOffset: sourceOffset,
      openedAt: now,
      sessionHash: session.sessionHash ?? '',
      stationId,
    },
  };
}

function detailOf({ session, place, tariff, bill }: Case, reason: string): string | null {
  switch (reason) {
    case 'no-tariff':
      return `no tariff was in force at station ${place.stationId}, location ${place.locationId ?? 'none'}, party ${place.partyId ?? 'none'}`;
    case 'unpriceable':
      return tariff === undefined
        ? null
        : pricingViolations(tariff.value)
            .map(({ path, message }) => `${path} ${message}`)
            .join('; ');
    case 'flagged':
      return doubtsOf(session).join(', ') || 'facts came after it was written off';
    default:
      return differenceOf(session, bill?.priced ?? null);
  }
}

/** What the CDR said, and what the session says now. */
function differenceOf({ energyMilliWh, flags, ended }: BilledSession, priced: Priced | null): string {
  const before = `billed: ${priced?.energyMilliWh ?? 0} mWh, ${priced?.totalInclVat ?? ''} ${priced?.currency ?? ''}`;
  const doubtful = flags.length === 0 ? '' : `, flags ${flags.join(', ')}`;
  return `${before}; now: ${energyMilliWh ?? 0} mWh${ended ? '' : ', not ended'}${doubtful}`;
}

function cdrOf(given: Case, tariff: TariffVersion, now: number): CdrIssued {
  const { session, readings, place, bill } = given;
  const { tenantId, sessionId } = session;
  const rated = ratedSession(session, readings);
  const rating = rate(rated, readings, tariff.value);
  const cdrId = cdrIdOf(tenantId, sessionId);
  return {
    eventId: `${cdrId}.issued`,
    tenantId,
    sessionId,
    cdrId,
    issuedAt: now,
    actor: bill?.releasedBy?.actor ?? null,
    ...placeOf(place),
    connectorId: session.connectorId,
    transactionId: session.transactionId,
    tokenRef: session.tokenRef,
    tokenType: session.tokenType,
    remoteStartId: session.remoteStartId,
    ...rated,
    meterStopMilliWh: session.meterStopMilliWh,
    ...tariffOf(tariff),
    inputHash: inputHashOf(rated, rating.readings, tariff.json),
    sessionGeneration: session.generation,
    sessionOffset: session.sourceOffset,
    ...ratingOf(rating),
    sessionHash: session.sessionHash ?? '',
    reviewId: bill?.releasedBy?.reviewId ?? null,
  };
}

/** A person may release a session whose energy nobody knows: then none is billed; one without an end ended when it last spoke. */
function ratedSession(session: BilledSession, readings: readonly PriceReading[]): RatedSession {
  const { startedAt, meterStartMilliWh, energyMilliWh } = session;
  const endedAt = session.endedAt ?? readings.reduce((last, { at }) => Math.max(last, at), startedAt);
  return { startedAt, endedAt, meterStartMilliWh, energyMilliWh: energyMilliWh ?? 0 };
}

function placeOf({ partyId, locationId, timeZone, stationId, evseId }: Place) {
  return { partyId, locationId, timeZone, stationId, evseId };
}

function tariffOf({ tariffId, version, value, json }: TariffVersion) {
  return {
    currency: value.currency,
    tariffId,
    tariffVersion: version,
    tariffHash: sha256(json),
    tariffJson: json,
  };
}

function ratingOf({ timeMs, parkingMs, periods, lines, vats, readings, ...totals }: Rating) {
  return {
    timeSeconds: Math.round(timeMs / 1000),
    parkingSeconds: Math.round(parkingMs / 1000),
    periods: [...periods],
    lines: [...lines],
    vats: [...vats],
    readings: [...readings],
    ...totals,
  };
}

/** Equal input, equal price. The first part counts changes of how we rate. */
export function inputHashOf(session: RatedSession, readings: readonly PriceReading[], tariffJson: string): string {
  const { startedAt, endedAt, meterStartMilliWh, energyMilliWh } = session;
  const told = readings.map(({ at, energyMilliWh: milliWh, chargingState }) => [at, milliWh, chargingState]);
  return sha256(JSON.stringify(['rate-1', startedAt, endedAt, meterStartMilliWh, energyMilliWh, told, tariffJson]));
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
