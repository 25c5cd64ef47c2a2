// Tenants: given one of everything in one tenant, when another tries every route, every table, then it sees and changes nothing.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { registerPlaces, registerTariffs } from '#infra/local/seed';
import { startTrial, type Trial } from '#load-tests/bench/trial';
import { everyRoute, urlOf, type Route } from './every-route.ts';
import { eventually, operatorOf, type Operator } from './operator-client.ts';
import { ScriptedStation } from './scripted-station.ts';

const stationId = 'MARKED-STATION';
/** Stands in every name that the first tenant gave; nobody else may ever read it. */
const marker = /MARKED|marked/;

let trial: Trial;
let operator: Operator;
const keys: Record<'stranger' | 'viewer' | 'platformless', string> = { stranger: '', viewer: '', platformless: '' };
/** Ids of the first tenant's things, by the names that routes give their parameters. */
const ids: Record<string, string> = {};

const as = (key: string, method: string, url: string, body?: object | string): Promise<Response> =>
  fetch(`${trial.urls.operator}${url}`, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body === undefined
        ? {}
        : { 'content-type': typeof body === 'string' ? 'application/octet-stream' : 'application/json' }),
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });

async function made(method: string, url: string, body: object | string): Promise<Record<string, unknown>> {
  const response = await as(trial.secrets.demoOperatorKey, method, url, body);
  const text = await response.text();
  assert.ok(response.ok, `${method} ${url} answers ${response.status}: ${text}`);
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
}

before(
  async () => {
    // More is asked here at once than any operator asks.
    trial = await startTrial({ env: { OPERATOR_CALLS_PER_SECOND_MAX: '100000' } });
    operator = operatorOf(trial);
    const key = trial.secrets.demoOperatorKey;
    await registerPlaces(trial.urls.operator, key);
    await registerTariffs(trial.urls.operator, key);
    await operator.post('/v1/tenants', { tenantId: 'stranger', name: 'Stranger' });
    keys.stranger = await keyOf('operator', 'stranger');
    keys.viewer = await keyOf('viewer', 'default');
    keys.platformless = await keyOf('operator', 'default');
    await makeEverything();
  },
  { timeout: 300_000 },
);
after(() => trial?.close());

async function keyOf(role: string, tenantId: string): Promise<string> {
  const asked = await operator.raw('/v1/keys', {
    method: 'POST',
    body: JSON.stringify({ role, label: role }),
    headers: { 'x-tenant-id': tenantId },
  });
  const { key } = (await asked.json()) as { key: string };
  return key;
}

