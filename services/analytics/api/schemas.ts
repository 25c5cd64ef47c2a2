// What the routes of analytics have in common: pages, problems, instants, and the shapes of their answers.
import Type, { type Static, type TSchema } from 'typebox';
import { locationId, stationId } from '#contracts/registry';
import { directions, groupings } from '../queries/energy.ts';

export const strict = { additionalProperties: false } as const;
const nullable = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);

const problem = Type.Object(
  {
    type: Type.String(),
    status: Type.Integer(),
    title: Type.String(),
    detail: Type.Optional(Type.String()),
    code: Type.Optional(Type.String()),
    violations: Type.Optional(Type.Array(Type.Object({ path: Type.String(), message: Type.String() }))),
  },
  { description: 'RFC 9457 problem; each violation names its path' },
);

/** What any route may answer instead. */
export const problems = { '4xx': problem, '5xx': problem } as const;

export const pageLimits = { byDefault: 100, max: 1000 } as const;

const instant = (description: string) =>
  Type.String({
    pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,9})?)?(Z|[+-]\\d{2}:\\d{2})$',
    description,
  });

const paging = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: pageLimits.max, default: pageLimits.byDefault })),
  cursor: Type.Optional(Type.String({ maxLength: 500, description: 'nextCursor of the page before' })),
} as const;
const nextCursor = nullable(Type.String({ description: 'Ask with it for the next page; null: this is the last' }));

const milli = (description: string) => nullable(Type.Integer({ description }));

export const readingValue = Type.Object({
  stationId: Type.String(),
  evseId: Type.Integer(),
  connectorId: Type.Integer(),
  at: Type.String({ description: 'By the clock of the station, or ours where that one cannot be right' }),
  context: Type.String({ description: 'Sample.Periodic, Transaction.Begin, Transaction.End, Sample.Clock …' }),
  reportedId: nullable(Type.String({ description: 'Of the transaction as reported; null outside one' })),
  lagSeconds: Type.Integer({ description: 'How much later it reached us' }),
  energyImportMilliWh: milli('Import register, thousandths of a Wh'),
  energyExportMilliWh: milli('Export register, thousandths of a Wh'),
  powerImportMilliW: milli('Sum of phases, thousandths of a W'),
  powerExportMilliW: milli('Thousandths of a W'),
  powerOfferedMilliW: milli('Thousandths of a W'),
  currentOfferedMilliA: milli('Thousandths of an A'),
  currentMilliA: milli('Without phase, thousandths of an A'),
  currentL1MilliA: milli('Thousandths of an A'),
  currentL2MilliA: milli('Thousandths of an A'),
  currentL3MilliA: milli('Thousandths of an A'),
  voltageL1MilliV: milli('Thousandths of a V'),
  voltageL2MilliV: milli('Thousandths of a V'),
  voltageL3MilliV: milli('Thousandths of a V'),
  socPercent: nullable(Type.Number({ description: 'State of charge' })),
});
export type ReadingValue = Static<typeof readingValue>;

export const readingPage = Type.Object({ items: Type.Array(readingValue), nextCursor });

export const readingsQuery = Type.Object(
  {
    stationId,
    evseId: Type.Optional(Type.Integer({ minimum: 0, maximum: 65_535 })),
    from: instant('At or after'),
    to: instant('Before; at most 31 days later'),
    ...paging,
  },
  strict,
);

export const curveQuery = Type.Object({ ...paging }, strict);
export const sessionId = Type.String({
  pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$',
  description: 'UUID of the session',
});

export const energyQuery = Type.Object(
  {
    from: instant('A quarter hour, at or after'),
    to: instant('A quarter hour, before; at most 366 days later, 31 when grouped by 15m'),
    groupBy: Type.Enum([...groupings], { description: 'Days are those of UTC' }),
    direction: Type.Optional(
      Type.Enum([...directions], { default: 'import', description: 'export: what cars gave back' }),
    ),
    stationId: Type.Optional(stationId),
    locationId: Type.Optional(locationId),
    ...paging,
  },
  strict,
);
export type EnergyRequest = Static<typeof energyQuery>;

export const energyPage = Type.Object({
  items: Type.Array(
    Type.Object({
      group: Type.String({ description: 'locationId (empty: no location), stationId, day, or start of 15 minutes' }),
      locationName: nullable(Type.String()),
      energyMilliWh: Type.Integer({ description: 'Delivered in sessions, thousandths of a Wh' }),
      energyKwh: Type.String({ description: 'The same in kWh, exact decimal' }),
      sessions: Type.Integer({ description: 'Sessions that had a register in the range' }),
      ambiguousSessions: Type.Integer({
        description: 'Of these, sessions whose register fell: their energy is a guess',
      }),
    }),
  ),
  nextCursor,
});
