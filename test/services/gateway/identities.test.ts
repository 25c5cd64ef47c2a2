// Two sockets, one identity: given a living incumbent, when newcomers come, then devices that fight are told apart and held off.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verifierOfGenerated } from '#contracts/passwords';
import { Admissions } from '#services/gateway/admission';
import { presenceOf } from '#services/gateway/claim';
import type { Connection } from '#services/gateway/connection';
import { noClaims } from '#services/gateway/domain/client-certificate';
import { Identities } from '#services/gateway/identities';
import { connect, fakeGateway, settle, type FakeGateway } from './fake-parts.ts';
import { station } from './support.ts';

function identities(): { gateway: FakeGateway; of: Identities; opens: () => Promise<ReturnType<typeof connect>> } {
  const gateway = fakeGateway();
  gateway.ackAll();
  const of = new Identities(gateway.parts);
  return {
    gateway,
    of,
    async opens() {
      const older = gateway.parts.roster.get('default/CS-001');
      const opened = connect(gateway);
      // The rig's connect takes the place of the older one, which is what is tried here.
      if (older === undefined) gateway.parts.roster.leave(opened.connection.key, opened.connection);
      else gateway.parts.roster.replace(opened.connection.key, older);
      of.opened(opened.connection);
      void opened.connection.begin();
      await settle();
      return opened;
    },
  };
}

const duplicates = ({ records }: FakeGateway): string[] =>
  records.flatMap((record) =>
    record.type === 'SecurityEventReported' && record.kind === 'DuplicateIdentity' ? [record.info ?? ''] : [],
  );

/** The displaced one answers the ping: it lives. */
async function fight(opens: () => Promise<ReturnType<typeof connect>>, held: Connection): Promise<Connection> {
  const { connection } = await opens();
  held.ponged();
  await settle();
  return connection;
}

test('S2: a newcomer wins at once; a half-open socket that never pongs is no second device', async () => {
  const { gateway, opens } = identities();
  const first = await opens();
  const second = await opens();
  assert.equal(gateway.parts.roster.get('default/CS-001'), second.connection);
  assert.deepEqual([first.socket.pings, second.socket.pings, duplicates(gateway)], [1, 0, []]);
  first.connection.ponged();
  await settle();
  assert.deepEqual(duplicates(gateway), ['1 within a minute']);
  await first.connection.gone(1008);
  assert.equal(gateway.parts.roster.get('default/CS-001'), second.connection, 'its late end removes nobody');
});

test('S2: at the third living duplicate within a minute newcomers are held off, until the incumbent closes', async () => {
  const { gateway, opens } = identities();
  let held = (await opens()).connection;
  held = await fight(opens, held);
  held = await fight(opens, held);
  assert.equal(gateway.presences.get(held.key)?.refuseUntil ?? null, null, 'two are no fight yet');
  held = await fight(opens, held);
  assert.deepEqual(duplicates(gateway), ['1 within a minute', '2 within a minute', '3 within a minute']);
  assert.equal(gateway.presences.get(held.key)?.refuseUntil, gateway.nowMs + 300_000);
  assert.equal(held.refuseUntil, gateway.nowMs + 300_000);
  await held.gone(1000);
  assert.equal(gateway.presences.get(held.key)?.connected, false);
});

test('S2: duplicates that are a minute apart hold nobody off', async () => {
  const { gateway, opens } = identities();
  let held = (await opens()).connection;
  for (let n = 0; n < 4; n++) {
    held = await fight(opens, held);
    gateway.nowMs += 60_000;
  }
  assert.deepEqual(new Set(duplicates(gateway)), new Set(['1 within a minute']));
  assert.equal(held.refuseUntil, null);
});

test('S2: while an identity is fought for its upgrades get 503; the time over, or its holder gone, they do not', async () => {
  const gateway = fakeGateway({ FAILED_LOGIN_ANSWER_MS: '0' });
  const registered = { ...station, verifiers: [verifierOfGenerated(Buffer.from('right'), 0)] };
  const admissions = new Admissions({
    ...gateway.parts,
    caches: { ...gateway.parts.caches, station: () => registered },
  });
  const ask = async (): Promise<string> => {
    const admission = await admissions.decide({
      url: '/ocpp/CS-001',
      authorization: `Basic ${Buffer.from('CS-001:right').toString('base64')}`,
      subprotocols: 'ocpp1.6',
      origin: '',
      remoteAddress: '127.0.0.1',
      forwardedFor: '',
      door: 'plain',
      claims: noClaims,
    });
    return admission.kind === 'admitted' ? 'admitted' : `${admission.status.slice(0, 3)} ${admission.reason}`;
  };
  const { connection } = connect(gateway);
  gateway.ackAll();
  void connection.begin();
  await settle();
  const refuseUntil = gateway.nowMs + 300_000;
  const fought = { ...presenceOf(connection, true), refuseUntil };
  gateway.presences.set(connection.key, fought);
  assert.equal(await ask(), '503 duplicate-identity');
  gateway.presences.set(connection.key, { ...fought, connected: false });
  assert.equal(await ask(), 'admitted');
  gateway.presences.set(connection.key, fought);
  gateway.nowMs = refuseUntil - 1;
  assert.equal(await ask(), '503 duplicate-identity');
  gateway.nowMs = refuseUntil;
  assert.equal(await ask(), 'admitted');
});

test('S2: a newer connection on another gateway displaces ours, an older one’s late word does not', async () => {
  const { gateway, of, opens } = identities();
  const { connection, socket } = await opens();
  const epoch = connection.epoch ?? 0;
  const elsewhere = { ...presenceOf(connection, true), gatewayId: 'gw-b' };
  of.onPresence({ ...elsewhere, connectionEpoch: epoch - 1 });
  await settle();
  assert.deepEqual([socket.pings, gateway.parts.roster.get(connection.key)], [0, connection]);
  assert.equal(gateway.presences.get(connection.key)?.connectionEpoch, epoch, 'ours is the last word again');
  of.onPresence({ ...elsewhere, connectionEpoch: epoch + 1 });
  await settle();
  assert.deepEqual([socket.pings, gateway.parts.roster.get(connection.key)], [1, undefined]);
});
