// The local list: versions, updates, and whom a station lets charge when there is nobody to ask.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verdictOf } from '#load-tests/fleet/card-check';
import { waiting } from '#test/load-tests/fleet/accepted-station';

type Entry = { uid: string; status?: string; group?: string };

function list(version: '1.6' | '2.0.1', number: number, updateType: string, entries: readonly Entry[]): object {
  if (version === '1.6')
    return {
      listVersion: number,
      updateType,
      localAuthorizationList: entries.map(({ uid, status, group }) => ({
        idTag: uid,
        ...(status === undefined
          ? {}
          : { idTagInfo: { status, ...(group === undefined ? {} : { parentIdTag: group }) } }),
      })),
    };
  return {
    versionNumber: number,
    updateType,
    localAuthorizationList: entries.map(({ uid, status, group }) => ({
      idToken: { idToken: uid, type: 'ISO14443' },
      ...(status === undefined
        ? {}
        : {
            idTokenInfo: {
              status,
              ...(group === undefined ? {} : { groupIdToken: { idToken: group, type: 'Central' } }),
            },
          }),
    })),
  };
}

test('a list is replaced as a whole or changed in parts, and its version says which one it is', async (t) => {
  for (const version of ['1.6', '2.0.1'] as const) {
    const { said, rig } = await waiting(t, { version });
    const name = version === '1.6' ? 'listVersion' : 'versionNumber';
    const send = async (number: number, type: string, entries: readonly Entry[]): Promise<unknown> =>
      said('SendLocalList', list(version, number, type, entries));
    assert.deepEqual(await said('GetLocalListVersion', {}), { [name]: 0 });
    assert.deepEqual(await send(0, 'Full', [{ uid: 'A', status: 'Accepted' }]), { status: 'Failed' });
    const twice = [
      { uid: 'A', status: 'Accepted' },
      { uid: 'A', status: 'Blocked' },
    ];
    assert.deepEqual(await send(1, 'Full', twice), { status: 'Failed' });
    assert.deepEqual(
      await send(4, 'Full', [
        { uid: 'A', status: 'Accepted' },
        { uid: 'B', status: 'Blocked' },
      ]),
      {
        status: 'Accepted',
      },
    );
    assert.deepEqual(await send(4, 'Differential', [{ uid: 'C', status: 'Accepted' }]), { status: 'VersionMismatch' });
    assert.deepEqual(await send(5, 'Differential', [{ uid: 'A' }, { uid: 'C', status: 'Accepted', group: 'G' }]), {
      status: 'Accepted',
    });
    assert.deepEqual(await said('GetLocalListVersion', {}), { [name]: 5 });
    const { entries } = rig.station.facilities.localList ?? { entries: new Map() };
    assert.deepEqual([...entries.keys()], ['B', 'C']);
    assert.equal(entries.get('C')?.groupUid, 'G');
    assert.deepEqual(await send(6, 'Full', [{ uid: 'D' }]), { status: 'Failed' }, 'a full list removes nobody');
    assert.deepEqual(await said('GetLocalListVersion', {}), { [name]: 5 });
  }
});

test('without a connection the list decides, then the cache, then what the station does with strangers', async (t) => {
  const { said, rig } = await waiting(t, { version: '1.6' });
  const { station } = rig;
  const isAllowed = (uid: string): boolean => verdictOf(station, uid, undefined).isAllowed;
  assert.equal(isAllowed('BLOCKED'), true, 'a stranger may, by LocalAuthorizeOffline');
  await said(
    'SendLocalList',
    list('1.6', 1, 'Full', [
      { uid: 'BLOCKED', status: 'Blocked' },
      { uid: 'MEMBER', status: 'Accepted' },
    ]),
  );
  await said('ChangeConfiguration', { key: 'LocalAuthorizeOffline', value: 'false' });
  assert.deepEqual(['BLOCKED', 'MEMBER', 'STRANGER'].map(isAllowed), [false, true, false]);
  const asked = { kind: 'result', payload: { idTagInfo: { status: 'Accepted', parentIdTag: 'P' } } } as const;
  assert.deepEqual(verdictOf(station, 'STRANGER', asked), { isAllowed: true, groupUid: 'P' });
  assert.deepEqual(verdictOf(station, 'STRANGER', undefined), { isAllowed: true, groupUid: 'P' });
  assert.deepEqual(await said('ClearCache', {}), { status: 'Accepted' });
  assert.equal(isAllowed('STRANGER'), false);
  assert.equal(isAllowed('MEMBER'), true, 'the list is not the cache');
});
