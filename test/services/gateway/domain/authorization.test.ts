// One decision, mapped per message and version: given what is known of a token, when it is shown, then this status is
// recorded and this word is answered.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ActiveSession, AuthorizationStatus, TokenRegistered } from '#contracts/generated/types';
import { guardOf, type OcppVersion } from '#contracts/ocpp';
import type { ActionTable, Handled, Row } from '#services/gateway/domain/action';
import type { Decider } from '#services/gateway/domain/authorization';
import { silentAfterMs } from '#services/gateway/domain/concurrency';
import { clockSkewMs } from '#services/gateway/domain/voucher';
import { actions16 } from '#services/gateway/ocpp16/actions';
import { actions201 } from '#services/gateway/ocpp2/actions201';
import { actions21 } from '#services/gateway/ocpp2/actions21';
import { contextOf, now, runningSession, token } from '../support.ts';

type Context = Parameters<typeof contextOf>[0];

const idToken = { idToken: 'TAG1', type: 'ISO14443' };
const timestamp = new Date(now).toISOString();
const transactionEvent = (eventType: string, triggerReason: string) => ({
  eventType,
  triggerReason,
  timestamp,
  seqNo: 0,
  transactionInfo: { transactionId: 'tx-1' },
  evse: { id: 1, connectorId: 1 },
  idToken,
});

/** A message that shows a token. */
type Message = { readonly version: OcppVersion; readonly action: string; readonly request: object };

const authorize16: Message = { version: '1.6', action: 'Authorize', request: { idTag: 'TAG1' } };
const start16: Message = {
  version: '1.6',
  action: 'StartTransaction',
  request: { connectorId: 1, idTag: 'TAG1', meterStart: 0, timestamp },
};
const stop16: Message = {
  version: '1.6',
  action: 'StopTransaction',
  request: { transactionId: 7, idTag: 'TAG1', meterStop: 9, timestamp },
};
const in2 = (version: OcppVersion) => ({
  authorize: { version, action: 'Authorize', request: { idToken } },
  started: { version, action: 'TransactionEvent', request: transactionEvent('Started', 'Authorized') },
  updated: { version, action: 'TransactionEvent', request: transactionEvent('Updated', 'Authorized') },
  stopping: { version, action: 'TransactionEvent', request: transactionEvent('Updated', 'StopAuthorized') },
  ended: { version, action: 'TransactionEvent', request: transactionEvent('Ended', 'StopAuthorized') },
});
const [v201, v21] = [in2('2.0.1'), in2('2.1')];
const starts: readonly Message[] = [start16, v201.started, v201.updated, v21.started, v21.updated];
const uses: readonly Message[] = [
  authorize16,
  stop16,
  ...[v201, v21].flatMap(({ authorize, stopping, ended }) => [authorize, stopping, ended]),
];
const all = [...starts, ...uses];

const tables: Readonly<Record<string, ActionTable>> = { '1.6': actions16, '2.0.1': actions201, '2.1': actions21 };

function handled({ version, action, request }: Message, context: Context): Handled {
  assert.equal(guardOf(version, action, 'Request')?.(request), undefined);
  const row = tables[version]?.[action] as unknown as Row<object> | undefined;
  const result = row?.handle(request, contextOf({ uid: 'TAG1', ...context }));
  assert.ok(result !== undefined);
  assert.equal(guardOf(version, action, 'Response')?.(result.reply), undefined, JSON.stringify(result.reply));
  return result;
}

function infoOf({ reply }: Handled): Record<string, unknown> {
  const { idTagInfo, idTokenInfo } = reply as Record<string, Record<string, unknown>>;
  return idTagInfo ?? idTokenInfo ?? {};
}

