// Alerts as an operator meets them, over the door and a real 2.0.1 station: what opens, closes, is suppressed, told, and ends with its rule or station.
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { startTrial, type Trial } from '#load-tests/bench/trial';
import { eventually, operatorOf, type Operator, type Page } from './operator-client.ts';
import { ScriptedStation } from './scripted-station.ts';

type Alert = {
  readonly alertId: string;
  readonly kind: string;
  readonly severity: string;
  readonly state: string;
  readonly subject: string;
  readonly since: string;
  readonly openedAt: string;
  readonly closedAt: string | null;
  readonly closeReason: string | null;
  readonly suppressedBy: string | null;
  readonly detail: Readonly<Record<string, string>>;
};

const stationId = 'ALERTS-E2E';
const password = 'password-of-alerts-0123456789abcdef';
const everywhere = { locationIds: [], vendors: [], models: [] };
const seconds = { opensAfterSeconds: 2, closesAfterSeconds: 1 };
const ruleOf = (condition: object, severity = 'warning') => ({
  name: 'Rule',
  enabled: true,
  severity,
  selection: everywhere,
  groupsBySite: true,
  condition,
});
let trial: Trial;
let operator: Operator;
let server: Server;
let station: ScriptedStation;
/** What the webhook heard of our station: event and kind. */
const heard: string[] = [];

before(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const told = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { event: string; alert: Alert | null };
      if (told.alert?.subject.startsWith(`station/${stationId}`)) heard.push(`${told.event} ${told.alert.kind}`);
      response.writeHead(200).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  trial = await startTrial({
    processes: [['registry', 'stations', 'sessions', 'alerts', 'operator']],
    env: { ALERTS_TICK_MS: '100', ALERTS_DELIVERY_TICK_MS: '100', ALERTS_INSECURE_HOSTS: host },
  });
  operator = operatorOf(trial);
  await operator.register([{ stationId, version: '2.0.1', password, evses: 1, tokens: [] }]);
  await eventually('the rules', async () => {
    const { items } = await operator.get<Page<object>>('/v1/alert-rules');
    return items.length > 0 ? items : undefined;
  });
  const stuck = { kind: 'stuck', statuses: ['Preparing', 'Finishing'], ...seconds };
  await write('PUT', '/v1/alert-rules/stuck', ruleOf(stuck));
  await write('PUT', '/v1/alert-rules/offline', ruleOf({ kind: 'offline', ...seconds }));
  const webhook = { webhookId: 'e2e', url: `http://${host}/`, enabled: true, severityMin: 'warning', kinds: [] };
  await operator.post('/v1/webhooks', webhook);
  station = await connect();
});
after(async () => {
  station.close();
  await trial.close();
  server.close();
});

async function connect(): Promise<ScriptedStation> {
  const port = Number(new URL(trial.urls.ocpp).port);
  const connected = await ScriptedStation.connect({ port, stationId, password, version: '2.0.1' });
  await connected.boot();
  return connected;
}

async function write(method: string, path: string, body?: object): Promise<void> {
  const init =
    body === undefined ? { method, headers: { 'content-type': 'text/plain' } } : { method, body: JSON.stringify(body) };
  const response = await operator.raw(path, init);
  assert.ok(response.ok, `${path} answers ${response.status}: ${await response.text()}`);
}

/** The newest alert of the station of this kind, once it is as wanted. */
function alert(kind: string, what: string, isWanted: (alert: Alert) => boolean): Promise<Alert> {
  return eventually(what, async () => {
    const { items } = await operator.get<Page<Alert>>(`/v1/alerts?stationId=${stationId}&kind=${kind}&limit=1`);
    return items[0] !== undefined && isWanted(items[0]) ? items[0] : undefined;
  });
}
const isOpen = ({ state }: Alert): boolean => state === 'open';
const isClosed = ({ state }: Alert): boolean => state === 'closed';
const msBetween = (from: string, to: string | null): number => Date.parse(to ?? '') - Date.parse(from);

async function say(connectorStatus: 'Available' | 'Occupied'): Promise<void> {
  const timestamp = new Date().toISOString();
  await station.ask('StatusNotification', { timestamp, connectorStatus, evseId: 1, connectorId: 1 });
}

let seqNo = 0;
async function transaction(eventType: 'Started' | 'Updated' | 'Ended', chargingState?: string): Promise<void> {
  const info = { transactionId: 'tx-alerts', ...(chargingState === undefined ? {} : { chargingState }) };
  await station.ask('TransactionEvent', {
    eventType,
    timestamp: new Date().toISOString(),
    triggerReason: 'ChargingStateChanged',
    seqNo: seqNo++,
    transactionInfo: info,
    evse: { id: 1, connectorId: 1 },
  });
}

