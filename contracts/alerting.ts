// What operators write about alerts: rules by kind of condition, maintenance windows, webhooks, planned outages.
import Type, { type Static } from 'typebox';
import { locationId, plainIdPattern, stationId } from './registry.ts';

const strict = { additionalProperties: false } as const;
const id = Type.String({ pattern: plainIdPattern });
const instant = Type.String({
  pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,9})?)?(Z|[+-]\\d{2}:\\d{2})$',
  description: 'ISO 8601 with its zone',
});

/** From the mildest. */
export const severities = ['info', 'warning', 'critical'] as const;
const severity = Type.Enum([...severities]);

/** What a rule may watch. */
export const alertKinds = [
  'offline',
  'faulted',
  'stuck',
  'no-session',
  'refused-starts',
  'certificate-expiry',
  'drift',
] as const;

const held = {
  opensAfterSeconds: Type.Integer({
    minimum: 0,
    maximum: 604_800,
    description: 'So long it must hold without a break',
  }),
  closesAfterSeconds: Type.Integer({ minimum: 0, maximum: 86_400, description: 'So long it must be over' }),
} as const;

/** The condition of a rule: its kind, and the borders at which an alert opens and closes. */
export const alertCondition = Type.Union([
  Type.Object({ kind: Type.Literal('offline'), ...held }, strict),
  Type.Object({ kind: Type.Literal('faulted'), ...held }, strict),
  Type.Object({ kind: Type.Literal('drift'), ...held }, strict),
  Type.Object(
    {
      kind: Type.Literal('stuck'),
      statuses: Type.Array(Type.Enum(['Preparing', 'Finishing']), {
        minItems: 1,
        maxItems: 2,
        description:
          'Of 2.x a connector that is Occupied: Preparing while no transaction gives energy yet, Finishing once none does any more',
      }),
      ...held,
    },
    strict,
  ),
  Type.Object(
    {
      kind: Type.Literal('no-session'),
      opensAfterHours: Type.Integer({
        minimum: 1,
        maximum: 2_160,
        description: 'Connected, and no session with energy',
      }),
      whileOthersCharge: Type.Boolean({
        description: 'Only where another station of its location had one in that time',
      }),
    },
    strict,
  ),
  Type.Object(
    {
      kind: Type.Literal('refused-starts'),
      windowMinutes: Type.Integer({ minimum: 1, maximum: 10_080 }),
      measure: Type.Enum(['count', 'percent'], {
        description: 'Refused ones, or their share of all that were decided',
      }),
      startsMin: Type.Integer({
        minimum: 1,
        maximum: 100,
        description: 'Fewer decisions within the window open nothing',
      }),
      opensAt: Type.Integer({ minimum: 1, maximum: 100 }),
      closesAt: Type.Integer({ minimum: 0, maximum: 99, description: 'Closes at it or below; less than opensAt' }),
    },
    strict,
  ),
  Type.Object(
    {
      kind: Type.Literal('certificate-expiry'),
      opensWithinDays: Type.Integer({ minimum: 1, maximum: 365 }),
      closesBeyondDays: Type.Integer({ minimum: 1, maximum: 400, description: 'At least opensWithinDays' }),
    },
    strict,
  ),
]);

/** A rule: for which stations, when, how grave. */
export const alertRuleValue = Type.Object(
  {
    ruleId: id,
    name: Type.String({ minLength: 1, maxLength: 100 }),
    enabled: Type.Boolean(),
    severity,
    selection: Type.Object(
      {
        locationIds: Type.Array(locationId, { maxItems: 1_000 }),
        vendors: Type.Array(Type.String({ minLength: 1, maxLength: 50 }), { maxItems: 100 }),
        models: Type.Array(Type.String({ minLength: 1, maxLength: 50 }), { maxItems: 100 }),
      },
      { ...strict, description: 'A station must fit each list that is not empty' },
    ),
    groupsBySite: Type.Boolean({ description: 'One alert where all stations of a location (two or more) have one' }),
    condition: alertCondition,
  },
  strict,
);

/** While it lasts, alerts of these stations are suppressed: shown as such, told to nobody. */
export const maintenanceWindowValue = Type.Object(
  {
    windowId: id,
    stationIds: Type.Array(stationId, { maxItems: 1_000 }),
    locationIds: Type.Array(locationId, { maxItems: 1_000 }),
    from: instant,
    to: instant,
    note: Type.String({ maxLength: 500 }),
  },
  strict,
);

/** Where alerts are told; its secret is no part of it. */
export const webhookValue = Type.Object(
  {
    webhookId: id,
    url: Type.String({ minLength: 8, maxLength: 500, description: 'HTTPS, at a public address' }),
    enabled: Type.Boolean(),
    severityMin: severity,
    kinds: Type.Array(Type.Enum([...alertKinds]), { maxItems: 10, description: 'Empty: all' }),
  },
  strict,
);

/** A time out of service that was planned, or one that does not count for uptime, for up to a hundred stations at once. */
export const plannedOutageInput = Type.Object(
  {
    outageId: id,
    kind: Type.Enum(['planned', 'exclusion']),
    stationIds: Type.Array(stationId, { minItems: 1, maxItems: 100 }),
    evseId: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, description: 'Without it the whole station' })),
    from: instant,
    to: instant,
    reason: Type.String({ minLength: 1, maxLength: 500 }),
  },
  strict,
);

export type Severity = (typeof severities)[number];
export type AlertKind = (typeof alertKinds)[number];
export type AlertCondition = Static<typeof alertCondition>;
export type AlertRuleValue = Static<typeof alertRuleValue>;
export type MaintenanceWindowValue = Static<typeof maintenanceWindowValue>;
export type WebhookValue = Static<typeof webhookValue>;
export type PlannedOutageInput = Static<typeof plannedOutageInput>;