/** What the log keeps of the decision: AuthorizationDecided, or for a 1.6 stop its end. */
function recorded({ events }: Handled): [AuthorizationStatus | null, string] {
  const decided = events.find((event) => event.type === 'AuthorizationDecided');
  if (decided?.type === 'AuthorizationDecided') return [decided.status, decided.decidedBy];
  const ended = events.find((event) => event.type === 'TransactionEnded');
  return [ended?.type === 'TransactionEnded' ? ended.authorization : null, ''];
}

function check(message: Message, context: Context, expected: AuthorizationStatus, by?: Decider): void {
  const result = handled(message, context);
  const [status, decidedBy] = recorded(result);
  const where = `${message.version} ${message.action} ${JSON.stringify(message.request)}`;
  assert.equal(status, expected, where);
  if (by !== undefined && decidedBy !== '') assert.equal(decidedBy, by, where);
  const only16 = ['Accepted', 'Blocked', 'Expired', 'ConcurrentTx'].includes(expected) ? expected : 'Invalid';
  assert.equal(infoOf(result)['status'], message.version === '1.6' ? only16 : expected, where);
}

const states: readonly [string, Partial<TokenRegistered> | undefined, AuthorizationStatus][] = [
  ['unknown', undefined, 'Invalid'],
  ['known', {}, 'Accepted'],
  ['blocked', { status: 'Blocked' }, 'Blocked'],
  ['declared expired', { status: 'Expired' }, 'Expired'],
  ['invalid', { status: 'Invalid' }, 'Invalid'],
  ['without credit', { status: 'NoCredit' }, 'NoCredit'],
  ['not now', { status: 'NotAtThisTime' }, 'NotAtThisTime'],
  ['good for one more millisecond', { expiresAt: now + 1 }, 'Accepted'],
  ['expired this millisecond', { expiresAt: now }, 'Expired'],
  ['bound to this location', { locationIds: ['loc-1'] }, 'Accepted'],
  ['bound to another location', { locationIds: ['loc-2'] }, 'NotAtThisLocation'],
  ['blocked, and bound to another location', { status: 'Blocked', locationIds: ['loc-2'] }, 'Blocked'],
];

for (const [state, found, expected] of states) {
  test(`a token that is ${state} is ${expected} in every message that shows it`, () => {
    const context = found === undefined ? {} : { found: token(found) };
    for (const message of all) check(message, context, expected, 'registry');
  });
}

test('a token that is bound to a location is refused where the station has none', () => {
  const found = token({ locationIds: ['loc-1'] });
  for (const message of all) check(message, { found, station: { locationId: null } }, 'NotAtThisLocation');
});

test('where the tenant lets everybody charge, every token is Accepted, and recorded as such', () => {
  for (const [, found] of states) {
    const context = { ...(found === undefined ? {} : { found: token(found) }), policies: { freeVending: true } };
    for (const message of all) check(message, context, 'Accepted', 'free-vending');
  }
});

test('a vehicle that is recognised by its address is judged like a card where the tenant allows it, else Invalid', () => {
  const vehicle = { tokenType: 'MacAddress', found: token() };
  for (const message of all) {
    check(message, vehicle, 'Invalid', 'autocharge-off');
    check(message, { ...vehicle, policies: { autocharge: true } }, 'Accepted', 'registry');
    const blocked = { ...vehicle, found: token({ status: 'Blocked' }) };
    check(message, { ...blocked, policies: { autocharge: true } }, 'Blocked', 'registry');
    check(message, { tokenType: 'MacAddress', policies: { autocharge: true } }, 'Invalid', 'registry');
  }
});

const said = (status: AuthorizationStatus) => ({ kind: 'answered', status, expiresAt: null }) as const;
const limited = token({ concurrentSessionsMax: 1 });
const elsewhere = runningSession({ stationId: 'CS-002' });

