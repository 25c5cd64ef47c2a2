// What operators send and get for commands; each intent with its own parameters.
import Type, { type Static } from 'typebox';
import { intents, isIntent, type Intent } from '#contracts/commands';
import { stationIdPattern } from '#contracts/registry';
import { nullable, paging, strict } from '#kit/http-schemas';
import { instant } from './schemas.ts';

export const expirySecondsMax = 86_400;
export const waitSecondsMax = 60;

/** Printable, so that it can be part of a hash and of a header. */
const idempotencyKey = Type.String({
  pattern: '^[\\x21-\\x7e]{1,100}$',
  description: 'The same key with the same request names the same command; with another request it is refused (409)',
});

const expiresInSeconds = Type.Integer({
  minimum: 1,
  maximum: expirySecondsMax,
  description: 'How long the command may wait for the station; by default as long as its intent makes sense',
});

const optional = {
  expiresInSeconds: Type.Optional(expiresInSeconds),
  idempotencyKey: Type.Optional(idempotencyKey),
  beforeAcceptance: Type.Optional(
    Type.Boolean({
      description: 'Send it to a connected station whose boot was not accepted, too; never a start or a stop',
    }),
  ),
} as const;

const intentNames = Object.keys(intents).filter(isIntent);

/** Checked intent by intent, see command-body.ts. */
export const commandInput = Type.Unsafe<CommandInput>(
  Type.Union(
    intentNames.map((intent) =>
      Type.Object(
        { intent: Type.Literal(intent), parameters: intents[intent].parameters, ...optional },
        { ...strict, description: `Waits ${intents[intent].expirySeconds} s by default; lane ${intents[intent].lane}` },
      ),
    ),
  ),
);

/** The body of a known intent, as commandInput shows it. */
export function commandInputOf(intent: Intent) {
  return Type.Object({ intent: Type.Literal(intent), parameters: intents[intent].parameters, ...optional }, strict);
}

export const intentName = Type.Enum(intentNames);

export type CommandInput = {
  readonly intent: Intent;
  readonly parameters: Record<string, unknown>;
  readonly expiresInSeconds?: number;
  readonly idempotencyKey?: string;
  readonly beforeAcceptance?: boolean;
};

export const commandHeaders = Type.Object({ 'idempotency-key': Type.Optional(idempotencyKey) });

export const commandQuery = Type.Object(
  {
    waitSeconds: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: waitSecondsMax,
        description: 'Answer when the command is completed (200), at the latest after so long (202)',
      }),
    ),
    until: Type.Optional(
      Type.Enum(['completion', 'result'], {
        description: 'What is waited for: the answer of the station (default), or what came of it: a start its session',
      }),
    ),
  },
  strict,
);

const states = Type.Enum(['requested', 'sent', 'completed']);
const outcomes = Type.Enum(
  ['accepted', 'rejected', 'notSupported', 'failed', 'offline', 'expired', 'notAccepted', 'superseded', 'unknown'],
  {
    description: 'unknown: it was sent, and nobody knows what became of it; superseded: a newer one was sent instead',
  },
);

const started = Type.Object({
  kind: Type.Literal('started'),
  sessionId: nullable(Type.String({ description: 'Null where the clock of the station was before 2020' })),
  transactionId: Type.String(),
});
const noSession = Type.Object(
  { kind: Type.Literal('noSession') },
  {
    description:
      'Nothing began within the time that the station waits for a cable; said only of a station that could tell',
  },
);

export const command = Type.Object({
  commandId: Type.String(),
  stationId: Type.String(),
  intent: Type.String(),
  lane: Type.String({ description: 'Commands for a driver go before maintenance' }),
  parameters: Type.Record(Type.String(), Type.Unknown(), { description: 'A token is shown by its pseudonym' }),
  state: states,
  outcome: nullable(outcomes),
  detail: nullable(Type.String()),
  answer: Type.Unknown({ description: "The station's answer in its OCPP version, secrets redacted; null without one" }),
  requestedBy: Type.String(),
  requestedAt: instant,
  expiresAt: instant,
  requests: Type.Integer({ description: 'More than 1: asked again under a newer connection' }),
  sentAt: nullable(instant),
  action: nullable(Type.String({ description: 'OCPP action that was sent (first)' })),
  completedAt: nullable(instant),
  completedBy: nullable(Type.String()),
  result: Type.Union([started, noSession, Type.Null()], {
    description: 'What came of a StartCharging that was accepted or is unknown; null: not known yet, or another intent',
  }),
});
export type CommandView = Static<typeof command>;

export const commandFilters = Type.Object(
  {
    ...paging,
    stationId: Type.Optional(Type.String({ pattern: stationIdPattern })),
    state: Type.Optional(states),
    outcome: Type.Optional(outcomes),
    intent: Type.Optional(intentName),
  },
  strict,
);

export const commandParams = Type.Object({ commandId: Type.String({ minLength: 1, maxLength: 100 }) });