async function makeEverything(): Promise<void> {
  const { password } = await operator.post<{ password: string }>('/v1/stations', { stationId });
  const port = Number(new URL(trial.urls.ocpp).port);
  const station = await ScriptedStation.connect({ port, stationId, password, version: '1.6' });
  await station.boot('MARKED-MODEL');
  await station.ask('SecurityEventNotification', { type: 'MARKED', timestamp: new Date().toISOString() });
  const timestamp = new Date(Date.now() - 60_000).toISOString();
  const { tokenRef } = await operator.post<{ tokenRef: string }>('/v1/tokens', { uid: 'MARKEDCARD' });
  const begun = await station.ask('StartTransaction', {
    connectorId: 1,
    idTag: 'MARKEDCARD',
    meterStart: 0,
    timestamp,
  });
  const transactionId = begun?.payload['transactionId'];
  await station.ask('StopTransaction', { transactionId, meterStop: 100, timestamp: new Date().toISOString() });
  const from = new Date(Date.now() + 3_600_000).toISOString();
  const to = new Date(Date.now() + 7_200_000).toISOString();
  const rule = { name: 'marked', enabled: true, severity: 'info', groupsBySite: false };
  const selection = { locationIds: [], vendors: [], models: [] };
  const condition = { kind: 'offline', opensAfterSeconds: 0, closesAfterSeconds: 0 };
  await made('POST', '/v1/alert-rules', { ...rule, ruleId: 'marked', selection, condition });
  const window = { windowId: 'marked', stationIds: [stationId], locationIds: [], from, to, note: 'marked' };
  await made('POST', '/v1/maintenance-windows', window);
  const outage = { outageId: 'marked', kind: 'planned', stationIds: [stationId], from, to, reason: 'marked' };
  await made('POST', '/v1/planned-outages', outage);
  const webhook = {
    webhookId: 'marked',
    url: 'https://marked.example/',
    enabled: false,
    severityMin: 'info',
    kinds: [],
  };
  await made('POST', '/v1/webhooks', webhook);
  await made('PUT', '/v1/files/marked', 'firmware');
  await made('PUT', '/v1/templates/marked', { vendor: 'MARKED' });
  await made('PUT', `/v1/stations/${stationId}/evses/1`, { label: 'MARKED' });
  const partner = {
    partnerId: 'marked',
    name: 'MARKED',
    parties: ['NL-TNT'],
    ourParties: ['DE-CSM'],
    hosts: ['a.example'],
  };
  await made('POST', '/v1/ocpi/partners', partner);
  const stations = { name: 'marked', selection: { stationIds: [stationId] } };
  const job = await made('POST', '/v1/bulk-commands', { ...stations, intent: 'ClearCache', parameters: {} });
  const campaign = await made('POST', '/v1/firmware-campaigns', { ...stations, fileId: 'marked', targetVersion: '2' });
  const command = await made('POST', `/v1/stations/${stationId}/commands`, { intent: 'ClearCache', parameters: {} });
  const { items } = await eventually('the session', async () => {
    const page = await operator.get<{ items: { sessionId: string }[] }>(`/v1/sessions?stationId=${stationId}`);
    return page.items.length > 0 ? page : undefined;
  });
  const day = new Date().toISOString().slice(0, 10);
  Object.assign(ids, {
    stationId,
    tokenRef,
    sessionId: items[0]?.sessionId,
    commandId: command['commandId'],
    jobId: job['jobId'],
    campaignId: campaign['jobId'],
    id: 'marked',
    fileId: 'marked',
    templateId: 'marked',
    partnerId: 'marked',
    outageId: 'marked',
    evseId: '1',
    tariffId: (await firstOf('/v1/tariffs'))['tariffId'],
    assignmentId: (await firstOf('/v1/tariff-assignments'))['assignmentId'],
    locationId: (await firstOf('/v1/locations'))['locationId'],
    partyId: (await firstOf('/v1/parties'))['partyId'],
    keyId: (await firstOf('/v1/keys'))['keyId'],
    tenantId: 'default',
    credentialId: (await firstOf(`/v1/stations/${stationId}/credentials`))['credentialId'],
    from: new Date(Date.now() - 3_600_000).toISOString(),
    to: new Date().toISOString(),
    groupBy: 'station',
    day,
    owner: 'operator',
    name: 'marked',
    // There is none of these; nobody may find out.
    alertId: '00000000-0000-4000-8000-000000000000',
    reviewId: '00000000-0000-4000-8000-000000000000',
    cdrId: '00000000-0000-4000-8000-000000000000',
    serial: '00',
  });
  station.close();
}

async function firstOf(path: string): Promise<Record<string, string>> {
  const page = await operator.get<{ items: Record<string, string>[] }>(path);
  const [first] = page.items;
  assert.ok(first !== undefined, `${path} has something`);
  return first;
}

/** Campaigns have jobs of their own. */
const given = (path: string): Record<string, string> =>
  path.startsWith('/v1/firmware-campaigns/') ? { ...ids, jobId: ids['campaignId'] ?? '' } : ids;
const routes = everyRoute().filter(({ path }) => path !== '/v1/live');
const reads = routes.filter(({ method }) => method === 'GET');
const writes = routes.filter(({ method }) => method !== 'GET');

function urlFor(route: Route): string {
  const url = urlOf(route, given(route.path));
  assert.ok(url !== undefined, `${route.path}: this test has to make one, and to say its id in ids`);
  return url;
}

