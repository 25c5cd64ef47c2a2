// Devices by the table of models, and as operators say where they do.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { treatedDevice } from '#services/gateway/devices';
import { Peer } from '#services/gateway/peer';
import { usualTraits } from '#services/gateway/domain/models';
import { station } from './support.ts';

const unknown = { vendor: 'V', model: 'M', firmware: null };
const growatt = { vendor: 'Growatt', model: 'M', firmware: null };
const unsaid = { pings: null, closesWithoutFrame: null, callsBeforeBoot: null, measurandsMax: null };

test('what operators say of a station goes before what is known of its model, and only that', () => {
  assert.deepEqual(treatedDevice(unknown, null).traits, usualTraits);
  assert.deepEqual(treatedDevice(unknown, unsaid).traits, usualTraits);
  assert.deepEqual(treatedDevice(unknown, { ...unsaid, pings: false }).traits, { ...usualTraits, pings: false });
  assert.equal(treatedDevice(growatt, null).traits.measurandsMax, 5);
  const more = treatedDevice(growatt, { ...unsaid, measurandsMax: 9, callsBeforeBoot: false }).traits;
  assert.deepEqual([more.measurandsMax, more.callsBeforeBoot, more.pings], [9, false, true]);
  assert.equal(treatedDevice(growatt, null).traits.measurandsMax, 5, 'other stations of the model stay as they are');
});

test('it is so before and after the station said what it is', () => {
  const peer = new Peer({ second: 0 }, { ...station, traits: { ...unsaid, measurandsMax: 7 } });
  assert.equal(peer.device.traits.measurandsMax, 7);
  peer.booted({ vendor: 'Growatt', model: 'M', firmwareVersion: null, intervalSeconds: 60 } as never);
  assert.deepEqual([peer.device.vendor, peer.device.traits.measurandsMax], ['Growatt', 7]);
});

test('a station needs no boot where its model or its operators say so, and only where it would be accepted', () => {
  const works = (over: Partial<typeof station>) => {
    const registered = { ...station, ...over };
    return new Peer({ second: 0 }, registered).worksUnbooted(registered);
  };
  assert.equal(works({}), false);
  assert.equal(works({ vendor: 'Webasto' }), true);
  assert.equal(works({ acceptsWithoutBoot: true }), true);
  assert.equal(works({ acceptsWithoutBoot: true, bootPolicy: 'pending' }), false);
  assert.equal(works({ acceptsWithoutBoot: true, bootPolicy: 'pending', onboarded: true }), true);
  assert.equal(works({ acceptsWithoutBoot: true, bootPolicy: 'reject', onboarded: true }), false);
});
