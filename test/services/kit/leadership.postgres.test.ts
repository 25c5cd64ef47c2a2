// One instance decides: given a database line that freezes or breaks, who leads stops, and whoever asks asks again.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Leadership } from '#kit/leadership';
import { createLogger } from '#kit/logger';
import { openDatabase } from '#kit/postgres';
import { openLine } from './cuttable-line.ts';
import { createTrialDatabase, type TrialDatabase } from './trial.ts';

const logger = createLogger('test', 'silent');
let trial: TrialDatabase;

before(async () => {
  trial = await createTrialDatabase();
});
after(() => trial.drop());

async function openRig() {
  const line = await openLine(trial.url);
  const database = await openDatabase({ url: line.url, role: trial.role('led'), schema: 'led_own', poolMax: 2 });
  return { line, database };
}

async function becomes(leadership: Leadership, leads: boolean): Promise<void> {
  for (const until = Date.now() + 20_000; leadership.leads !== leads;) {
    assert.ok(Date.now() < until, `does not ${leads ? 'lead' : 'stop leading'}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('a line that breaks while the lock is asked for ends nothing but that try', async () => {
  const { line, database } = await openRig();
  line.freeze();
  const leadership = new Leadership(database, 'broken', logger);
  await new Promise((resolve) => setImmediate(resolve));
  line.cut();
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(leadership.leads, false);
  line.mend();
  await becomes(leadership, true);
  await leadership.close();
  await database.close();
  await line.close();
});

test('who loses its connection leads no more, and the other one does', async () => {
  const [first, second] = [await openRig(), await openRig()];
  const leader = new Leadership(first.database, 'handed-over', logger);
  await becomes(leader, true);
  const next = new Leadership(second.database, 'handed-over', logger);
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  assert.equal(next.leads, false);
  first.line.cut();
  await becomes(leader, false);
  await becomes(next, true);
  for (const each of [leader, next]) await each.close();
  for (const { database, line } of [first, second]) {
    await database.close();
    await line.close();
  }
});
