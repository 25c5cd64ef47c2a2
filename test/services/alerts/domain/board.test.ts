import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AlertRuleValue, MaintenanceWindowValue } from '#contracts/alerting';
import type { Alert } from '#services/alerts/domain/alert';
import type { Station } from '#services/alerts/domain/judge';
import { Board, type Decisions } from '#services/alerts/domain/board';
import { newWatch, type Outage } from '#services/alerts/domain/watch';

const now = Date.UTC(2026, 5, 1);
const rule: AlertRuleValue = {
  ruleId: 'offline',
  name: 'Offline',
  enabled: true,
  severity: 'critical',
  selection: { locationIds: [], vendors: [], models: [] },
  groupsBySite: true,
  condition: { kind: 'offline', opensAfterSeconds: 60, closesAfterSeconds: 60 },
};

function station(stationId: string, isAway: boolean, more: Partial<Station> & { outages?: Outage[] } = {}): Station {
  const { outages = [], ...rest } = more;
  const since = { connectivitySince: now - 3_600_000, connectivityOffset: 5, firstSeenAt: 1 };
  const watch = { ...newWatch('default', stationId), connected: !isAway, ...since, outages };
  return {
    watch,
    locationId: 'park',
    vendor: 'Acme',
    model: 'M1',
    succeededAt: 0,
    othersSucceededAt: 0,
    drift: null,
    ...rest,
  };
}

type Given = { rules?: AlertRuleValue[]; windows?: MaintenanceWindowValue[]; standing?: readonly Alert[] };

function decide(stations: readonly Station[], { rules = [rule], windows = [], standing = [] }: Given = {}): Decisions {
  const board = new Board({ tenantId: 'default', rules, standing });
  for (const each of stations) board.look(each, now);
  return board.decide(now, windows);
}

const subjects = (alerts: readonly Alert[]): string[] => alerts.map(({ subject }) => subject);
const told = ({ notices }: Decisions): string[] => notices.map(({ event, alert }) => `${event} ${alert.subject}`);

test('the same look decides the same ids, and what stands opens no second time', () => {
  const stations = [station('A', true), station('B', false)];
  const first = decide(stations);
  assert.deepEqual(subjects(first.opened), ['station/A']);
  assert.deepEqual(decide(stations), first);
  const again = decide(stations, { standing: first.opened });
  assert.deepEqual(again, { opened: [], closed: [], changed: [], notices: [] });
});

test('what is over closes, and is told to whoever heard of its beginning', () => {
  const { opened } = decide([station('A', true), station('B', false)]);
  const ended = decide([station('A', false), station('B', false)], { standing: opened });
  assert.deepEqual([ended.closed[0]?.state, ended.closed[0]?.closeReason], ['closed', 'cleared']);
  assert.deepEqual(told(ended), ['alert.closed station/A']);
  const untold = opened.map((alert) => ({ ...alert, told: false }));
  assert.deepEqual(told(decide([station('A', false)], { standing: untold })), []);
});

test('a rule that was switched off, or a station that is gone, closes its alerts', () => {
  const { opened } = decide([station('A', true), station('B', false)]);
  for (const ended of [
    decide([station('B', false)], { standing: opened }),
    decide([], { rules: [], standing: opened }),
  ])
    assert.deepEqual(
      ended.closed.map(({ closeReason }) => closeReason),
      ['not-watched'],
    );
});

test('a rule selects by location, vendor and model, by all that it names', () => {
  const selecting = (selection: Partial<AlertRuleValue['selection']>): number =>
    decide([station('A', true), station('B', false)], {
      rules: [{ ...rule, selection: { ...rule.selection, ...selection } }],
    }).opened.length;
  assert.equal(selecting({ locationIds: ['park'], vendors: ['Acme'], models: ['M1'] }), 1);
  assert.equal(selecting({ locationIds: ['else'] }), 0);
  assert.equal(selecting({ locationIds: ['park'], vendors: ['Other'] }), 0);
  assert.equal(selecting({ models: ['M2'] }), 0);
  const unknown = decide([station('A', true, { vendor: null })], {
    rules: [{ ...rule, selection: { ...rule.selection, vendors: ['Acme'] } }],
  });
  assert.equal(unknown.opened.length, 0);
});

