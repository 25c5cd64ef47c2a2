// Folds registry.changes: parties, locations, stations, tariffs, assignments and the issuers of tokens, with what each was earlier.
import type { RegistryChanged } from '#contracts/generated/types';
import type { StationValue, TokenValue } from '#contracts/registry';
import { createdBy, laterThan, type Created } from './created.ts';
import { placementsAfter, type Placement } from './placements.ts';

type Position = { readonly partition: number; readonly offset: number };

/** Kinds whose values are kept as they are. */
const objectKinds = ['party', 'location', 'station', 'tariff', 'tariff-assignment'] as const;
export type ObjectKind = (typeof objectKinds)[number];
/** A CDR shows them as they were when its session began. */
const withHistory: ReadonlySet<string> = new Set<ObjectKind>(['location', 'station']);

/** A value that held from `since` on; the first one holds for all time before it, too. */
export type Period<V> = { readonly since: number; readonly rowVersion: number; readonly value: V };

export type ObjectEntry = {
  readonly kind: ObjectKind;
  readonly tenantId: string;
  readonly id: string;
  readonly rowVersion: number;
  readonly created: Created;
  readonly lastUpdatedAt: number;
  readonly deleted: boolean;
  /** As the last change that had one left it. */
  readonly value: object;
  /** Of a station. */
  readonly placements: readonly Placement[];
  /** Of the batch being folded; written with the entry, then dropped. */
  readonly news: readonly Period<object>[];
};

export type TokenEntry = {
  readonly kind: 'token';
  readonly tenantId: string;
  readonly id: string;
  readonly rowVersion: number;
  readonly issuer: string | null;
  readonly news: readonly Period<string | null>[];
};

/** What partners have no use for. */
export type OtherEntry = { readonly kind: 'other' };

export type RegistryEntry = ObjectEntry | TokenEntry | OtherEntry;

const other: OtherEntry = { kind: 'other' };

export const registryFold = {
  RegistryChanged(state: RegistryEntry | undefined, change: RegistryChanged, at: Position) {
    return { state: changed(state, change, at) };
  },
};

/** The entry as the next batch begins with it: its news were written. */
export function withoutNews(entry: RegistryEntry): RegistryEntry {
  return entry.kind === 'other' || entry.news.length === 0 ? entry : { ...entry, news: [] };
}

function changed(state: RegistryEntry | undefined, change: RegistryChanged, at: Position): RegistryEntry {
  if (change.kind === 'token') return tokenChanged(state?.kind === 'token' ? state : undefined, change);
  const kind = objectKinds.find((each) => each === change.kind);
  if (kind === undefined) return state ?? other;
  const known = state === undefined || state.kind === 'token' || state.kind === 'other' ? undefined : state;
  if (known !== undefined && change.rowVersion <= known.rowVersion) return known;
  return objectChanged(kind, known, change, at);
}

function objectChanged(
  kind: ObjectKind,
  known: ObjectEntry | undefined,
  change: RegistryChanged,
  at: Position,
): ObjectEntry {
  const told = valueOf<object>(change);
  const before = known ?? newEntry(kind, change, at);
  const value = keptOf(kind, told) ?? before.value;
  const deleted = told === null;
  const { rowVersion, recordedAt } = change;
  if (known !== undefined && isSame(known, deleted, value)) return { ...known, rowVersion };
  const lastUpdatedAt = known === undefined ? recordedAt : laterThan(known.lastUpdatedAt, recordedAt);
  const period = { since: known === undefined ? 0 : recordedAt, rowVersion, value };
  const news = withHistory.has(kind) && !deleted ? [...before.news, period] : before.news;
  const placements = kind === 'station' ? placementsOf(before, told, recordedAt) : [];
  return { ...before, rowVersion, lastUpdatedAt, deleted, value, placements, news };
}

function newEntry(kind: ObjectKind, { tenantId, id, recordedAt }: RegistryChanged, at: Position): ObjectEntry {
  const created = createdBy(recordedAt, at);
  const nothing = { rowVersion: 0, deleted: true, value: {}, placements: [], news: [] };
  return { kind, tenantId, id, created, lastUpdatedAt: recordedAt, ...nothing };
}

function isSame(known: ObjectEntry, deleted: boolean, value: object): boolean {
  return known.deleted === deleted && JSON.stringify(known.value) === JSON.stringify(value);
}

function placementsOf({ placements, tenantId, id }: ObjectEntry, told: object | null, recordedAt: number) {
  return placementsAfter(placements, { tenantId, stationId: id }, told as StationValue | null, recordedAt);
}

/** Of a station only what partners may learn: where it stands and what it offers. */
function keptOf(kind: ObjectKind, told: object | null): object | null {
  if (kind !== 'station' || told === null) return told;
  const { locationId, enabled, evses } = told as StationValue;
  return { locationId, enabled, evses };
}

/** An erased token keeps its issuer: sessions and CDRs stay its partner's. */
function tokenChanged(known: TokenEntry | undefined, change: RegistryChanged): TokenEntry {
  const { tenantId, id, rowVersion, recordedAt } = change;
  if (known !== undefined && rowVersion <= known.rowVersion) return known;
  const told = valueOf<Partial<TokenValue>>(change);
  const issuer = told === null ? (known?.issuer ?? null) : (told.issuer ?? null);
  if (known !== undefined && known.issuer === issuer) return { ...known, rowVersion };
  const period = { since: known === undefined ? 0 : recordedAt, rowVersion, value: issuer };
  return { kind: 'token', tenantId, id, rowVersion, issuer, news: [...(known?.news ?? []), period] };
}

/** Services write their values by the shapes of the contracts; null is a removed row. */
function valueOf<V>({ operation, currentJson }: RegistryChanged): V | null {
  return operation === 'deleted' || currentJson === null ? null : (JSON.parse(currentJson) as V);
}
