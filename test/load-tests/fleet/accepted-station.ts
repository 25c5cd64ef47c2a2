// A station that a platform double has accepted and to which no driver comes by itself; every word is checked by schema.
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { CsmsDouble } from '#test/load-tests/fleet/csms-double';
import { until } from '#test/support/until';
import { rigOf, type Rig, type RigOptions } from '#test/load-tests/fleet/station-rig';

export type Rigged = {
  csms: CsmsDouble;
  rig: Rig;
  ask(action: string, payload: object): Promise<readonly unknown[]>;
  /** The payload of the answer. */
  said(action: string, payload: object): Promise<unknown>;
  /** A session at that EVSE, whoever the version lets begin it; its transactionId. */
  charge(evseId?: number, uid?: string): Promise<string>;
};

/** A station that is accepted and to which no driver comes by itself. */
export async function waiting(t: TestContext, options: Omit<RigOptions, 'url'>): Promise<Rigged> {
  const csms = await new CsmsDouble().listen();
  const rig = rigOf({ idleSeconds: 1e6, sessionSeconds: 1e6, ...options, url: csms.url });
  t.after(async () => {
    rig.station.close();
    await csms.close();
    assert.deepEqual(csms.violations, []);
  });
  rig.station.connect();
  await until(() => csms.of('StatusNotification').length >= rig.station.identity.evses, 'the statuses');
  const { stationId } = rig.station.identity;
  const ask = async (action: string, payload: object): Promise<readonly unknown[]> =>
    (await csms.call(stationId, action, payload)) as readonly unknown[];
  return {
    csms,
    rig,
    ask,
    said: async (action, payload) => (await ask(action, payload))[2],
    async charge(evseId = 1, uid = 'DRIVER') {
      const before = rig.tally.sessionsStarted;
      const is16 = options.version === '1.6';
      const idToken = { idToken: uid, type: 'ISO14443' };
      const answer = is16
        ? await ask('RemoteStartTransaction', { idTag: uid, connectorId: evseId })
        : await ask('RequestStartTransaction', { idToken, evseId, remoteStartId: before + 1 });
      assert.deepEqual(answer[2], { status: 'Accepted' });
      await until(() => rig.tally.sessionsStarted > before, 'the start');
      return rig.station.commandedEvses[evseId - 1]?.session?.transactionId ?? '';
    },
  };
}
