// Locations that operators name: by ways that stations know, to wherever they please, but not to the station's own insides.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { locationFaults } from '#services/stations/file-location';

const pathsOf = (location: string): string[] =>
  locationFaults({ intent: 'UploadLog', parameters: { log: 'diagnostics', location } }).map(({ path }) => path);

test('a station is sent to any server, also one of a private network, by HTTP, FTP, or either over TLS or SSH', () => {
  for (const location of [
    'ftp://files.example/logs/',
    'ftp://anonymous@files.example:2121/logs/CS-1',
    'FTP://10.0.0.7/logs',
    'ftps://192.168.1.5/logs',
    'sftp://172.16.3.4/',
    'https://files.example/logs?x=1',
    'http://[2001:db8::7]/logs',
    'http://[fd00::7]/logs',
    'http://128.0.0.1/',
    'http://126.255.255.255/',
    'http://localhost.example/',
  ])
    assert.deepEqual(pathsOf(location), [], location);
});

test('no station is sent to itself, to its own link, to nobody or everybody, however that is written', () => {
  for (const location of [
    'ftp://127.0.0.1/etc/',
    'http://127.255.255.254/reset',
    'sftp://0x7f.1/',
    'ftp://2130706433/',
    'http://localhost:8080/',
    'ftp://web.localhost./',
    'ftps://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://169.254.169.254/latest',
    'http://[fe80::1]/',
    'ftp://0.0.0.0/',
    'ftp://255.255.255.255/',
    'ftp://239.1.2.3/',
    'http://[ff02::1]/',
  ])
    assert.deepEqual(pathsOf(location), ['body/parameters/location'], location);
});

test('a way that OCPP does not know, and what is no URL, is refused', () => {
  for (const location of [
    'file:///etc/passwd',
    'tftp://files.example/x',
    'javascript://x',
    'ftp://',
    'files.example/x',
  ])
    assert.deepEqual(pathsOf(location), ['body/parameters/location'], location);
});

test('a raw CALL is held to the same, wherever its version has the location', () => {
  const raw = (action: string, payload: object) =>
    locationFaults({ intent: 'SendCall', parameters: { action, payload } }).map(({ path }) => path.slice(23));
  const [bad, good] = ['ftp://127.0.0.1/', 'ftp://files.example/'];
  assert.deepEqual(raw('GetDiagnostics', { location: bad }), ['/location']);
  assert.deepEqual(raw('GetDiagnostics', { location: good }), []);
  assert.deepEqual(raw('GetLog', { log: { remoteLocation: bad } }), ['/log/remoteLocation']);
  assert.deepEqual(raw('GetLog', { log: { remoteLocation: good } }), []);
  assert.deepEqual(raw('UpdateFirmware', { location: bad }), ['/location']);
  assert.deepEqual(raw('UpdateFirmware', { firmware: { location: bad } }), ['/firmware/location']);
  assert.deepEqual(raw('SignedUpdateFirmware', { firmware: { location: bad } }), ['/firmware/location']);
  assert.deepEqual(raw('PublishFirmware', { location: bad }), ['/location']);
  assert.deepEqual(raw('DataTransfer', { location: bad }), []);
  assert.deepEqual(raw('GetLog', {}), []);
});

test('of a file of ours nothing is said: its location is not named', () => {
  const parameters = { fileId: 'fw-2', retrieveAt: '2026-11-26T10:00:00Z' };
  assert.deepEqual(locationFaults({ intent: 'UpdateFirmware', parameters }), []);
});
