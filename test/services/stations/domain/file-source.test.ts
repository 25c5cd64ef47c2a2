// Where a command's file is: a place that the operator names, or a link of ours; never both, never neither.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sourceOf } from '#services/stations/domain/file-source';

const retrieveAt = '2026-11-26T10:00:00Z';

test('firmware is read from the location that is named, or from our file', () => {
  assert.deepEqual(sourceOf('UpdateFirmware', { location: 'https://a/b', retrieveAt }), { kind: 'none' });
  assert.deepEqual(sourceOf('UpdateFirmware', { fileId: 'fw-2', retrieveAt }), {
    kind: 'file',
    fileId: 'fw-2',
    beginsAtMs: Date.parse(retrieveAt),
  });
  assert.equal(sourceOf('UpdateFirmware', { location: 'https://a/b', fileId: 'fw-2', retrieveAt }).kind, 'faulty');
  assert.equal(sourceOf('UpdateFirmware', { retrieveAt }).kind, 'faulty');
  assert.deepEqual(sourceOf('PublishFirmware', { fileId: 'fw-2', checksum: 'c' }), {
    kind: 'file',
    fileId: 'fw-2',
    beginsAtMs: 0,
  });
});

test('a log goes where the operator says, else to us; other commands are about no file', () => {
  assert.deepEqual(sourceOf('UploadLog', { log: 'security', location: 'ftp://a/' }), { kind: 'none' });
  assert.deepEqual(sourceOf('UploadLog', { log: 'security' }), { kind: 'upload', beginsAtMs: 0 });
  assert.deepEqual(sourceOf('ResetStation', { when: 'idle' }), { kind: 'none' });
});
