import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configurationViolations } from '#services/registry/domain/configuration';
import { stationOf } from '#services/registry/domain/station';
import { defaultsOf, templateFor, templateOf, templateViolations, wantedOf } from '#services/registry/domain/template';

const nobody = { templateId: null, vendor: null, model: null, firmwareVersion: null };
const acme = templateOf('acme', { vendor: 'ACME', heartbeatSeconds: 60 });
const acmeOne = templateOf('acme-one', { vendor: 'ACME', model: 'One' });
const acmeOneOld = templateOf('acme-one-1', { vendor: 'ACME', model: 'One', firmwarePrefix: '1.' });
const named = templateOf('by-name', { bootPolicy: 'pending' });
const all = [named, acme, acmeOne, acmeOneOld];

test('of the templates that fit, the one that says most of what the station is counts', () => {
  const idOf = (device: object) => templateFor(all, { ...nobody, ...device })?.templateId;
  assert.equal(idOf({}), undefined);
  assert.equal(idOf({ vendor: 'Other' }), undefined);
  assert.equal(idOf({ vendor: 'acme ' }), 'acme', 'vendors are written in any case');
  assert.equal(idOf({ vendor: 'ACME', model: 'Two' }), 'acme');
  assert.equal(idOf({ vendor: 'ACME', model: 'One' }), 'acme-one');
  assert.equal(idOf({ vendor: 'ACME', model: 'One', firmwareVersion: '2.1.0' }), 'acme-one');
  assert.equal(idOf({ vendor: 'ACME', model: 'One', firmwareVersion: '1.9' }), 'acme-one-1');
});

test('a template that a station names is its template, whatever the station is', () => {
  const device = { ...nobody, vendor: 'ACME', templateId: 'by-name' };
  assert.equal(templateFor(all, device)?.templateId, 'by-name');
  assert.equal(templateFor([acme], device), undefined, 'and no other one instead of it');
});

test('what a station says of itself goes before its template, and that before its tenant', () => {
  const given = defaultsOf(templateOf('t', { heartbeatSeconds: 60, bootPolicy: 'pending' }), 'reject');
  const station = stationOf({ stationId: 's', heartbeatSeconds: 30 }, given);
  assert.equal(station.heartbeatSeconds, 30);
  assert.equal(station.bootPolicy, 'pending');
  assert.equal(stationOf({ stationId: 's' }, given).heartbeatSeconds, 60);
  assert.equal(stationOf({ stationId: 's' }, defaultsOf(acme, 'reject')).bootPolicy, 'reject');
  assert.equal(stationOf({ stationId: 's' }, defaultsOf(undefined, 'accept')).bootPolicy, 'accept');
});

test("a station's own wishes replace its template's, variable by variable", () => {
  const template = templateOf('t', {
    configuration: [
      { variable: 'HeartbeatInterval', value: '60' },
      { component: 'OCPPCommCtrlr', variable: 'HeartbeatInterval', value: '60' },
    ],
  });
  const configuration = [
    { variable: 'HeartbeatInterval', value: '30' },
    { variable: 'Own', value: 'x' },
  ];
  assert.deepEqual(wantedOf(template, { configuration }), [
    { variable: 'HeartbeatInterval', value: '30' },
    { component: 'OCPPCommCtrlr', variable: 'HeartbeatInterval', value: '60' },
    { variable: 'Own', value: 'x' },
  ]);
  assert.deepEqual(wantedOf(undefined, { configuration: [] }), []);
});

test('secrets and repetitions are no configuration; the same name in another component is', () => {
  const paths = (configuration: { variable: string; component?: string }[]) =>
    configurationViolations(configuration.map((one) => ({ ...one, value: 'v' }))).map(({ path }) => path);
  assert.deepEqual(paths([{ variable: 'a' }, { variable: 'AuthorizationKey' }]), ['configuration/1/variable']);
  assert.deepEqual(paths([{ variable: 'a' }, { variable: 'a' }]), ['configuration/1/variable']);
  assert.deepEqual(paths([{ variable: 'a' }, { variable: 'a', component: 'B' }]), []);
});

test('a model without its vendor fits nobody, and is refused', () => {
  const wrong = templateViolations(templateOf('t', { model: 'One', firmwarePrefix: '1' }));
  assert.deepEqual(
    wrong.map(({ path }) => path),
    ['model', 'firmwarePrefix'],
  );
  assert.deepEqual(templateViolations(acmeOneOld), []);
});