/** What the first tenant's own key reads at every route. */
async function everything(): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const route of reads) {
    const response = await as(trial.secrets.demoOperatorKey, 'GET', urlFor(route));
    const text = await response.text();
    assert.ok(response.status < 500, `${route.path}: ${response.status} ${text}`);
    if (response.status === 200) texts.set(route.path, text);
  }
  return texts;
}

test('another tenant reads nothing at any route, whatever ids it knows', async () => {
  const own = await everything();
  const shown = [...own].filter(([, text]) => marker.test(text)).map(([path]) => path);
  for (const path of ['/v1/alert-rules', '/v1/webhooks/{id}', '/v1/files/{fileId}', '/v1/bulk-commands/{jobId}'])
    assert.ok(shown.includes(path), `${path} is there to be read`);
  assert.ok(shown.length >= 30, `only ${shown.length} routes show it`);
  for (const route of reads) {
    const response = await as(keys.stranger, 'GET', urlFor(route));
    const text = await response.text();
    // What was asked for may come back in a problem; as an answer it may not.
    if (response.status === 200) assert.doesNotMatch(text, marker, route.path);
    else assert.ok([400, 403, 404].includes(response.status), `${route.path}: ${response.status}`);
  }
});

test('another tenant changes nothing at any route', async () => {
  const before = await everything();
  for (const route of writes) {
    const current = before.get(route.path);
    // What its owner could send back unchanged, else nothing: neither may be told apart from an unknown id.
    const body = route.method === 'DELETE' ? undefined : bodyOf(current);
    const response = await as(keys.stranger, route.method, urlFor(route), body);
    const text = await response.text();
    assert.ok(response.status < 500, `${route.method} ${route.path}: ${response.status} ${text}`);
    assert.doesNotMatch(response.ok ? text : '', /MARKED/, `${route.method} ${route.path}`);
  }
  const after = await everything();
  for (const [path, text] of before)
    if (!isAlive(path)) assert.deepEqual(JSON.parse(after.get(path) ?? 'null'), JSON.parse(text), path);
});

const strangerAt = async (route: Route): Promise<number> =>
  (await fetch(trial.urls.operator + urlFor(route), { method: route.method })).status;

/** Where time goes on by itself. */
function isAlive(path: string): boolean {
  return /projections|alerts|frames|sessions|energy|bulk-commands|firmware|commands|state|quirks|connections|drift|cdrs|reviews|deliveries/.test(
    path,
  );
}

function bodyOf(current: string | undefined): object {
  return current === undefined ? {} : (JSON.parse(current) as object);
}

test('a viewer changes nothing, an operator is no platform, and without a key nobody gets in', async () => {
  for (const route of writes)
    assert.equal((await as(keys.viewer, route.method, urlFor(route))).status, 403, `${route.method} ${route.path}`);
  for (const path of ['/v1/keys', '/v1/tenants', '/v1/projections/sessions', '/v1/projections/alerts_stations'])
    assert.equal((await as(keys.platformless, 'GET', path)).status, 403, path);
  for (const route of routes)
    // Who has no key is slowed down, too.
    assert.ok([401, 429].includes(await strangerAt(route)), `${route.method} ${route.path}`);
});

test('whatever stands in a path or a query is refused or answered, and breaks nothing', async () => {
  const hostile = ['\0', "' or 1=1 --", '../../etc/passwd', 'x'.repeat(290), '-1', '1e999'];
  const cursors = ['[]', '["x","y"]', '[1e308,"\u0000"]', '[-1,-1,-1,-1,-1]', '["2026-13-99T99:99:99Z"]'].map((text) =>
    Buffer.from(text).toString('base64url'),
  );
  const urls = reads.flatMap((route) => {
    const url = urlFor(route);
    const and = url.includes('?') ? '&' : '?';
    const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].flatMap(([, name = '']) =>
      hostile.map((value) => urlOf(route, { ...given(route.path), [name]: value }) ?? ''),
    );
    const inQuery = route.query.flatMap(({ name }) =>
      (name === 'cursor' ? cursors : hostile).map((value) => `${url}${and}${name}=${encodeURIComponent(value)}`),
    );
    return [...inPath, ...inQuery];
  });
  const faults: string[] = [];
  for (const url of urls) {
    const response = await as(keys.platformless, 'GET', url);
    await response.text();
    if (response.status >= 500 || response.status === 429) faults.push(`${response.status} ${url}`);
  }
  assert.deepEqual(faults, []);
});