test('a cable without a start is stuck from its seconds on, energy clears it, and a cable that stays is stuck again', async () => {
  await say('Occupied');
  const waits = await alert('stuck', 'a cable that waits', isOpen);
  assert.deepEqual([waits.subject, waits.detail['status']], [`station/${stationId}/1.1`, 'Preparing']);
  assert.ok(msBetween(waits.since, waits.openedAt) >= 2_000, `${waits.since} ${waits.openedAt}`);
  const charges = new Date().toISOString();
  await transaction('Started', 'Charging');
  const cleared = await alert('stuck', 'the end of it', isClosed);
  assert.deepEqual([cleared.alertId, cleared.closeReason], [waits.alertId, 'cleared']);
  assert.ok(msBetween(charges, cleared.closedAt) >= 1_000, 'it closes when energy flows for its seconds');
  await transaction('Ended', 'EVConnected');
  const stays = await alert('stuck', 'a cable that stays', isOpen);
  assert.notEqual(stays.alertId, waits.alertId);
  assert.equal(stays.detail['status'], 'Finishing');
  await eventually('all to be told', async () => (heard.length >= 3 ? heard : undefined));
  assert.deepEqual(heard, ['alert.opened stuck', 'alert.closed stuck', 'alert.opened stuck']);
});

test('a window that begins while an alert is open suppresses it, tells nothing twice, and its end of the alert is told', async () => {
  const window = { windowId: 'e2e', stationIds: [stationId], locationIds: [], note: '' };
  const span = { from: new Date(Date.now() + 500).toISOString(), to: new Date(Date.now() + 3_600_000).toISOString() };
  await operator.post('/v1/maintenance-windows', { ...window, ...span });
  const suppressed = await alert('stuck', 'it to be suppressed', ({ suppressedBy }) => suppressedBy !== null);
  assert.deepEqual([suppressed.state, suppressed.suppressedBy], ['open', 'maintenance/e2e']);
  // What opens within it is told to nobody before it is over.
  station.close();
  const away = await alert('offline', 'an alert within the window', isOpen);
  assert.equal(away.suppressedBy, 'maintenance/e2e');
  assert.ok(msBetween(away.since, away.openedAt) >= 2_000);
  assert.equal(heard.length, 3, heard.join());
  await write('DELETE', '/v1/maintenance-windows/e2e');
  await eventually('the alert to be told', async () => (heard.length >= 4 ? heard : undefined));
  assert.equal(heard.at(-1), 'alert.opened offline');
  await alert('stuck', 'the other to stand for itself', ({ suppressedBy }) => suppressedBy === null);
});

test('a planned outage that is declared while an alert is open suppresses it until it is taken back', async () => {
  const [from, to] = [new Date(Date.now() - 1_000), new Date(Date.now() + 3_600_000)];
  const span = { from: from.toISOString(), to: to.toISOString(), reason: 'The grid is worked on' };
  await operator.post('/v1/planned-outages', { outageId: 'e2e', kind: 'planned', stationIds: [stationId], ...span });
  await alert('offline', 'it to be suppressed', ({ suppressedBy }) => suppressedBy === 'outage/e2e');
  await write('DELETE', '/v1/planned-outages/e2e');
  await alert('offline', 'it to stand for itself', ({ suppressedBy }) => suppressedBy === null);
  assert.equal(heard.length, 4, 'what was told is told once');
});

test('an open alert follows its rule: its severity, and its end with the rule', async () => {
  await write(
    'PUT',
    '/v1/alert-rules/offline',
    ruleOf({ kind: 'offline', ...seconds, opensAfterSeconds: 3_600 }, 'critical'),
  );
  const graver = await alert('offline', 'it to be graver', ({ severity }) => severity === 'critical');
  assert.equal(graver.state, 'open', 'a border that moved away keeps what stands');
  await write('DELETE', '/v1/alert-rules/stuck');
  assert.equal((await alert('stuck', 'its end', isClosed)).closeReason, 'not-watched');
  await eventually('the end to be told', async () => (heard.at(-1) === 'alert.closed stuck' ? heard : undefined));
  assert.equal(heard.length, 5, heard.join());
});

test('a station that is deleted while it alerts ends its alert', async () => {
  await write('DELETE', `/v1/stations/${stationId}`);
  const ended = await alert('offline', 'the end of the alert', isClosed);
  assert.equal(ended.closeReason, 'not-watched');
  await eventually('the end to be told', async () => (heard.at(-1) === 'alert.closed offline' ? heard : undefined));
});
