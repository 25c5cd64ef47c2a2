// What a gateway asks billing for a station that shows its driver what a transaction costs: `POST /internal/costs`.
import Type, { type Static } from 'typebox';
import { stationIdPattern, tenantIdPattern } from './registry.ts';

const strict = { additionalProperties: false } as const;

/** Why no cost is told; the first two say that billing does not know the transaction as the gateway does (yet). */
export const costUntold = [
  'not-folded',
  'another-end',
  'flagged',
  'no-tariff',
  'unpriceable',
  'too-many-questions',
] as const;
export type CostUntold = (typeof costUntold)[number];

/** The longest that billing lets a gateway wait for a fold. */
export const costWaitMsMax = 10_000;

/** A transaction by the id that its station gave it (2.x). */
export const costQuestion = Type.Object(
  {
    tenantId: Type.String({ pattern: tenantIdPattern }),
    stationId: Type.String({ pattern: stationIdPattern }),
    /** Without NUL, which no table holds: one such id must not fail the questions that are looked up with it. */
    transactionId: Type.String({ maxLength: 255, pattern: '^[^\\u0000]*$' }),
    /** Its end as told to us, ms since epoch: the cost is final. Null: it runs, and the cost is what it came to so far. */
    endedAt: Type.Union([Type.Integer(), Type.Null()]),
    /**
     * How long the end may take to be folded. Of what runs: how long what its station said just now may take, which not every
     * message makes known; then the cost is of what is known.
     */
    waitMs: Type.Integer({ minimum: 0, maximum: costWaitMsMax }),
  },
  strict,
);
export type CostQuestion = Static<typeof costQuestion>;

/** What the CDR says, or would say, to the cent: with VAT, exact decimal text in the currency of its tariff. */
export const costTold = Type.Object(
  { totalInclVat: Type.String({ pattern: '^[0-9]{1,20}(\\.[0-9]{1,6})?$' }), currency: Type.String() },
  strict,
);
export type CostTold = Static<typeof costTold>;

/** The answer: the cost, or why it is not told. */
export const costAnswer = Type.Union([costTold, Type.Object({ why: Type.Enum([...costUntold]) }, strict)]);
export type CostAnswer = Static<typeof costAnswer>;
