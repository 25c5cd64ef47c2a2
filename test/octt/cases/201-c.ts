// OCTT 2.0.1, C: cards, groups, master passes, caches, and contracts of vehicles.
import assert from 'node:assert/strict';
import type { PlayedCase } from '../octt-case.ts';
import { revokedSerial } from '../outside.ts';
import { at, type Payload } from '../octt-station.ts';
import { cards, groupId, type Rig } from '../rig.ts';
import { command, commanded, staged, type Stage } from './201-commanded.ts';
import {
  authorized201,
  cardOf,
  sessionHas,
  status201,
  tokenOf,
  Transaction,
  underWay,
  type IdToken,
} from './201-transaction.ts';

type Card = keyof typeof cards;

/** A card that may not charge is told so, also where its transaction begins; that is recorded as refused. */
function refusedCard(id: string, title: string, card: Card, status: string): PlayedCase {
  return {
    id,
    title,
    async play(rig) {
      const stage = await staged(rig, id);
      await status201(stage.station, 'Occupied');
      assert.equal(await authorized201(stage.station, card), status);
      const transaction = new Transaction(stage.station);
      assert.equal(await transaction.tells('Started', 'Authorized', { card }), status);
      await transaction.tells('Ended', 'Deauthorized', { stoppedReason: 'DeAuthorized' });
      await sessionHas(stage, { state: 'ended', authorization: status, stopReason: 'DeAuthorized' });
      stage.station.assertSchemas();
    },
  };
}

async function groupOf({ station }: Stage, idToken: IdToken): Promise<unknown> {
  const { idTokenInfo } = await station.ask('Authorize', { idToken });
  assert.equal(at(idTokenInfo, 'status'), 'Accepted');
  return at(idTokenInfo, 'groupIdToken');
}

/** One card of a group starts, another stops: both are told of the same group. */
async function stoppedByGroup(stage: Stage): Promise<void> {
  const group = await groupOf(stage, cardOf('groupOne'));
  assert.ok(group !== undefined);
  const transaction = new Transaction(stage.station);
  assert.equal(await transaction.tells('Started', 'Authorized', { card: 'groupOne', wh: 0 }), 'Accepted');
  assert.deepEqual(await groupOf(stage, cardOf('groupTwo')), group);
  const end = { card: 'groupTwo', stoppedReason: 'Local', wh: 500 } as const;
  assert.equal(await transaction.tells('Ended', 'StopAuthorized', end), 'Accepted');
  const { tokenRef, stoppedByTokenRef } = await sessionHas(stage, { state: 'ended', energyMilliWh: 500_000 });
  assert.ok(tokenRef !== null && stoppedByTokenRef !== null && tokenRef !== stoppedByTokenRef);
}

const localList = [
  { token: tokenOf('groupOne'), status: 'Accepted', groupToken: { uid: groupId, type: 'Central' } },
  { token: tokenOf('groupTwo'), status: 'Accepted', groupToken: { uid: groupId, type: 'Central' } },
  { token: tokenOf('groupBlocked'), status: 'Blocked', groupToken: { uid: groupId, type: 'Central' } },
];

/** The list that the station takes tells the same group as we do, and the cards as we judge them. */
async function listSent(stage: Stage): Promise<readonly Payload[]> {
  const list = { update: 'full', version: 2, entries: localList };
  assert.equal((await stage.rig.command(stage.station, 'SendLocalList', list)).outcome, 'accepted');
  const { localAuthorizationList } = await stage.station.heard('SendLocalList');
  assert.ok(Array.isArray(localAuthorizationList));
  return localAuthorizationList;
}

const groups: readonly PlayedCase[] = [
  {
    id: 'C_39',
    title: 'a card stops what another of its group started',
    play: async (rig) => stoppedByGroup(await staged(rig, 'C_39')),
  },
  {
    id: 'C_39',
    title: 'a card of no group is told of none: it does not stop what others started',
    async play(rig) {
      const stage = await staged(rig, 'C_39');
      assert.equal(await groupOf(stage, cardOf('second')), undefined);
    },
  },
  {
    id: 'C_40',
    title: 'a station with a local list knows the same group: a card of it stops what another started',
    async play(rig) {
      const stage = await staged(rig, 'C_40');
      const entries = await listSent(stage);
      const group = await groupOf(stage, cardOf('groupOne'));
      assert.deepEqual(
        entries.map((entry) => at(entry, 'idTokenInfo', 'groupIdToken')),
        [group, group, group],
      );
      await stoppedByGroup(stage);
      stage.station.assertSchemas();
    },
  },
  {
    id: 'C_43',
    title: 'a card of the group that the local list blocks does not stop what another started',
    async play(rig) {
      const stage = await staged(rig, 'C_43');
      const entries = await listSent(stage);
      assert.equal(at(entries[2], 'idTokenInfo', 'status'), 'Blocked');
      const transaction = new Transaction(stage.station);
      await transaction.tells('Started', 'Authorized', { card: 'groupOne' });
      assert.equal(await authorized201(stage.station, 'groupBlocked'), 'Blocked');
      await sessionHas(stage, { state: 'charging' });
    },
  },
];

/** The group of master passes is written into the station, as we tell it of a card of it. */
async function masterGroupWritten(stage: Stage): Promise<void> {
  const group = await groupOf(stage, cardOf('master'));
  const value = String(at(group, 'idToken'));
  const names = { component: { name: 'AuthCtrlr' }, variable: { name: 'MasterPassGroupId' } };
  await command(stage, {
    wants: ['WriteConfiguration', { variables: [{ component: 'AuthCtrlr', variable: 'MasterPassGroupId', value }] }],
    hears: ['SetVariables', { setVariableData: [{ ...names, attributeValue: value }] }],
    answer: { setVariableResult: [{ ...names, attributeStatus: 'Accepted' }] },
  });
}

