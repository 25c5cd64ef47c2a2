// Folds a station's events into what alerts ask of it, fenced by connection epoch and sequence.
import type {
  AuthorizationDecided,
  CertificatesReported,
  ConnectorStatusChanged,
  ExclusionDeclared,
  Meta,
  OutagePlanned,
  OutageWithdrawn,
  StationBooted,
  StationConnected,
  StationDisconnected,
  TransactionEnded,
  TransactionStarted,
  TransactionUpdated,
} from '#contracts/generated/types';
import { certificatesAfter } from './certificates.ts';
import { transactionsAfter, transactionsAfterEnd, transactionsWithout, type WatchedTransaction } from './plugs.ts';
import { newWatch, outagesKeptMax, startsKeptMax, type Outage, type Watch } from './watch.ts';

type Position = { readonly partition: number; readonly offset: number };
type Folded = { readonly state: Watch };

export const watchFold = {
  StationConnected: noted(connected),
  StationDisconnected: noted(disconnected),
  StationBooted: noted(booted),
  ConnectorStatusChanged: noted(statusChanged),
  TransactionStarted: noted(transactionTold),
  TransactionUpdated: noted(transactionTold),
  TransactionEnded: noted(transactionEnded),
  AuthorizationDecided: noted(decided),
  CertificatesReported: noted(certificatesReported),
  OutagePlanned: noted((state: Watch | undefined, event: OutagePlanned) => declared(state, event, 'planned')),
  ExclusionDeclared: noted((state: Watch | undefined, event: ExclusionDeclared) => declared(state, event, 'exclusion')),
  OutageWithdrawn: noted(withdrawn),
};

type Step<E> = (state: Watch | undefined, event: E, at: Position) => Folded;

/** What changed bears the position of the event; what did not stays the same object, and is not written. */
function noted<E>(step: Step<E>): Step<E> {
  return (state, event, at) => {
    const after = step(state, event, at).state;
    return { state: after === state ? after : { ...after, partition: at.partition, lastOffset: at.offset } };
  };
}

function connected(state: Watch | undefined, { meta }: StationConnected, { offset }: Position): Folded {
  const watch = of(state, meta);
  if (offset <= watch.lastEpoch) return { state: watch };
  if (watch.openedBy === meta.eventId) return { state: { ...watch, lastEpoch: offset } };
  const opened = { ...watch, firstEpoch: offset, lastEpoch: offset, openedBy: meta.eventId };
  const firstSeenAt = watch.firstSeenAt === 0 ? meta.recordedAt : watch.firstSeenAt;
  // A new connection in the place of an old one ends no time without one, so it begins none with one either.
  if (watch.connected) return { state: opened };
  const since = { connectivitySince: meta.recordedAt, connectivityOffset: offset };
  return { state: { ...opened, connected: true, ...since, firstSeenAt } };
}

function disconnected(state: Watch | undefined, { meta }: StationDisconnected, { offset }: Position): Folded {
  const watch = of(state, meta);
  if (meta.connectionEpoch === null || !watch.connected || !isLive(watch, meta)) return { state: watch };
  const since = { connectivitySince: meta.recordedAt, connectivityOffset: offset };
  return { state: { ...applied(watch, meta), connected: false, ...since } };
}

function booted(state: Watch | undefined, { meta, vendor, model }: StationBooted): Folded {
  const watch = of(state, meta);
  return { state: isLive(watch, meta) ? { ...applied(watch, meta), vendor, model } : watch };
}

function statusChanged(state: Watch | undefined, event: ConnectorStatusChanged, { offset }: Position): Folded {
  const { meta, evseId, connectorId, status } = event;
  const watch = of(state, meta);
  if (!isLive(watch, meta)) return { state: watch };
  const isIt = (each: { evseId: number; connectorId: number }): boolean =>
    each.evseId === evseId && each.connectorId === connectorId;
  const before = watch.connectors.find(isIt);
  // Told again: it is so since it was told first.
  if (before?.status === status) return { state: applied(watch, meta) };
  const now = { evseId, connectorId, status, since: meta.recordedAt, offset };
  const connectors = [...watch.connectors.filter((each) => !isIt(each)), now].toSorted(
    (left, right) => left.evseId - right.evseId || left.connectorId - right.connectorId,
  );
  const transactions =
    status === 'Available' ? transactionsWithout(watch.transactions, evseId, connectorId) : watch.transactions;
  return { state: { ...applied(watch, meta), connectors, transactions } };
}