test('a token with as many sessions as it may have starts no other one; all else it may', () => {
  const context = { found: limited, sessions: [elsewhere] };
  for (const message of starts) check(message, context, 'ConcurrentTx', 'registry');
  for (const message of uses) check(message, context, 'Accepted', 'registry');
  const two = token({ concurrentSessionsMax: 2 });
  for (const message of starts) {
    check(message, { found: two, sessions: [elsewhere] }, 'Accepted');
    check(message, { found: two, sessions: [elsewhere, runningSession({ stationId: 'CS-003' })] }, 'ConcurrentTx');
    check(message, { found: token(), sessions: [elsewhere, elsewhere, elsewhere] }, 'Accepted');
  }
});

test('the repeat of a start, and what follows it, is never one too many', () => {
  const { transactionId } = handled(start16, { found: limited }).reply as { transactionId: number };
  const own16 = runningSession({ transactionId: String(transactionId), evseId: null });
  check(start16, { found: limited, sessions: [own16] }, 'Accepted');
  const own2 = runningSession({ transactionId: 'tx-1', evseId: null });
  for (const message of [v201.started, v201.updated, v21.started])
    check(message, { found: limited, sessions: [own2] }, 'Accepted');
  const same = runningSession({ transactionId: 'tx-1', stationId: 'CS-002', evseId: null });
  check(v201.started, { found: limited, sessions: [same] }, 'ConcurrentTx');
});

test('of two starts that were both let within the fold’s delay, the repeat of either stays what it was', () => {
  const { transactionId } = handled(start16, { found: limited }).reply as { transactionId: number };
  const both = (own: Partial<ActiveSession>) => ({
    found: limited,
    sessions: [runningSession(own), runningSession({ stationId: 'CS-002', startedAt: now })],
  });
  check(start16, both({ transactionId: String(transactionId), evseId: null }), 'Accepted', 'registry');
  for (const message of [v201.started, v201.updated, v21.started, v21.updated]) {
    check(message, both({ transactionId: 'tx-1' }), 'Accepted', 'registry');
    // What was begun by the cable alone, or refused, was not let: its token is judged now.
    check(message, both({ transactionId: 'tx-1', authorization: null }), 'ConcurrentTx', 'registry');
    check(message, both({ transactionId: 'tx-1', authorization: 'ConcurrentTx' }), 'ConcurrentTx', 'registry');
    check(message, both({ transactionId: 'tx-1', stationId: 'CS-003' }), 'ConcurrentTx', 'registry');
  }
  const blocked = token({ concurrentSessionsMax: 1, status: 'Blocked' });
  check(v201.started, { ...both({ transactionId: 'tx-1' }), found: blocked }, 'Blocked', 'registry');
});

test('one session too many is our word, also about a token that its partner lets charge', () => {
  const found = token({ concurrentSessionsMax: 1, issuer: 'NL-EMP', whitelist: 'NEVER' });
  for (const message of starts) {
    check(message, { found, sessions: [elsewhere], partner: said('Accepted') }, 'ConcurrentTx', 'registry');
    check(message, { found, sessions: [elsewhere], partner: said('Blocked') }, 'Blocked', 'partner');
  }
});

test('a session that is silent for six hours does not count, one millisecond less and it does', () => {
  const silent = (heardAt: number) => ({
    found: limited,
    sessions: [runningSession({ stationId: 'CS-002', heardAt })],
  });
  for (const message of starts) {
    check(message, silent(now - silentAfterMs), 'Accepted');
    check(message, silent(now - silentAfterMs + 1), 'ConcurrentTx');
  }
});

test('a start that was refused does not count, one that nobody judged does', () => {
  const with_ = (authorization: AuthorizationStatus | null) => ({
    found: limited,
    sessions: [runningSession({ stationId: 'CS-002', authorization })],
  });
  for (const message of starts) {
    check(message, with_('ConcurrentTx'), 'Accepted');
    check(message, with_('Invalid'), 'Accepted');
    check(message, with_(null), 'ConcurrentTx');
  }
});

test('who begins at a place has ended what ran there; another place of the station counts', () => {
  for (const message of starts) {
    check(message, { found: limited, sessions: [runningSession({ evseId: 1 })] }, 'Accepted');
    check(message, { found: limited, sessions: [runningSession({ evseId: 2 })] }, 'ConcurrentTx');
  }
});

