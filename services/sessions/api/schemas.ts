// What the routes of sessions have in common: a session as operators see it.
import Type, { type Static } from 'typebox';
import { stationId, tokenRef } from '#contracts/registry';
import { flagNames, type Flag } from '../domain/flags.ts';
import { instantWithZone, nullable, pageLimits, strict } from '#kit/http-schemas';

export const sessionState = Type.Union([Type.Literal('charging'), Type.Literal('ended')]);
export const sessionId = Type.String({
  pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$',
  description: 'UUID of the session, the same for every OCPP version',
});

const milliWh = (description: string) => nullable(Type.Integer({ description }));

export const sessionValue = Type.Object({
  sessionId,
  stationId: Type.String(),
  evseId: nullable(Type.Integer()),
  connectorId: nullable(Type.Integer()),
  transactionId: Type.String({ description: 'As the station reports it; empty, 0 or -1 where it named none' }),
  state: sessionState,
  startedAt: Type.String({ description: 'By the clock of the station' }),
  endedAt: nullable(Type.String({ description: 'By the clock of the station' })),
  meterStartMilliWh: milliWh('Register at the start, thousandths of a Wh'),
  meterStopMilliWh: milliWh('Register at the end; null while charging'),
  energyMilliWh: milliWh('Delivered so far; null while two registers are not known'),
  energyKwh: nullable(Type.String({ description: 'The same in kWh, exact decimal' })),
  tokenRef: nullable(Type.String({ description: 'Pseudonym of the token that started it' })),
  authorization: nullable(Type.String({ description: 'What was decided about that token' })),
  chargingState: nullable(Type.String({ description: 'Last one reported; 2.x only' })),
  stopReason: nullable(Type.String()),
  stoppedByTokenRef: nullable(Type.String()),
  flags: Type.Array(Type.Unsafe<Flag>({ type: 'string', enum: [...flagNames] }), {
    description: 'Reasons to look at it',
  }),
  remoteStartId: nullable(Type.Integer({ description: 'Of the remote start it answers; 2.x only' })),
  reservationId: nullable(Type.Integer()),
});
export type SessionValue = Static<typeof sessionValue>;

export const sessionPage = Type.Object({
  items: Type.Array(sessionValue),
  nextCursor: nullable(Type.String({ description: 'Ask with it for the next page; null: this is the last' })),
});

export const sessionQuery = Type.Object(
  {
    stationId: Type.Optional(stationId),
    state: Type.Optional(sessionState),
    tokenRef: Type.Optional(tokenRef),
    from: Type.Optional(instantWithZone('Started at or after')),
    to: Type.Optional(instantWithZone('Started before')),
    transactionId: Type.Optional(Type.String({ maxLength: 64 })),
    flagged: Type.Optional(Type.Boolean({ description: 'true: with reasons to look at it; false: without' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: pageLimits.max, default: pageLimits.byDefault })),
    cursor: Type.Optional(Type.String({ maxLength: 500, description: 'nextCursor of the page before' })),
  },
  strict,
);
export type SessionQuery = Static<typeof sessionQuery>;