/** Transactions count from any connection. */
function transactionTold(
  state: Watch | undefined,
  event: TransactionStarted | TransactionUpdated,
  at: Position,
): Folded {
  const watch = of(state, event.meta);
  return withTransactions(watch, transactionsAfter(watch.transactions, event, at));
}

function transactionEnded(state: Watch | undefined, event: TransactionEnded, at: Position): Folded {
  const watch = of(state, event.meta);
  return withTransactions(watch, transactionsAfterEnd(watch.transactions, event, at));
}

function withTransactions(watch: Watch, transactions: readonly WatchedTransaction[]): Folded {
  return { state: transactions === watch.transactions ? watch : { ...watch, transactions } };
}

/** Decisions about updates and stops of what runs already are no starts. */
function decided(state: Watch | undefined, event: AuthorizationDecided, { offset }: Position): Folded {
  const { meta, purpose, status } = event;
  const watch = of(state, meta);
  if (!isLive(watch, meta)) return { state: watch };
  if (purpose !== 'authorize' && purpose !== 'start') return { state: applied(watch, meta) };
  const start = { at: meta.recordedAt, offset, refused: status !== 'Accepted' };
  return { state: { ...applied(watch, meta), starts: [...watch.starts, start].slice(-startsKeptMax) } };
}

function certificatesReported(state: Watch | undefined, event: CertificatesReported): Folded {
  const { meta } = event;
  const watch = of(state, meta);
  if (!isLive(watch, meta)) return { state: watch };
  return { state: { ...applied(watch, meta), certificates: certificatesAfter(watch.certificates, event) } };
}

/** The first declaration of an id stands: an append that was repeated says nothing new. */
function declared(state: Watch | undefined, event: OutagePlanned | ExclusionDeclared, kind: Outage['kind']): Folded {
  const { meta, outageId, evseId, from, to, reason, actor } = event;
  const watch = of(state, meta);
  if (watch.outages.some((each) => each.outageId === outageId)) return { state: watch };
  const outage = { outageId, kind, evseId, from, to, reason, actor, declaredAt: meta.recordedAt, withdrawnAt: null };
  return { state: { ...watch, outages: [...watch.outages, outage].slice(-outagesKeptMax) } };
}

function withdrawn(state: Watch | undefined, { meta, outageId }: OutageWithdrawn): Folded {
  const watch = of(state, meta);
  const outages = watch.outages.map((each) =>
    each.outageId === outageId && each.withdrawnAt === null ? { ...each, withdrawnAt: meta.recordedAt } : each,
  );
  return { state: { ...watch, outages } };
}

function of(state: Watch | undefined, { tenantId, stationId }: Meta): Watch {
  return state ?? newWatch(tenantId, stationId);
}

/** From an older connection, or applied already: it does not touch live state. */
function isLive(watch: Watch, { connectionEpoch, seq }: Meta): boolean {
  if (connectionEpoch === null) return true;
  if (connectionEpoch < Math.max(watch.firstEpoch, watch.appliedEpoch)) return false;
  return seq === null || epochOf(watch, connectionEpoch) !== watch.appliedEpoch || seq > watch.appliedSeq;
}

function applied(watch: Watch, { connectionEpoch, seq }: Meta): Watch {
  if (connectionEpoch === null || seq === null) return watch;
  return { ...watch, appliedEpoch: epochOf(watch, connectionEpoch), appliedSeq: seq };
}

function epochOf({ firstEpoch, lastEpoch }: Watch, epoch: number): number {
  return epoch >= firstEpoch && epoch <= lastEpoch ? firstEpoch : epoch;
}