test('of two starts the later is one too many: one that was queued offline is not', () => {
  const at = (agoMs: number) => ({
    ...start16,
    request: { connectorId: 1, idTag: 'TAG1', meterStart: 0, timestamp: new Date(now - agoMs).toISOString() },
  });
  const began = (agoMs: number) => ({
    found: limited,
    sessions: [runningSession({ stationId: 'CS-002', startedAt: now - agoMs })],
  });
  check(at(clockSkewMs + 1), began(clockSkewMs), 'Accepted');
  check(at(clockSkewMs + 1), began(clockSkewMs + 1), 'ConcurrentTx');
  check(at(clockSkewMs), began(0), 'ConcurrentTx');
});

const issued = (whitelist: TokenRegistered['whitelist']) => token({ issuer: 'NL-EMP', whitelist });
const away = { kind: 'unreachable' } as const;

test('what a partner says of its token counts before what we know of it, but not before where it may charge', () => {
  for (const message of starts) {
    check(message, { found: issued('NEVER'), partner: said('Accepted') }, 'Accepted', 'partner');
    check(message, { found: issued('NEVER'), partner: said('NoCredit') }, 'NoCredit', 'partner');
    const blocked = { ...issued('ALLOWED_OFFLINE'), status: 'Blocked' } as const;
    check(message, { found: blocked, partner: said('Accepted') }, 'Accepted', 'partner');
    const bound = { ...issued('NEVER'), locationIds: ['loc-2'] };
    check(message, { found: bound, partner: said('Accepted') }, 'NotAtThisLocation', 'registry');
  }
});

test('where a partner cannot be asked, its whitelist decides, and then the tenant', () => {
  for (const message of starts) {
    check(message, { found: issued('ALLOWED_OFFLINE'), partner: away }, 'Accepted', 'registry');
    check(message, { found: issued('NEVER'), partner: away }, 'Invalid', 'partner-unavailable');
    const open = { tokensUnavailable: 'accept' } as const;
    check(message, { found: issued('NEVER'), partner: away, policies: open }, 'Accepted', 'partner-unavailable');
    const blocked = { ...issued('NEVER'), status: 'Blocked' } as const;
    check(message, { found: blocked, partner: away, policies: open }, 'Blocked', 'registry');
    check(message, { found: issued('NEVER') }, 'Accepted', 'registry');
  }
});

test('an unknown card stops what it was let start, on whichever gateway, and nothing else', () => {
  const own = (transactionId: string, authorization: AuthorizationStatus = 'Accepted') => ({
    sessions: [runningSession({ transactionId, authorization })],
  });
  check(stop16, own('7'), 'Accepted');
  check(stop16, own('8'), 'Invalid');
  check(stop16, own('7', 'Invalid'), 'Invalid');
  check(stop16, { sessions: [runningSession({ transactionId: '7', stationId: 'CS-002' })] }, 'Invalid');
  check(v201.ended, own('tx-1'), 'Accepted', 'operator');
  check(v201.ended, own('tx-2'), 'Invalid', 'registry');
});

test('stations are told of the group by its pseudonym, in the same words everywhere', () => {
  const groupRef = '0123456789abcdef0123456789abcdef';
  const found = token({ groupRef, language: 'de', chargingPriority: 3, expiresAt: now + 1000 });
  for (const message of all) {
    const { status: _status, ...info } = infoOf(handled(message, { found }));
    const until = new Date(now + 1000).toISOString();
    assert.deepEqual(
      info,
      message.version === '1.6'
        ? { expiryDate: until, parentIdTag: groupRef.slice(0, 20) }
        : {
            cacheExpiryDateTime: until,
            groupIdToken: { idToken: groupRef, type: 'Central' },
            language1: 'de',
            chargingPriority: 3,
          },
    );
  }
});
