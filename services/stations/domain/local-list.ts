// The local list that we keep in a station: what it shall hold, and which update brings it there (1.6 3.5, 2.x D).

/** An entry as we keep it: no plain uid. */
export type ListEntry = {
  readonly ref: string;
  readonly status: string;
  readonly expiresAt: string | null;
  readonly groupId: string | null;
};

/** A token as the registry has it now. */
export type ListedToken = {
  readonly tokenRef: string;
  readonly uid: string;
  readonly type: string;
  readonly status: string;
  readonly expiresAt: string | null;
  readonly groupId: string | null;
};

export type ListState = {
  readonly mode: 'auto' | 'full';
  readonly acknowledgedVersion: number | null;
  readonly acknowledged: readonly ListEntry[] | null;
  /** The version that was sent last, acknowledged or not. */
  readonly askedVersion: number | null;
  /** What the station told since; null: nothing. */
  readonly reportedVersion: number | null;
  readonly needsFull: boolean;
};

type Token = { readonly uid: string; readonly type: string };

/** As the intent SendLocalList takes them; without a status the entry is taken from the list. */
export type SentEntry = {
  readonly token: Token;
  readonly status?: string;
  readonly expiresAt?: string;
  readonly groupToken?: Token;
};

export type ListUpdate = {
  readonly update: 'full' | 'differential';
  readonly version: number;
  readonly entries: readonly SentEntry[];
};

const listStatuses: ReadonlySet<string> = new Set(['Accepted', 'Blocked', 'Expired', 'Invalid']);

/** Entries of one list: so many fit into one command. */
export const listEntriesMax = 800;

/** What the station shall hold, in one order. */
export function contentOf(tokens: readonly ListedToken[]): ListEntry[] {
  return tokens
    .map(({ tokenRef: ref, status, expiresAt, groupId }) => ({ ref, status: listStatusOf(status), expiresAt, groupId }))
    .toSorted((a, b) => (a.ref < b.ref ? -1 : 1))
    .slice(0, listEntriesMax);
}

/** A list knows fewer words than an answer: what is not accepted for another reason is invalid. */
function listStatusOf(status: string): string {
  return listStatuses.has(status) ? status : 'Invalid';
}

/**
 * Undefined: the station has it already.
 * @param named tokens that may be in the update, those that leave the list among them.
 */
export function updateOf(
  state: ListState,
  content: readonly ListEntry[],
  named: ReadonlyMap<string, ListedToken>,
): ListUpdate | undefined {
  const base = baseOf(state);
  if (base !== undefined && isSame(base, content)) return undefined;
  const version = Math.max(state.acknowledgedVersion ?? 0, state.askedVersion ?? 0, state.reportedVersion ?? 0, 0) + 1;
  const changes = base === undefined || state.mode === 'full' ? undefined : changesOf(base, content, named);
  if (changes !== undefined && changes.length < content.length)
    return { update: 'differential', version, entries: changes };
  return { update: 'full', version, entries: content.flatMap((entry) => sentEntry(entry, named) ?? []) };
}

/** What the station is known to have; undefined where nobody knows, or it told another version. */
function baseOf({ acknowledged, acknowledgedVersion, reportedVersion, needsFull }: ListState) {
  if (needsFull || acknowledged === null) return undefined;
  return reportedVersion === null || reportedVersion === acknowledgedVersion ? acknowledged : undefined;
}

function isSame(a: readonly ListEntry[], b: readonly ListEntry[]): boolean {
  return a.length === b.length && a.every((entry, n) => isSameEntry(entry, b[n]));
}

function isSameEntry(a: ListEntry, b: ListEntry | undefined): boolean {
  return (
    b !== undefined &&
    a.ref === b.ref &&
    a.status === b.status &&
    a.expiresAt === b.expiresAt &&
    a.groupId === b.groupId
  );
}

/** Undefined where one cannot be named: a token that was erased leaves by a full list alone. */
function changesOf(
  base: readonly ListEntry[],
  content: readonly ListEntry[],
  named: ReadonlyMap<string, ListedToken>,
): SentEntry[] | undefined {
  const had = new Map(base.map((entry) => [entry.ref, entry]));
  const has = new Set(content.map(({ ref }) => ref));
  const put = content.filter((entry) => {
    const before = had.get(entry.ref);
    return before === undefined || !isSameEntry(before, entry);
  });
  const changes = [
    ...put.map((entry) => sentEntry(entry, named)),
    ...base.filter(({ ref }) => !has.has(ref)).map(({ ref }) => goneEntry(ref, named)),
  ];
  return changes.every((entry) => entry !== undefined) ? changes : undefined;
}

function sentEntry(
  { ref, status, expiresAt, groupId }: ListEntry,
  named: ReadonlyMap<string, ListedToken>,
): SentEntry | undefined {
  const token = named.get(ref);
  if (token === undefined) return undefined;
  return {
    token: { uid: token.uid, type: token.type },
    status,
    ...(expiresAt === null ? {} : { expiresAt }),
    ...(groupId === null ? {} : { groupToken: { uid: groupId, type: 'Central' } }),
  };
}

function goneEntry(ref: string, named: ReadonlyMap<string, ListedToken>): SentEntry | undefined {
  const token = named.get(ref);
  return token === undefined ? undefined : { token: { uid: token.uid, type: token.type } };
}
