// Jobs of a station: which status belongs to which job, in what order, and how many are kept.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  firmwareJobsAfter,
  jobsKeptMax,
  logJobsAfter,
  statusesKeptMax,
  type FirmwareJobs,
  type LogJobs,
} from '#services/stations/domain/jobs';
import { firmware, logStatus, told } from '../facts.ts';

type Fact = Parameters<typeof firmware>[0] & { readonly epoch?: number };

function after(facts: readonly Fact[], from: FirmwareJobs | null = null): FirmwareJobs {
  let jobs = from ?? [];
  for (const [index, { epoch = 1, ...fact }] of facts.entries()) {
    jobs = firmwareJobsAfter(jobs, firmware(fact), told(epoch, index + 1));
  }
  return jobs;
}
const lives = (jobs: FirmwareJobs | LogJobs): unknown =>
  jobs.map(({ statuses }) => statuses.map(({ status }) => status).join());

test('statuses of one request are one job, of two requests two', () => {
  const jobs = after([
    { requestId: 1, status: 'Accepted', answered: true },
    { requestId: 1, status: 'Downloading' },
    { requestId: 2, status: 'Accepted', answered: true },
    { requestId: 1, status: 'Installed' },
  ]);
  assert.deepEqual(lives(jobs), ['Accepted,Downloading,Installed', 'Accepted']);
});

test('without a number a status belongs to the job that is not over; after its end another one begins', () => {
  const jobs = after([
    { status: 'Requested', answered: true },
    { status: 'Downloading' },
    { status: 'DownloadFailed' },
    { status: 'DownloadFailed' },
    { status: 'Downloading' },
    { status: 'Requested', answered: true },
  ]);
  assert.deepEqual(lives(jobs), ['Requested,Downloading,DownloadFailed,DownloadFailed', 'Downloading', 'Requested']);
});

test('that a station is idle is no step of any job', () => {
  assert.deepEqual(after([{ status: 'Idle' }]), []);
  const jobs = after([{ status: 'Requested', answered: true }]);
  assert.equal(after([{ status: 'Idle' }], jobs), jobs);
});

test('what a job is about comes with the answer, and later words do not blank it', () => {
  const [job] = after([
    { requestId: 1, status: 'Accepted', answered: true, retrieveAt: 5, signed: true },
    { requestId: 1, status: 'Downloading', detail: 'half' },
    { requestId: 1, status: 'Downloaded' },
  ]);
  assert.deepEqual([job?.terms.retrieveAt, job?.terms.signed, job?.terms.detail], [5, true, 'half']);
});

test('updates, publications and withdrawals are jobs of their own', () => {
  const facts = (['update', 'publish', 'unpublish'] as const).map((job) => ({
    job,
    status: 'Accepted',
    answered: true,
  }));
  assert.equal(after(facts).length, 3);
});

test('a status that an older connection tells late is history before the newer one, and never the last', () => {
  const jobs = after([
    { requestId: 1, status: 'Downloading', epoch: 1 },
    { requestId: 1, status: 'Installed', epoch: 5 },
    { requestId: 1, status: 'Downloaded', epoch: 1 },
  ]);
  assert.deepEqual(lives(jobs), ['Downloading,Downloaded,Installed']);
});

test('a station that says the type of a log only once has one job of it', () => {
  const facts = [
    logStatus({ logType: 'SecurityLog', requestId: 4, status: 'Accepted', answered: true, fileName: 'a.zip' }),
    logStatus({ requestId: 4, status: 'Uploaded' }),
  ];
  let jobs: LogJobs = [];
  for (const [index, fact] of facts.entries()) jobs = logJobsAfter(jobs, fact, told(1, index + 1));
  assert.deepEqual(lives(jobs), ['Accepted,Uploaded']);
  assert.deepEqual(jobs[0]?.terms, { logType: 'SecurityLog', fileName: 'a.zip', detail: null });
});

test('diagnostics of 1.6 and a log are two jobs, both without a number', () => {
  let jobs: LogJobs = [];
  for (const logType of ['Diagnostics', 'SecurityLog']) jobs = logJobsAfter(jobs, logStatus({ logType }), told(1));
  assert.equal(jobs.length, 2);
});

test('the last twenty jobs are kept, of each the last fifty statuses', () => {
  const jobs = after(Array.from({ length: jobsKeptMax + 1 }, (_, requestId) => ({ requestId, status: 'Accepted' })));
  assert.deepEqual([jobs.length, jobs[0]?.requestId], [jobsKeptMax, 1]);
  const [talkative] = after(Array.from({ length: statusesKeptMax + 1 }, (_, n) => ({ requestId: 1, status: `S${n}` })));
  assert.deepEqual([talkative?.statuses.length, talkative?.statuses[0]?.status], [statusesKeptMax, 'S1']);
});