/** What no tenant owns; everything else has a tenant_id. */
const ofNobody =
  /\.(schema_migrations|projection_position|projection_live|projection_rebuild|parked_keys|rebuild_said|sink_cut|outbox|certificate_authorities)$/;

test('every table of a tenant shows a tenant’s role its own rows alone; the others show it nothing', async () => {
  const client = new pg.Client({ connectionString: trial.environment['DATABASE_URL'] });
  await client.connect();
  try {
    const { rows: tables } = await client.query<Table>(`
      select format('%I.%I', n.nspname, c.relname) as name, pg_get_userbyid(c.relowner) as owner, c.relrowsecurity as secured,
        exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped) as owned,
        (select array_agg(p.polname || ' ' || p.polcmd::text || ' ' || pg_get_expr(p.polqual, p.polrelid) order by p.polname)
           from pg_policy p where p.polrelid = c.oid) as policies,
        (select array_agg(r.rolname::text) from pg_roles r where r.rolname like '%\\_api'
           and has_table_privilege(r.oid, c.oid, 'select, update, delete')) as granted
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' order by 1`);
    assert.ok(tables.length > 40, `${tables.length} tables`);
    const faults = tables.flatMap(faultsOf);
    assert.deepEqual(faults, []);
    const { rows: open } = await client.query(`
      select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('v', 'm')
        and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
        and not coalesce(c.reloptions @> '{security_invoker=true}', false)`);
    assert.deepEqual(open, [], 'a view that reads as its owner');
    const { rows: roles } = await client.query(
      `select rolname from pg_roles where rolname like '%\\_api' and (rolsuper or rolbypassrls or rolcanlogin)`,
    );
    assert.deepEqual(roles, []);
    for (const { name, owner } of tables.filter(({ owned }) => owned)) await seesItsOwn(client, name, owner);
  } finally {
    await client.end();
  }
});

type Table = {
  readonly name: string;
  readonly owner: string;
  readonly secured: boolean;
  readonly owned: boolean;
  readonly policies: readonly string[] | null;
  readonly granted: readonly string[] | null;
};

function faultsOf({ name, owner, secured, owned, policies, granted }: Table): string[] {
  if (!owned)
    return [
      ...(granted === null ? [] : [`${name} has no tenant_id and is open to ${granted.join()}`]),
      ...(ofNobody.test(name) ? [] : [`${name} has no tenant_id: whose rows are they?`]),
    ];
  const policy = "tenant_rows * (tenant_id = current_setting('app.tenant_id'::text, true))";
  return [
    ...(secured && policies?.length === 1 && policies[0] === policy
      ? []
      : [`${name} is not secured: ${String(policies)}`]),
    ...(granted?.every((role) => role === `${owner}_api`) === false ? [`${name} is open to ${granted.join()}`] : []),
  ];
}

/** As the stranger: none of the rows that others have. */
async function seesItsOwn(client: pg.Client, name: string, owner: string): Promise<void> {
  await client.query('begin');
  try {
    await client.query(`select set_config('role', $1, true), set_config('app.tenant_id', 'stranger', true)`, [
      `${owner}_api`,
    ]);
    const { rows } = await client.query(`select tenant_id from ${name} where tenant_id <> 'stranger' limit 1`);
    assert.deepEqual(rows, [], name);
    await client.query(`select set_config('app.tenant_id', '', true)`);
    assert.equal((await client.query(`select from ${name} limit 1`)).rowCount, 0, `${name} without a tenant`);
  } finally {
    await client.query('rollback');
  }
}