/** A master pass is shown; of the transactions that run at the station it ends so many. */
function masterPass(id: string, title: string, ended: number): PlayedCase {
  return {
    id,
    title,
    async play(rig) {
      const stage = await staged(rig, id);
      const { station } = stage;
      await masterGroupWritten(stage);
      const first = await underWay(stage);
      const second = new Transaction(station, { number: 2 });
      const evse = { id: 2, connectorId: 1 };
      await second.tells('Started', 'Authorized', { card: 'second', evse, wh: 0 });
      assert.equal(await authorized201(station, 'master'), 'Accepted');
      const end = { card: 'master', stoppedReason: 'MasterPass' } as const;
      for (const transaction of [first, second].slice(0, ended))
        assert.equal(await transaction.tells('Ended', 'StopAuthorized', { ...end, evse: null }), 'Accepted');
      const path = `/v1/sessions?stationId=${station.stationId}&state=ended`;
      const page = await rig.shown<{ items: readonly Payload[] }>(path, ({ items }) => items.length === ended);
      assert.ok(page.items.every(({ stopReason }) => stopReason === 'MasterPass'));
      const running = await rig.operator.get(`/v1/sessions?stationId=${station.stationId}&state=charging`);
      assert.equal(at(running, 'items', 'length'), 2 - ended);
    },
  };
}

const caches: readonly PlayedCase[] = [
  commanded({ id: 'C_37', title: 'a cache is cleared', wants: ['ClearCache', {}], hears: ['ClearCache', {}] }),
  commanded({
    id: 'C_38',
    title: 'a station that has no cache, or uses none, rejects it',
    wants: ['ClearCache', {}],
    hears: ['ClearCache', {}],
    answer: { status: 'Rejected' },
    outcome: 'rejected',
  }),
  {
    id: 'C_08',
    title: 'a card out of the cache starts without being asked about, and the start is judged',
    async play(rig) {
      const stage = await staged(rig, 'C_08');
      await underWay(stage);
      await sessionHas(stage, { authorization: 'Accepted' });
    },
  },
  {
    id: 'C_20',
    title: 'a card that the cache still knows and we refuse: the start is answered so, and ended by the station',
    async play(rig) {
      const stage = await staged(rig, 'C_20');
      const transaction = new Transaction(stage.station);
      assert.equal(await transaction.tells('Started', 'Authorized', { card: 'blocked' }), 'Blocked');
      await transaction.tells('Ended', 'Deauthorized', { stoppedReason: 'DeAuthorized' });
      await sessionHas(stage, { state: 'ended', authorization: 'Blocked' });
    },
  },
];

type ContractShown = { readonly serialNumber?: string; readonly certificate?: string; readonly emaid?: string };

/** A vehicle shows its contract; what the driver and the certificate are answered. */
async function contractShown(rig: Rig, id: string, shown: ContractShown): Promise<readonly unknown[]> {
  const { station } = await staged(rig, id);
  const { serialNumber, certificate, emaid = cards.contract } = shown;
  const hash = { hashAlgorithm: 'SHA256', issuerNameHash: 'aa', issuerKeyHash: 'bb' };
  const answer = await station.ask('Authorize', {
    idToken: { idToken: emaid, type: 'eMAID' },
    ...(certificate === undefined ? {} : { certificate }),
    ...(serialNumber === undefined
      ? {}
      : { iso15118CertificateHashData: [{ ...hash, serialNumber, responderURL: rig.outside.ocspUrl }] }),
  });
  return [at(answer, 'idTokenInfo', 'status'), answer['certificateStatus']];
}

const contracts: readonly PlayedCase[] = [
  {
    id: 'C_50',
    title: 'the station has verified the contract certificate: nobody revoked it, the driver may charge',
    play: async (rig) =>
      assert.deepEqual(await contractShown(rig, 'C_50', { serialNumber: '42' }), ['Accepted', 'Accepted']),
  },
  {
    id: 'C_51',
    title: 'the contract certificate was revoked: the driver may not charge',
    play: async (rig) =>
      assert.deepEqual(await contractShown(rig, 'C_51', { serialNumber: revokedSerial }), [
        'Invalid',
        'CertificateRevoked',
      ]),
  },
  {
    id: 'C_52',
    title: 'we verify the contract certificate up to a root that we trust: the driver may charge',
    play: async (rig) =>
      assert.deepEqual(await contractShown(rig, 'C_52', { certificate: rig.outside.contractPem }), [
        'Accepted',
        'Accepted',
      ]),
  },
  {
    id: 'C_52',
    title: 'a contract certificate of another driver: the driver may not charge',
    play: async (rig) =>
      assert.deepEqual(
        await contractShown(rig, 'C_52', { certificate: rig.outside.contractPem, emaid: 'DECSMC99999999X' }),
        ['Invalid', 'CertChainError'],
      ),
  },
];

export const authorization201: readonly PlayedCase[] = [
  refusedCard('C_02', 'a card that nobody knows is Invalid', 'unknown', 'Invalid'),
  refusedCard('C_06', 'a card that may not charge here is told so', 'elsewhere', 'NotAtThisLocation'),
  refusedCard('C_07', 'a card past its date is Expired', 'expired', 'Expired'),
  ...groups,
  masterPass('C_47', 'a master pass at a display ends all transactions of the station', 2),
  masterPass('C_48', 'a master pass at a display ends the transaction that was chosen, and no other', 1),
  masterPass('C_49', 'a master pass without a display ends all transactions of the station', 2),
  ...caches,
  ...contracts,
];