test('a site speaks for its stations once all are away, two at least, and is told alone', () => {
  const both = decide([station('A', true), station('B', true)]);
  assert.deepEqual(subjects(both.opened), ['station/A', 'station/B', 'site/park']);
  const site = both.opened.find(({ stationId }) => stationId === null);
  assert.deepEqual(
    both.opened.map(({ groupId }) => groupId),
    [site?.alertId, site?.alertId, null],
  );
  assert.deepEqual(told(both), ['alert.opened site/park']);
  assert.deepEqual(subjects(decide([station('A', true)]).opened), ['station/A'], 'one station is no site');
  const alone = { rules: [{ ...rule, groupsBySite: false }] };
  assert.deepEqual(subjects(decide([station('A', true), station('B', true)], alone).opened), [
    'station/A',
    'station/B',
  ]);
  const nowhere = [station('A', true, { locationId: null }), station('B', true, { locationId: null })];
  assert.deepEqual(subjects(decide(nowhere).opened), ['station/A', 'station/B']);
});

test('a site that is no longer whole closes, and who is still away speaks for itself', () => {
  const { opened } = decide([station('A', true), station('B', true)]);
  const back = decide([station('A', true), station('B', false)], { standing: opened });
  assert.deepEqual(subjects(back.closed).toSorted(), ['site/park', 'station/B']);
  assert.deepEqual(subjects(back.changed), ['station/A']);
  assert.deepEqual(told(back).toSorted(), ['alert.closed site/park', 'alert.opened station/A']);
});

const window = (from: number, to: number, more: Partial<MaintenanceWindowValue> = {}): MaintenanceWindowValue => ({
  windowId: 'works',
  stationIds: ['A'],
  locationIds: [],
  from: new Date(from).toISOString(),
  to: new Date(to).toISOString(),
  note: '',
  ...more,
});

test('a maintenance window suppresses from its first moment until before its last, its stations alone', () => {
  const of = (windows: MaintenanceWindowValue[], stationId = 'A') => {
    const decided = decide([station(stationId, true)], { windows });
    return [decided.opened[0]?.suppressedBy ?? null, decided.notices.length];
  };
  assert.deepEqual(of([window(now, now + 1)]), ['maintenance/works', 0]);
  assert.deepEqual(of([window(now + 1, now + 2)]), [null, 1]);
  assert.deepEqual(of([window(now - 2, now)]), [null, 1]);
  assert.deepEqual(of([window(now, now + 1)], 'B'), [null, 1]);
  assert.deepEqual(of([window(now, now + 1, { stationIds: [], locationIds: ['park'] })], 'B'), [
    'maintenance/works',
    0,
  ]);
});

test('a site is suppressed where all that it speaks for are', () => {
  const both = [station('A', true), station('B', true)];
  const all = decide(both, { windows: [window(now, now + 1, { stationIds: ['A', 'B'] })] });
  assert.deepEqual(
    all.opened.map(({ suppressedBy }) => suppressedBy),
    Array(3).fill('maintenance/works'),
  );
  assert.deepEqual(all.notices, []);
  assert.deepEqual(told(decide(both, { windows: [window(now, now + 1)] })), ['alert.opened site/park']);
});

test('what was suppressed is told when the window is over, and what was told stays so in a later one', () => {
  const { opened } = decide([station('A', true)], { windows: [window(now, now + 1)] });
  assert.deepEqual(told(decide([station('A', true)], { standing: opened })), ['alert.opened station/A']);
  const told1 = decide([station('A', true)]).opened;
  const later = decide([station('A', true)], { standing: told1, windows: [window(now, now + 1)] });
  assert.deepEqual([later.changed[0]?.suppressedBy, later.notices], ['maintenance/works', []]);
  assert.deepEqual(told(decide([station('A', false)], { standing: later.changed })), ['alert.closed station/A']);
});

