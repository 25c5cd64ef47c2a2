// The local authorisation list and the cache: whom a station without a connection lets charge.
import type { OCPP16, OCPP21 } from 'typed-ocpp';
import { result, row, type Rows } from '#load-tests/fleet/answers/answer';
import type { Commanded } from '#load-tests/fleet/dialect';
import type { Facilities } from '#load-tests/fleet/facilities';
import type { Answer } from '#load-tests/fleet/rpc';

export type ListEntry = { readonly isAccepted: boolean; readonly groupUid: string | undefined };

export type LocalList = { version: number; entries: Map<string, ListEntry> };

/** A card without an entry is one to be removed. */
type Change = { readonly uid: string; readonly entry: ListEntry | undefined };

type Update = { readonly version: number; readonly isFull: boolean; readonly changes: readonly Change[] };

export const listEntriesMax = 2000;
const cacheEntriesMax = 100;

const shared: Rows = {
  GetLocalListVersion: row((station) => result({ [versionName(station)]: station.facilities.localList?.version ?? 0 })),
  ClearCache: row((station) => {
    delete station.facilities.cache;
    return result({ status: 'Accepted' });
  }),
};

export const localList16: Rows = {
  ...shared,
  SendLocalList: row<OCPP16.SendLocalListRequest>((station, request) =>
    send(station, {
      version: request.listVersion,
      isFull: request.updateType === 'Full',
      changes: (request.localAuthorizationList ?? []).map(({ idTag, idTagInfo }) => ({
        uid: idTag,
        entry: idTagInfo && { isAccepted: idTagInfo.status === 'Accepted', groupUid: idTagInfo.parentIdTag },
      })),
    }),
  ),
};

export const localList2: Rows = {
  ...shared,
  SendLocalList: row<OCPP21.SendLocalListRequest>((station, request) =>
    send(station, {
      version: request.versionNumber,
      isFull: request.updateType === 'Full',
      changes: (request.localAuthorizationList ?? []).map(({ idToken, idTokenInfo: info }) => ({
        uid: idToken.idToken,
        entry: info && { isAccepted: info.status === 'Accepted', groupUid: info.groupIdToken?.idToken },
      })),
    }),
  ),
};

/** What the list, else the cache, says of a card; undefined: it is unknown here. */
export function entryOf(facilities: Facilities, uid: string): ListEntry | undefined {
  return facilities.localList?.entries.get(uid) ?? facilities.cache?.get(uid);
}

/** Keeps the platform's answer about a card; the oldest goes where the cache is full. */
export function remember(facilities: Facilities, uid: string, entry: ListEntry): void {
  const cache = (facilities.cache ??= new Map<string, ListEntry>());
  cache.delete(uid);
  cache.set(uid, entry);
  const [oldest] = cache.keys();
  if (cache.size > cacheEntriesMax && oldest !== undefined) cache.delete(oldest);
}

function versionName(station: Commanded): string {
  return station.version === '1.6' ? 'listVersion' : 'versionNumber';
}

function send(station: Commanded, update: Update): Answer {
  const list = station.facilities.localList;
  const isNamedOnce = new Set(update.changes.map(({ uid }) => uid)).size === update.changes.length;
  if (update.version <= 0 || !isNamedOnce) return result({ status: 'Failed' });
  if (!update.isFull && update.version <= (list?.version ?? 0)) return result({ status: 'VersionMismatch' });
  const entries = entriesAfter(list, update);
  if (entries === undefined || entries.size > listEntriesMax) return result({ status: 'Failed' });
  station.facilities.localList = { version: update.version, entries };
  return result({ status: 'Accepted' });
}

/** Undefined where a full list names a card to remove: it has nothing to remove from (1.6 section 7.1, 2.x D01). */
function entriesAfter(list: LocalList | undefined, { isFull, changes }: Update): LocalList['entries'] | undefined {
  const entries = new Map(isFull ? [] : list?.entries);
  for (const { uid, entry } of changes) {
    if (entry !== undefined) entries.set(uid, entry);
    else if (isFull) return undefined;
    else entries.delete(uid);
  }
  return entries;
}
