// OCTT 2.0.1, P: what vendors agree on beside the protocol.
import assert from 'node:assert/strict';
import type { PlayedCase } from '../octt-case.ts';
import { staged } from './201-commanded.ts';
import { cardOf, sessionHas, Transaction } from './201-transaction.ts';

const customData = { vendorId: 'org.example.octt', anything: { nested: [1, 'two', true] } };

export const vendors201: readonly PlayedCase[] = [
  {
    id: 'P_02',
    title: 'a message of a vendor that nobody knows is answered as such, with an id and without',
    async play(rig) {
      const { station } = await staged(rig, 'P_02');
      for (const more of [{}, { messageId: 'hello' }, { messageId: 'hello', data: { any: ['thing'] } }]) {
        const answer = await station.ask('DataTransfer', { vendorId: 'org.example.nobody', ...more });
        assert.equal(answer['status'], 'UnknownVendorId');
      }
    },
  },
  {
    id: 'P_03',
    title: 'data of a vendor beside any message disturb nothing',
    async play(rig) {
      const stage = await staged(rig, 'P_03');
      const { station } = stage;
      await station.ask('Heartbeat', { customData });
      const timestamp = new Date().toISOString();
      await station.ask('StatusNotification', {
        timestamp,
        connectorStatus: 'Occupied',
        evseId: 1,
        connectorId: 1,
        customData,
      });
      await rig.connectorIs(station, 1, 'Occupied');
      await station.ask('Authorize', { idToken: { ...cardOf('valid'), customData }, customData });
      const transaction = new Transaction(station);
      const told = { card: 'valid', wh: 1000, context: 'Transaction.Begin', more: { customData } } as const;
      assert.equal(await transaction.tells('Started', 'Authorized', told), 'Accepted');
      await transaction.tells('Ended', 'StopAuthorized', { stoppedReason: 'Local', wh: 1700, more: { customData } });
      await sessionHas(stage, { state: 'ended', energyMilliWh: 700_000 });
    },
  },
];
