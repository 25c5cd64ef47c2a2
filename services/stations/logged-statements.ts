// The SQL of what the stations projection keeps as lists: boots, security events, device events, quirks.
import { upsert } from '#kit/projection/table-rows';

const owner = ['tenant_id text', 'station_id text'] as const;

export const upsertBoots = upsert(
  'boots',
  [...owner, 'event_id text'],
  [
    'log_offset bigint',
    'recorded_at_ms bigint',
    'status text',
    'reason text',
    'vendor text',
    'model text',
    'serial_number text',
    'firmware_version text',
  ],
);

export const upsertSecurityEvents = upsert(
  'security_events',
  [...owner, 'event_id text'],
  ['log_offset bigint', 'occurred_at_ms bigint', 'recorded_at_ms bigint', 'source text', 'kind text', 'info text'],
);

export const upsertDeviceEvents = upsert(
  'device_events',
  [...owner, 'event_id text', 'number int'],
  [
    'log_offset bigint',
    'recorded_at_ms bigint',
    'occurred_at_ms bigint',
    'device_event_id bigint',
    'trigger text',
    'cause bigint',
    'value text',
    'tech_code text',
    'tech_info text',
    'cleared boolean',
    'transaction_id text',
    'monitor_id bigint',
    'notification_type text',
    'severity int',
    'component text',
    'component_instance text',
    'evse_id int',
    'connector_id int',
    'variable text',
    'variable_instance text',
  ],
);

export const upsertSigningRequests = upsert(
  'signing_requests',
  [...owner, 'event_id text'],
  [
    'log_offset bigint',
    'recorded_at_ms bigint',
    'csr_pem text',
    'certificate_type text',
    'request_id bigint',
    'combined boolean',
  ],
);

/** Rows are sums of a batch; the position moves in the same transaction, so that each batch counts once. */
export const addQuirks = `
  insert into quirks (tenant_id, station_id, action, quirk, count, first_at_ms, last_at_ms, last_frame)
  select * from json_to_recordset($1::json) as row (tenant_id text, station_id text, action text, quirk text,
    count bigint, first_at_ms bigint, last_at_ms bigint, last_frame text)
  on conflict (tenant_id, station_id, action, quirk) do update set
    count = quirks.count + excluded.count,
    first_at_ms = least(quirks.first_at_ms, excluded.first_at_ms),
    last_at_ms = greatest(quirks.last_at_ms, excluded.last_at_ms),
    last_frame = coalesce(excluded.last_frame, quirks.last_frame)`;

/** Keeps the newest $3 rows of each named station, by these columns. */
function prune(table: string, age: readonly string[]): string {
  const of = (name: string): string => age.map((column) => `${name}.${column}`).join(', ');
  return `
  delete from ${table} as old using unnest($1::text[], $2::text[]) as named (tenant_id, station_id)
  cross join lateral (
    select ${of('kept')} from ${table} as kept
    where kept.tenant_id = named.tenant_id and kept.station_id = named.station_id
    order by ${age.map((column) => `kept.${column} desc`).join(', ')} offset $3::int limit 1) as newest_gone
  where old.tenant_id = named.tenant_id and old.station_id = named.station_id
    and (${of('old')}) <= (${of('newest_gone')})`;
}

export const pruneBoots = prune('boots', ['log_offset']);
export const pruneSecurityEvents = prune('security_events', ['log_offset']);
export const pruneSigningRequests = prune('signing_requests', ['log_offset']);
export const pruneDeviceEvents = prune('device_events', ['log_offset', 'number']);

export const upsertDetails = upsert(
  'station_details',
  [...owner, 'subject text'],
  ['document json', 'due_at_ms bigint', 'uncertain_since_ms bigint'],
);

export const selectDetails = `
  select tenant_id, station_id, subject, document from station_details
  where (tenant_id, station_id) in (select * from unnest($1::text[], $2::text[]))`;
