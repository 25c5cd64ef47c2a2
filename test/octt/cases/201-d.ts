// OCTT 2.0.1, D: the list by which a station authorises drivers itself.
import { commanded, foldedSoFar, inSeconds, type Stage } from './201-commanded.ts';
import type { PlayedCase } from '../octt-case.ts';
import { cardOf, tokenOf } from './201-transaction.ts';

const until = inSeconds(86_400);

/** What the platform knows of the station's list. */
async function listIs({ rig, station }: Stage, version: number | null): Promise<void> {
  await rig.shown(`/v1/stations/${station.stationId}/local-list`, (list) => list['version'] === version);
}

async function hasNoList(stage: Stage): Promise<void> {
  await foldedSoFar(stage);
  await listIs(stage, null);
}

export const localLists201: readonly PlayedCase[] = [
  commanded({
    id: 'D_01',
    title: 'a full list is sent with its version, each card with its status, and kept by its version',
    wants: [
      'SendLocalList',
      {
        update: 'full',
        version: 3,
        entries: [
          { token: tokenOf('valid'), status: 'Accepted', expiresAt: until },
          { token: tokenOf('blocked'), status: 'Blocked' },
        ],
      },
    ],
    hears: [
      'SendLocalList',
      {
        versionNumber: 3,
        updateType: 'Full',
        localAuthorizationList: [
          { idToken: cardOf('valid'), idTokenInfo: { status: 'Accepted', cacheExpiryDateTime: until } },
          { idToken: cardOf('blocked'), idTokenInfo: { status: 'Blocked' } },
        ],
      },
    ],
    thereafter: (stage) => listIs(stage, 3),
  }),
  commanded({
    id: 'D_01',
    title: 'a list that the station could not take leaves what we know of it as it was',
    wants: [
      'SendLocalList',
      { update: 'full', version: 4, entries: [{ token: tokenOf('valid'), status: 'Accepted' }] },
    ],
    hears: [
      'SendLocalList',
      {
        versionNumber: 4,
        updateType: 'Full',
        localAuthorizationList: [{ idToken: cardOf('valid'), idTokenInfo: { status: 'Accepted' } }],
      },
    ],
    answer: { status: 'Failed' },
    outcome: 'failed',
    detail: 'Failed',
    thereafter: hasNoList,
  }),
  commanded({
    id: 'D_02',
    title: 'a card is added to the list by a differential update',
    wants: [
      'SendLocalList',
      { update: 'differential', version: 5, entries: [{ token: tokenOf('second'), status: 'Accepted' }] },
    ],
    hears: [
      'SendLocalList',
      {
        versionNumber: 5,
        updateType: 'Differential',
        localAuthorizationList: [{ idToken: cardOf('second'), idTokenInfo: { status: 'Accepted' } }],
      },
    ],
    thereafter: (stage) => listIs(stage, 5),
  }),
  commanded({
    id: 'D_02',
    title: 'a differential update of another version than the station has is refused by it',
    wants: [
      'SendLocalList',
      { update: 'differential', version: 9, entries: [{ token: tokenOf('second'), status: 'Accepted' }] },
    ],
    hears: [
      'SendLocalList',
      {
        versionNumber: 9,
        updateType: 'Differential',
        localAuthorizationList: [{ idToken: cardOf('second'), idTokenInfo: { status: 'Accepted' } }],
      },
    ],
    answer: { status: 'VersionMismatch' },
    outcome: 'rejected',
    detail: 'VersionMismatch',
    thereafter: hasNoList,
  }),
  commanded({
    id: 'D_03',
    title: 'a card is taken from the list by a differential update that tells nothing of it',
    wants: ['SendLocalList', { update: 'differential', version: 6, entries: [{ token: tokenOf('second') }] }],
    hears: [
      'SendLocalList',
      { versionNumber: 6, updateType: 'Differential', localAuthorizationList: [{ idToken: cardOf('second') }] },
    ],
    thereafter: (stage) => listIs(stage, 6),
  }),
  commanded({
    id: 'D_04',
    title: 'a full list without cards empties the list: it is absent, never an empty one',
    wants: ['SendLocalList', { update: 'full', version: 7, entries: [] }],
    hears: ['SendLocalList', { versionNumber: 7, updateType: 'Full' }],
    thereafter: (stage) => listIs(stage, 7),
  }),
  commanded({
    id: 'D_08',
    title: 'a station tells the version of its list',
    wants: ['ReadLocalListVersion', {}],
    hears: ['GetLocalListVersion', {}],
    answer: { versionNumber: 12 },
    detail: 'version 12',
    thereafter: (stage) => listIs(stage, 12),
  }),
  commanded({
    id: 'D_09',
    title: 'a station without a list tells version 0',
    wants: ['ReadLocalListVersion', {}],
    hears: ['GetLocalListVersion', {}],
    answer: { versionNumber: 0 },
    detail: 'version 0',
    thereafter: (stage) => listIs(stage, 0),
  }),
];
