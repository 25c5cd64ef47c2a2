// What operators send and get for commands to many stations, and for firmware campaigns.
import Type, { type Static } from 'typebox';
import { fileIdPattern, firmwareIntents } from '#contracts/commands/firmware';
import { plainIdPattern, stationIdPattern } from '#contracts/registry';
import { nullable, paging, strict } from '#kit/http-schemas';
import { expirySecondsMax, intentName } from './command-schemas.ts';
import { instant } from './schemas.ts';

const stationIdsMax = 10_000;
const word = Type.String({ minLength: 1, maxLength: 64 });
const percent = Type.Integer({ minimum: 1, maximum: 100 });

const selection = Type.Object(
  {
    stationIds: Type.Optional(
      Type.Array(Type.String({ pattern: stationIdPattern }), {
        minItems: 1,
        maxItems: stationIdsMax,
        uniqueItems: true,
      }),
    ),
    locationId: Type.Optional(Type.String({ pattern: plainIdPattern })),
    vendor: Type.Optional(Type.String({ ...word, description: 'As the station told at its last boot' })),
    model: Type.Optional(word),
    firmwareVersion: Type.Optional(word),
    all: Type.Optional(
      Type.Literal(true, { description: 'All stations of the tenant, where no other condition is given' }),
    ),
  },
  { ...strict, minProperties: 1, description: 'Every condition holds; resolved once, when the job is made' },
);

const common = {
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  selection,
  pacePerMinute: Type.Optional(Type.Integer({ minimum: 1, maximum: 6_000, default: 60 })),
  stopAtFailedPercent: Type.Optional(
    Type.Integer({
      ...percent,
      description: 'Ends the job once so many percent of the stations (of a campaign: of the wave) failed',
    }),
  ),
};

export const bulkInput = Type.Object(
  {
    ...common,
    intent: intentName,
    parameters: Type.Record(Type.String(), Type.Unknown(), {
      description: 'As POST /v1/stations/{id}/commands has them',
    }),
    expiresInSeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: expirySecondsMax })),
  },
  strict,
);
export type BulkInput = Static<typeof bulkInput>;

const update = firmwareIntents.UpdateFirmware.parameters.properties;
const clock = Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' });
const hours = Type.Object(
  { from: clock, until: clock, timeZone: Type.String({ minLength: 1, maxLength: 64, description: 'IANA time zone' }) },
  { ...strict, description: 'Stations are asked only then; it may span midnight' },
);

export const campaignInput = Type.Object(
  {
    ...common,
    fileId: Type.String({ pattern: fileIdPattern }),
    signed: update.signed,
    retries: update.retries,
    retryIntervalSeconds: update.retryIntervalSeconds,
    targetVersion: Type.String({ ...word, description: 'What a station that succeeded tells at its next boot' }),
    fromVersions: Type.Optional(Type.Array(word, { minItems: 1, maxItems: 100 })),
    canaries: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000, default: 1, description: 'The first wave' })),
    waves: Type.Optional(
      Type.Array(
        Type.Union([
          Type.Object({ stations: Type.Integer({ minimum: 1, maximum: 1_000_000 }) }, strict),
          Type.Object({ percent }, strict),
        ]),
        { maxItems: 20, description: 'After the canaries; whoever is left is a last one' },
      ),
    ),
    hours: Type.Optional(hours),
    reachWithinHours: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 720,
        default: 72,
        description: 'A station that is away or charges for so long is skipped',
      }),
    ),
    installWithinMinutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_080, default: 120 })),
  },
  strict,
);
export type CampaignInput = Static<typeof campaignInput>;

const jobStates = ['running', 'paused', 'done', 'stopped', 'cancelled'] as const;
const count = Type.Integer();

export const job = Type.Object({
  jobId: Type.String(),
  name: nullable(Type.String()),
  state: Type.Enum([...jobStates], { description: 'stopped: by its stop rule' }),
  why: nullable(Type.String({ description: 'Why it stopped, or who paused or cancelled it' })),
  intent: Type.String(),
  parameters: Type.Record(Type.String(), Type.Unknown(), { description: 'A token is shown by its pseudonym' }),
  selection: Type.Unknown(),
  pacePerMinute: count,
  stopAtFailedPercent: nullable(count),
  targetVersion: nullable(Type.String({ description: 'Of a firmware campaign' })),
  stations: count,
  wave: Type.Integer({ description: 'The one that runs, from 1' }),
  waves: Type.Array(
    Type.Object({
      wave: count,
      stations: count,
      waiting: count,
      open: Type.Integer({ description: 'Asked, and not over' }),
      succeeded: count,
      failed: count,
      skipped: count,
      cancelled: count,
    }),
  ),
  outcomes: Type.Record(Type.String(), count, {
    description: 'Stations by the outcome of their command, or by why they were skipped',
  }),
  createdAt: instant,
  createdBy: Type.String(),
  endedAt: nullable(instant),
});
export type JobView = Static<typeof job>;

const stationStates = [
  'waiting',
  'asking',
  'asked',
  'installing',
  'succeeded',
  'failed',
  'skipped',
  'cancelled',
] as const;

export const jobStation = Type.Object({
  stationId: Type.String(),
  wave: count,
  state: Type.Enum([...stationStates]),
  outcome: nullable(Type.String()),
  detail: nullable(Type.String()),
  commandId: nullable(Type.String()),
  askedAt: nullable(instant),
  endedAt: nullable(instant),
});

export const jobParams = Type.Object({ jobId: Type.String({ pattern: '^[0-9a-f-]{36}$' }) });
export const jobQuery = Type.Object(paging, strict);
export const jobStationQuery = Type.Object({ ...paging, state: Type.Optional(Type.Enum([...stationStates])) }, strict);
