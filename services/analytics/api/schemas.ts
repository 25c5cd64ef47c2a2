// What the routes of analytics have in common: the shapes of their answers.
import Type, { type Static } from 'typebox';
import { locationId, stationId } from '#contracts/registry';
import { directions, groupings } from '../queries/energy.ts';
import { instantWithZone, nextCursor, nullable, paging, strict } from '#kit/http-schemas';

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
    from: instantWithZone('At or after'),
    to: instantWithZone('Before; at most 31 days later'),
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
    from: instantWithZone('A quarter hour, at or after'),
    to: instantWithZone('A quarter hour, before; at most 366 days later, 31 when grouped by 15m'),
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
