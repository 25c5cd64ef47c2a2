// Two instances over one log, and one that dies between its append and its tables: still one CDR per session.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import pg from 'pg';
import { cdrIdOf } from '#contracts/keys';
import { rootDir } from '#infra/local/paths';
import { demoAssignment, demoTariff } from '#infra/local/demo-tariff';
import { cdrOf, cdrsIn, eventually, kWh, openRig, sessionSays, tenantId, type Rig } from './rig.ts';

async function withTariff(rig: Rig): Promise<void> {
  assert.equal((await rig.ask('POST', '/v1/tariffs', demoTariff)).status, 201);
  assert.equal((await rig.ask('POST', '/v1/tariff-assignments', demoAssignment)).status, 201);
}

const someSessions = (count: number) =>
  Array.from({ length: count }, () => {
    const startedAt = Date.now() + 1_000;
    return sessionSays({ startedAt, endedAt: startedAt + 60_000, energyMilliWh: kWh });
  });

/** Far more than an instance that leads needs to decide. */
const looks = 20;

/** Nobody writes what was decided until the answer is called; reading goes on. */
async function holdBills({ databaseUrl }: Rig): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query('begin; lock table cdrs_1.bills in exclusive mode');
  return () => client.end();
}

async function tablesHold({ databaseUrl }: Rig, sessionId: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query('select 1 from billing_sessions.sessions where session_id = $1', [sessionId]);
    return rows.length > 0;
  } finally {
    await client.end();
  }
}

test('the leader ends in the middle of its work: the other one decides about the rest, and about nothing twice', async () => {
  const rig = await openRig();
  try {
    await withTariff(rig);
    const follower = await rig.startService();
    const sessions = someSessions(60);
    for (const session of sessions.slice(0, 30)) await rig.tell(session);
    await eventually(
      async () => cdrsIn(await rig.decisions()).length,
      (count) => count > 0,
      'the first CDR',
    );
    const told = Promise.all(sessions.slice(30).map((session) => rig.tell(session)));
    await rig.endFirst();
    await told;
    assert.ok(follower.url !== undefined);
    const cdrs = await eventually(
      async () => cdrsIn(await rig.decisions()),
      (found) => new Set(found.map(({ sessionId }) => sessionId)).size === sessions.length,
      'all CDRs',
    );
    assert.equal(cdrs.length, sessions.length);
    assert.deepEqual(
      cdrs.map(({ cdrId }) => cdrId).toSorted(),
      sessions.map(({ sessionId }) => cdrIdOf(tenantId, sessionId)).toSorted(),
    );
  } finally {
    await rig.close();
  }
});

test('what a predecessor appended before it died, and no table holds, is read before anything is decided', async () => {
  const rig = await openRig();
  try {
    await withTariff(rig);
    const [first, second] = someSessions(2);
    assert.ok(first !== undefined && second !== undefined);
    await rig.tell(first);
    await cdrOf(rig, first.sessionId);
    const [template] = cdrsIn(await rig.decisions());
    assert.ok(template !== undefined);
    await rig.stop();
    // As the predecessor would have: the session was told, its CDR appended, and then it was killed.
    await rig.tell(second);
    const cdrId = cdrIdOf(tenantId, second.sessionId);
    const { sessionId } = second;
    const issued = { ...template, sessionId, cdrId, eventId: `${cdrId}.issued`, totalInclVat: '1234.00' };
    await rig.append(rig.topics.cdrs, `${tenantId}/${sessionId}`, 'CdrIssued', issued);
    // Its tables cannot follow: whoever decided by them alone would decide again, and does not.
    const letGo = await holdBills(rig);
    try {
      await rig.startService();
      await eventually(
        () => tablesHold(rig, sessionId),
        (held) => held,
        'the session in the tables',
      );
      for (let look = 0; look < looks; look++) {
        assert.equal(cdrsIn(await rig.decisions()).length, 2);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    } finally {
      await letGo();
    }
    const third = someSessions(1)[0];
    assert.ok(third !== undefined);
    await rig.tell(third);
    await cdrOf(rig, third.sessionId);
    assert.equal((await cdrOf(rig, sessionId))['totalInclVat'], '1234.00');
    assert.equal(cdrsIn(await rig.decisions()).length, 3);
  } finally {
    await rig.close();
  }
});

/** Runs an instance in a process of its own until it ends; the signal that ended it. */
async function runUntilKilled({ run, environment }: Rig, failpoints: string): Promise<unknown> {
  const env = { ...process.env, ...environment, LOG_LEVEL: 'error', FAILPOINTS: failpoints };
  const args = ['--import', 'tsx', 'test/services/billing/one-instance.ts', run];
  const child = spawn(process.execPath, args, { cwd: rootDir, env, stdio: ['pipe', 'ignore', 'inherit'] });
  const [, signal] = (await once(child, 'exit')) as unknown[];
  return signal;
}

for (const [where, appendsBefore] of [
  ['before-append', 0],
  ['after-append', 3],
] as const) {
  test(`an instance killed ${where.replace('-', ' its ')}: the next one decides what is left, and nothing twice`, async () => {
    const rig = await openRig();
    try {
      await withTariff(rig);
      await rig.stop();
      const sessions = someSessions(3);
      for (const session of sessions) await rig.tell(session);
      assert.equal(await runUntilKilled(rig, `billing.${where}=crash@1`), 'SIGKILL');
      const before = cdrsIn(await rig.decisions());
      assert.ok(before.length <= appendsBefore, `${before.length} CDRs before`);
      assert.equal(before.length > 0, appendsBefore > 0);
      await rig.startService();
      for (const session of sessions) await cdrOf(rig, session.sessionId);
      const last = someSessions(1)[0];
      assert.ok(last !== undefined);
      await rig.tell(last);
      await cdrOf(rig, last.sessionId);
      const ids = cdrsIn(await rig.decisions()).map(({ cdrId }) => cdrId);
      assert.deepEqual(
        ids.toSorted(),
        [...sessions, last].map(({ sessionId }) => cdrIdOf(tenantId, sessionId)).toSorted(),
      );
    } finally {
      await rig.close();
    }
  });
}
