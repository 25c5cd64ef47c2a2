// A campaign's view of one station: who takes part, and when an installation has failed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exclusionOf, installFailure } from '#services/stations/domain/firmware-rollout';
import type { FirmwareJobs, FirmwareTerms } from '#services/stations/domain/jobs';

test('a station takes part unless it has the version, or none of those that are named', () => {
  const any = { targetVersion: '2.0', fromVersions: null };
  assert.equal(exclusionOf('1.0', any), undefined);
  assert.equal(exclusionOf(null, any), undefined);
  assert.equal(exclusionOf('2.0', any), 'hasTarget');
  const named = { targetVersion: '2.0', fromVersions: ['1.4', '1.5'] };
  assert.equal(exclusionOf('1.5', named), undefined);
  assert.equal(exclusionOf('1.3', named), 'otherVersion');
  assert.equal(exclusionOf(null, named), 'otherVersion');
});

const terms: FirmwareTerms = {
  job: 'update',
  retrieveAt: null,
  installAt: null,
  signed: null,
  checksum: null,
  locations: [],
  detail: null,
};
const jobs = (...statuses: [string, number][]): FirmwareJobs => [
  {
    requestId: null,
    startedAt: 0,
    statuses: statuses.map(([status, at]) => ({ status, at, recordedAt: at, epoch: 1 })),
    terms,
  },
];

test('an installation failed when its last status says so, after it was asked for', () => {
  assert.equal(installFailure([], 100), undefined);
  assert.equal(installFailure(jobs(['Downloading', 110], ['DownloadFailed', 120]), 100), 'DownloadFailed');
  assert.equal(installFailure(jobs(['DownloadFailed', 110], ['Downloading', 120]), 100), undefined);
  assert.equal(installFailure(jobs(['InstallationFailed', 99]), 100), undefined);
  assert.equal(installFailure(jobs(['InstallationFailed', 100]), 100), 'InstallationFailed');
  assert.equal(installFailure(jobs(['Installed', 120]), 100), undefined);
  const [published] = jobs(['InvalidSignature', 120]);
  assert.ok(published);
  assert.equal(installFailure([{ ...published, terms: { ...terms, job: 'publish' } }], 100), undefined);
});
