// Room for files: given a tenant that fills its own, then it alone is refused, and sees how much it has.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually, FakeGateway, openRig, type Rig } from '../rig.ts';

const tenantBytesMax = 10_000;
let rig: Rig;
let gateway: FakeGateway;

before(async () => {
  rig = await openRig({
    environment: { LEASE_TIMEOUT_MS: '600000', STATION_FILES_TENANT_BYTES_MAX: String(tenantBytesMax) },
  });
  gateway = await FakeGateway.open(rig);
  await rig.register('R-1');
  await eventually(
    () => rig.ask('GET', '/v1/stations/R-1/state'),
    ({ status }) => status === 200,
    'the station',
  );
  await gateway.connect('R-1');
});
after(async () => {
  await gateway.close();
  await rig.close();
});

async function give(fileId: string, body: Buffer, tenant = 'default'): Promise<{ status: number; code?: string }> {
  const headers = {
    authorization: 'Bearer internal-token-of-the-test',
    'x-tenant-id': tenant,
    'x-role': 'operator',
    'content-type': 'application/octet-stream',
  };
  const response = await fetch(`${rig.url}/v1/files/${fileId}`, { method: 'PUT', headers, body });
  return { status: response.status, ...((await response.json()) as { code?: string }) };
}

async function refusals(): Promise<number> {
  const text = await (await fetch(`${rig.url}/metrics`)).text();
  return Number(
    /^chargestream_station_files_refused_total\{[^}]*reason="tenant-full"[^}]*\} (\d+)/m.exec(text)?.[1] ?? 0,
  );
}

const storage = async (tenant = 'default') => (await rig.ask('GET', '/v1/file-storage', { tenant })).body;

test('a tenant gives files up to its last byte and not one more; others have room, and it has some once it deletes', async () => {
  assert.equal((await give('a', Buffer.alloc(6_000))).status, 201);
  const before = await refusals();
  const { status, code } = await give('b', Buffer.alloc(4_001));
  assert.deepEqual([status, code, await refusals()], [507, 'TENANT_FILES_FULL', before + 1]);
  assert.equal((await give('b', Buffer.alloc(4_000))).status, 201);
  assert.deepEqual(await storage(), {
    bytes: tenantBytesMax,
    bytesMax: tenantBytesMax,
    firmware: { files: 2, bytes: tenantBytesMax },
    uploads: { files: 0, bytes: 0 },
  });
  assert.equal((await give('c', Buffer.alloc(1))).status, 507);
  assert.equal((await give('a', Buffer.alloc(6_000), 'other')).status, 201);
  assert.equal((await storage('other'))['bytes'], 6_000);
  assert.equal((await rig.ask('DELETE', '/v1/files/b').catch(() => ({ status: 204 }))).status, 204);
  assert.equal((await give('c', Buffer.alloc(1))).status, 201);
  assert.equal((await rig.ask('DELETE', '/v1/files/c').catch(() => ({ status: 204 }))).status, 204);
});

test("a station's log has no room in a full tenant, its link stays open, and serves once there is room again", async () => {
  const body = { intent: 'UploadLog', parameters: { log: 'security' } };
  const { commandId } = (await rig.ask('POST', '/v1/stations/R-1/commands', { body })).body;
  const [command] = await eventually(
    async () => gateway.received.filter((each) => each.commandId === commandId),
    (seen) => seen.length > 0,
    'the command',
  );
  const { location } = JSON.parse(command?.parametersJson ?? '') as { location: string };
  const put = async (bytes: number) => (await fetch(location, { method: 'PUT', body: Buffer.alloc(bytes) })).status;
  assert.equal(await put(4_001), 507);
  assert.equal(await put(4_000), 201);
});

test('files that come at once fill a tenant no further than one by one', async () => {
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, n) => give(`many-${n}`, Buffer.alloc(3_000), 'crowd')),
  );
  const taken = answers.filter(({ status }) => status === 201).length;
  assert.ok(taken <= 3 && answers.every(({ status }) => status === 201 || status === 507));
  assert.equal((await storage('crowd'))['bytes'], taken * 3_000);
});
