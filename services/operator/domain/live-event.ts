// A record of the log as an operator sees it live: flat, with readable times, without what only machines need.
import type { AnyRecord } from '#contracts/codec';
import { formatUuid } from '#contracts/keys';

export type LiveEvent = {
  readonly type: string;
  readonly stationId: string;
  /** When it happened: the station's word where it gave one. ISO 8601. */
  readonly at: string;
  readonly [field: string]: unknown;
};

/** Who wants what; undefined filters let all through. */
export type LiveFilter = {
  readonly tenantId: string;
  readonly stationId: string | undefined;
  readonly types: ReadonlySet<string> | undefined;
};

/** commands carry a driver's plain uid for seven days; nobody who watches needs it. */
const hidden: ReadonlySet<string> = new Set([
  'type',
  'meta',
  'eventId',
  'tenantId',
  'stationId',
  'parametersJson',
  'generation',
  'sourcePartition',
  'sourceOffset',
]);
const timeFields: ReadonlySet<string> = new Set([
  'requestedAt',
  'sentAt',
  'completedAt',
  'resultedAt',
  'startedAt',
  'endedAt',
  'expiresAt',
]);

/** Undefined for records that are about no station. */
export function liveEventOf(record: AnyRecord): LiveEvent | undefined {
  const about = aboutOf(record);
  if (about === undefined) return undefined;
  const fields = Object.entries(record)
    .filter(([field]) => !hidden.has(field))
    .map(([field, value]) => [field, shown(field, value)]);
  return {
    type: record.type,
    stationId: about.stationId,
    at: new Date(about.at).toISOString(),
    ...Object.fromEntries(fields),
  };
}

/** Whether the filter lets through what a record's header and key tell; nothing is decoded for nobody. */
export function wants(filter: LiveFilter, type: string, tenantId: string): boolean {
  return filter.tenantId === tenantId && (filter.types === undefined || filter.types.has(type));
}

export function wantsEvent(filter: LiveFilter, event: LiveEvent): boolean {
  return filter.stationId === undefined || filter.stationId === event.stationId;
}

function aboutOf(record: AnyRecord): { stationId: string; at: number } | undefined {
  if ('meta' in record) {
    const { stationId, occurredAt, recordedAt } = record.meta;
    return { stationId, at: occurredAt ?? recordedAt };
  }
  switch (record.type) {
    case 'CommandRequested':
      return { stationId: record.stationId, at: record.requestedAt };
    case 'CommandSent':
      return { stationId: record.stationId, at: record.sentAt };
    case 'CommandCompleted':
      return { stationId: record.stationId, at: record.completedAt };
    case 'CommandResulted':
      return { stationId: record.stationId, at: record.resultedAt };
    case 'SessionStarted':
    case 'SessionUpdated':
    case 'SessionFlagged':
    case 'SessionEnded':
    case 'SessionCorrected':
      return { stationId: record.stationId, at: record.recordedAt };
    case 'CdrIssued':
      return { stationId: record.stationId, at: record.issuedAt };
    case 'BillingReviewOpened':
    case 'BillingReviewResolved':
    case 'RegistryChanged':
    case 'StationRegistered':
    case 'TokenRegistered':
    case 'TenantRegistered':
    case 'ActiveSession':
    case 'ExchangeRecorded':
    case 'StationPresence':
    case 'GatewayLease':
      return undefined;
  }
}

function shown(field: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return value.length === 16 ? formatUuid(value) : Buffer.from(value).toString('hex');
  return timeFields.has(field) && typeof value === 'number' ? new Date(value).toISOString() : value;
}
