// The serial number of a boot against the certificate of its connection.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StationBooted } from '#contracts/generated/types';
import { bootIdentityFault } from '#services/gateway/domain/boot-identity';
import { contextOf, station } from '../support.ts';

const certificate = { commonName: 'SN-1', organisation: 'ACME', unit: '', serial: '0a' };
const registered = { ...station, serialNumber: 'SN-1' };

const booted = (ocppVersion: '1.6' | '2.0.1', over: Partial<StationBooted>): StationBooted => ({
  meta: { ...contextOf().meta(null), ocppVersion },
  status: 'Accepted',
  intervalSeconds: 300,
  reason: null,
  vendor: 'V',
  model: 'M',
  serialNumber: null,
  boxSerialNumber: null,
  firmwareVersion: null,
  iccid: null,
  imsi: null,
  meterType: null,
  meterSerialNumber: null,
  ...over,
});

test('the serial number of the certificate is no fault, in either field of 1.6', () => {
  assert.equal(bootIdentityFault(booted('2.0.1', { serialNumber: 'SN-1' }), registered, certificate), undefined);
  assert.equal(bootIdentityFault(booted('1.6', { boxSerialNumber: 'SN-1' }), registered, certificate), undefined);
  const both = { serialNumber: 'other', boxSerialNumber: 'SN-1' };
  assert.equal(bootIdentityFault(booted('1.6', both), registered, certificate), undefined);
});

test('another serial number is a fault in every version, none at all only in 2.x', () => {
  for (const version of ['1.6', '2.0.1'] as const)
    assert.match(bootIdentityFault(booted(version, { serialNumber: 'SN-2' }), registered, certificate) ?? '', /SN-2/);
  assert.match(bootIdentityFault(booted('2.0.1', {}), registered, certificate) ?? '', /no serial number/);
  assert.equal(bootIdentityFault(booted('1.6', {}), registered, certificate), undefined);
});

test('where the registry knows no serial number, the certificate stands for the identity', () => {
  assert.equal(bootIdentityFault(booted('2.0.1', { serialNumber: 'SN-2' }), station, certificate), undefined);
});