test('a planned outage suppresses while it lasts; an exclusion and one that was taken back do not', () => {
  const outage = {
    outageId: 'grid',
    kind: 'planned',
    evseId: null,
    from: now,
    to: now + 1,
    reason: '',
    actor: '',
  } as const;
  const suppressor = (more: Partial<Outage>): string | null | undefined =>
    decide([station('A', true, { outages: [{ ...outage, declaredAt: 0, withdrawnAt: null, ...more }] })]).opened[0]
      ?.suppressedBy;
  assert.equal(suppressor({}), 'outage/grid');
  assert.equal(suppressor({ from: now + 1, to: now + 2 }), null);
  assert.equal(suppressor({ from: now - 1, to: now }), null);
  assert.equal(suppressor({ kind: 'exclusion' }), null);
  assert.equal(suppressor({ withdrawnAt: now - 1 }), null);
  assert.equal(suppressor({ evseId: 1 }), null, 'one EVSE is not the station');
});

test('a rule that watches something else closes what it told before, and opens anew', () => {
  const away = station('A', true);
  const { opened } = decide([away, station('B', false)]);
  const other: AlertRuleValue = {
    ...rule,
    condition: { kind: 'no-session', opensAfterHours: 1, whileOthersCharge: false },
  };
  const quiet = station('A', false, { succeededAt: now - 2 * 3_600_000 });
  const edited = decide([quiet, station('B', true)], { rules: [other], standing: opened });
  assert.deepEqual(
    edited.closed.map(({ kind, closeReason }) => [kind, closeReason]),
    [['offline', 'not-watched']],
  );
  assert.deepEqual(
    edited.opened.map(({ kind, subject }) => [kind, subject]),
    [['no-session', 'station/A']],
  );
  assert.deepEqual(told(edited).toSorted(), ['alert.closed station/A', 'alert.opened station/A']);
});

test('moved borders keep what stands between them; a graver rule makes its alert graver, and tells so', () => {
  const { opened } = decide([station('A', true), station('B', false)]);
  const later: AlertRuleValue = { ...rule, condition: { ...rule.condition, opensAfterSeconds: 99_999 } as never };
  const kept = decide([station('A', true), station('B', false)], { rules: [later], standing: opened });
  assert.deepEqual(kept, { opened: [], closed: [], changed: [], notices: [] });
  const mild = opened.map((alert) => ({ ...alert, severity: 'info' as const }));
  const graver = decide([station('A', true), station('B', false)], { standing: mild });
  assert.deepEqual(
    graver.changed.map(({ severity, alertId }) => [severity, alertId]),
    [['critical', opened[0]?.alertId]],
  );
  assert.deepEqual(told(graver), ['alert.opened station/A']);
});

test('a station that moves takes its alert along to the site where it stands', () => {
  const { opened } = decide([station('A', true), station('B', false)]);
  const moved = decide([station('A', true, { locationId: 'mall' }), station('C', true, { locationId: 'mall' })], {
    standing: opened,
  });
  const [alert] = moved.changed;
  assert.deepEqual([alert?.locationId, alert?.groupId !== null], ['mall', true]);
});

test('a site’s alert ends as cleared where it is whole no more, as not watched where its rule is gone or groups no more', () => {
  const { opened } = decide([station('A', true), station('B', true)]);
  const reasonOf = (stations: Station[], rules: AlertRuleValue[]) =>
    decide(stations, { rules, standing: opened }).closed.find(({ stationId }) => stationId === null)?.closeReason;
  assert.equal(reasonOf([station('A', true), station('B', false)], [rule]), 'cleared');
  const both = [station('A', true), station('B', true)];
  assert.equal(reasonOf(both, []), 'not-watched');
  assert.equal(reasonOf(both, [{ ...rule, groupsBySite: false }]), 'not-watched');
});
