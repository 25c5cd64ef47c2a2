// Shapes of CDRs and reviews as operators see them, made of rows and records.
import Type, { type Static } from 'typebox';
import type { CdrIssued } from '#contracts/generated/types';
import { tariffDimensions, tariffValue, type TariffValue } from '#contracts/tariff';
import { nullable } from '#kit/http-schemas';
import { quantityOf } from '../domain/amounts.ts';
import type { ReviewRow } from '../tables/bills.ts';

const text = Type.String();
const money = Type.String({ description: 'Decimal text in the currency' });
const whole = Type.Integer();

export const cdrId = Type.String({ pattern: '^[0-9a-f]{32}$' });
export const reviewId = Type.String({ pattern: '^[0-9a-f]{32}$' });
export const sessionId = Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' });

const line = Type.Object({
  dimension: Type.Enum([...tariffDimensions]),
  elementIndex: Type.Integer({ description: 'Element of the tariff that priced it' }),
  startAt: text,
  endAt: text,
  quantity: Type.String({ description: 'kWh, hours or sessions' }),
  volume: Type.Integer({ description: 'The same, exact, in milli-Wh, milliseconds or sessions' }),
  unitPrice: money,
  vatPercent: nullable(text),
  amountExclVat: money,
  amountInclVat: money,
});
const vat = Type.Object({ percent: text, baseExclVat: money, amount: money });
const period = Type.Object({
  startAt: text,
  dimensions: Type.Array(Type.Object({ type: text, volume: Type.String({ description: 'kWh or hours' }) })),
});

/** A CDR in a list. */
export const cdrValue = Type.Object({
  cdrId,
  sessionId,
  issuedAt: text,
  actor: nullable(Type.String({ description: 'Who released a session that was held; null: issued by itself' })),
  partyId: nullable(text),
  locationId: nullable(text),
  stationId: text,
  evseId: nullable(whole),
  connectorId: nullable(whole),
  transactionId: text,
  tokenRef: nullable(text),
  startedAt: text,
  endedAt: text,
  energyMilliWh: whole,
  energyKwh: text,
  timeSeconds: whole,
  parkingSeconds: Type.Integer({ description: 'Of these: the vehicle requested no power' }),
  currency: text,
  tariffId: text,
  tariffVersion: whole,
  totalExclVat: money,
  totalVat: money,
  totalInclVat: money,
});

/** A CDR with all that its price was made of. */
export const cdrDetail = Type.Object({
  ...cdrValue.properties,
  timeZone: nullable(text),
  meterStartMilliWh: nullable(whole),
  meterStopMilliWh: nullable(whole),
  sessionGeneration: whole,
  sessionOffset: whole,
  tariffHash: Type.String({ description: 'SHA-256 of the tariff as it was' }),
  inputHash: Type.String({ description: 'Equal input, equal price' }),
  reviewId: nullable(text),
  lines: Type.Array(line),
  vats: Type.Array(vat),
  periods: Type.Array(period),
  readings: Type.Array(Type.Object({ at: text, energyMilliWh: nullable(whole), chargingState: nullable(text) }), {
    description: 'What of the readings the price depends on',
  }),
  tariff: tariffValue,
});

const priced = {
  lines: cdrDetail.properties.lines,
  vats: cdrDetail.properties.vats,
  periods: cdrDetail.properties.periods,
};

export const explanation = Type.Object({
  cdrId,
  agrees: Type.Boolean({
    description: 'Whether the price, computed again from what the CDR embeds, is the one it says',
  }),
  differences: Type.Array(text),
  tariffId: text,
  tariffVersion: whole,
  tariffHash: text,
  inputHash: text,
  selection: Type.Array(
    Type.Object({ dimension: Type.Enum([...tariffDimensions]), elementIndex: nullable(whole), why: text }),
  ),
  recomputed: Type.Object({ ...priced, totalExclVat: money, totalVat: money, totalInclVat: money }),
});

export const reviewValue = Type.Object({
  reviewId,
  sessionId,
  stationId: nullable(text),
  reason: Type.String({
    description: 'no-tariff, flagged, unpriceable: the session is held; late-facts, corrected: its CDR stands',
  }),
  detail: nullable(text),
  cdrId: nullable(text),
  openedAt: text,
  state: Type.Enum(['open', 'resolved']),
  resolution: nullable(Type.String({ description: 'issued, written-off, kept, superseded' })),
  note: nullable(text),
  resolvedBy: nullable(text),
  resolvedAt: nullable(text),
});

export type CdrRow = { readonly record: CdrIssued };

export function cdrView({ record: cdr }: CdrRow): Static<typeof cdrValue> {
  return {
    cdrId: cdr.cdrId,
    sessionId: cdr.sessionId,
    issuedAt: iso(cdr.issuedAt),
    actor: cdr.actor,
    partyId: cdr.partyId,
    locationId: cdr.locationId,
    stationId: cdr.stationId,
    evseId: cdr.evseId,
    connectorId: cdr.connectorId,
    transactionId: cdr.transactionId,
    tokenRef: cdr.tokenRef,
    startedAt: iso(cdr.startedAt),
    endedAt: iso(cdr.endedAt),
    energyMilliWh: cdr.energyMilliWh,
    energyKwh: quantityOf('ENERGY', cdr.energyMilliWh),
    timeSeconds: cdr.timeSeconds,
    parkingSeconds: cdr.parkingSeconds,
    currency: cdr.currency,
    tariffId: cdr.tariffId,
    tariffVersion: cdr.tariffVersion,
    totalExclVat: cdr.totalExclVat,
    totalVat: cdr.totalVat,
    totalInclVat: cdr.totalInclVat,
  };
}

export function cdrDetailView(row: CdrRow, tariff: TariffValue): Static<typeof cdrDetail> {
  const { record: cdr } = row;
  return {
    ...cdrView(row),
    timeZone: cdr.timeZone,
    meterStartMilliWh: cdr.meterStartMilliWh,
    meterStopMilliWh: cdr.meterStopMilliWh,
    sessionGeneration: cdr.sessionGeneration,
    sessionOffset: cdr.sessionOffset,
    tariffHash: cdr.tariffHash,
    inputHash: cdr.inputHash,
    reviewId: cdr.reviewId,
    ...pricedView(cdr),
    readings: cdr.readings.map(({ at, energyMilliWh, chargingState }) => ({
      at: iso(at),
      energyMilliWh,
      chargingState,
    })),
    tariff,
  };
}

/** The lines of a price with instants as operators read them. */
export function pricedView({ lines, vats, periods }: Readonly<Pick<CdrIssued, 'lines' | 'vats' | 'periods'>>) {
  return {
    lines: lines.map((each) => ({
      ...each,
      dimension: each.dimension as (typeof tariffDimensions)[number],
      startAt: iso(each.startAt),
      endAt: iso(each.endAt),
    })),
    vats: vats.map((each) => ({ ...each })),
    periods: periods.map(({ startAt, dimensions }) => ({ startAt: iso(startAt), dimensions })),
  };
}

export function reviewView(row: ReviewRow): Static<typeof reviewValue> {
  return {
    reviewId: row.review_id,
    sessionId: row.session_id,
    stationId: row.station_id,
    reason: row.reason,
    detail: row.detail,
    cdrId: row.cdr_id,
    openedAt: iso(row.opened_at_ms),
    state: row.resolution === null ? 'open' : 'resolved',
    resolution: row.resolution,
    note: row.note,
    resolvedBy: row.resolved_by,
    resolvedAt: row.resolved_at_ms === null ? null : iso(row.resolved_at_ms),
  };
}

function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}
