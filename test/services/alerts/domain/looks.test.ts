// Judging only what changed or is due finds what judging all stations anew would find, whatever happens and when.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { AlertCondition, AlertRuleValue } from '#contracts/alerting';
import type { Alert } from '#services/alerts/domain/alert';
import { Board, type Decisions } from '#services/alerts/domain/board';
import { judge, type Station } from '#services/alerts/domain/judge';
import { newWatch, type Watch } from '#services/alerts/domain/watch';

const second = 1_000;
const hour = 3_600_000;
const day = 24 * hour;
const t0 = Date.UTC(2026, 5, 1);

const held = fc.record({
  opensAfterSeconds: fc.integer({ min: 0, max: 90 }),
  closesAfterSeconds: fc.integer({ min: 0, max: 90 }),
});
const condition: fc.Arbitrary<AlertCondition> = fc.oneof(
  held.map((borders) => ({ kind: 'offline', ...borders }) as const),
  held.map((borders) => ({ kind: 'faulted', ...borders }) as const),
  held.map((borders) => ({ kind: 'drift', ...borders }) as const),
  held.map(
    (borders) =>
      ({ kind: 'stuck', statuses: ['Preparing', 'Finishing'] as ('Preparing' | 'Finishing')[], ...borders }) as const,
  ),
  fc.boolean().map((whileOthersCharge) => ({ kind: 'no-session', opensAfterHours: 1, whileOthersCharge }) as const),
  fc
    .constantFrom('count' as const, 'percent' as const)
    .map(
      (measure) =>
        ({ kind: 'refused-starts', windowMinutes: 1, measure, startsMin: 1, opensAt: 2, closesAt: 1 }) as const,
    ),
  fc
    .integer({ min: 1, max: 3 })
    .map((days) => ({ kind: 'certificate-expiry', opensWithinDays: days, closesBeyondDays: days + 1 }) as const),
);

/** A time near enough to now that borders are met. */
const ago = fc.oneof(
  fc.integer({ min: 0, max: 120 }).map((seconds) => seconds * second),
  fc.integer({ min: -2, max: 2 }).map((ms) => hour + ms),
  fc.integer({ min: 0, max: 5 * hour }),
);
type Facts = {
  readonly connected: boolean;
  readonly sinceAgo: number;
  readonly seenAgo: number;
  readonly status: 'Available' | 'Faulted' | 'Preparing' | 'Occupied';
  readonly statusAgo: number;
  readonly refused: readonly boolean[];
  readonly startAgo: number;
  readonly expiresIn: number;
  readonly driftAgo: number | null;
};
const facts: fc.Arbitrary<Facts> = fc.record({
  connected: fc.boolean(),
  sinceAgo: ago,
  seenAgo: ago,
  status: fc.constantFrom('Available', 'Faulted', 'Preparing', 'Occupied'),
  statusAgo: ago,
  refused: fc.array(fc.boolean(), { maxLength: 4 }),
  startAgo: fc.integer({ min: 0, max: 90 }).map((seconds) => seconds * second),
  expiresIn: fc.integer({ min: 0, max: 5 * 24 }).map((hours) => hours * hour),
  driftAgo: fc.option(ago),
});

function stationOf(stationId: string, is: Facts, now: number, place: string | null): Station {
  const watch: Watch = {
    ...newWatch('default', stationId),
    connected: is.connected,
    connectivitySince: now - is.sinceAgo,
    connectivityOffset: now,
    firstSeenAt: now - is.seenAgo,
    connectors: [{ evseId: 1, connectorId: 1, status: is.status, since: now - is.statusAgo, offset: now }],
    starts: is.refused.map((refused, n) => ({ at: now - is.startAgo + n, offset: now + n, refused })),
    certificates: [{ certificateType: 'V2GRootCertificate', hashes: 'a', child: false, expiresAt: now + is.expiresIn }],
  };
  const drift = is.driftAgo === null ? null : { differs: is.connected, since: now - is.driftAgo, variables: 1 };
  return { watch, locationId: place, vendor: null, model: null, succeededAt: 0, othersSucceededAt: 0, drift };
}

test('a verdict stays until the time that it names, and that time is to come', () => {
  fc.assert(
    fc.property(
      condition,
      facts,
      fc.tuple(ago, ago),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (rule, is, [own, others], share) => {
        const station = { ...stationOf('S', is, t0, null), succeededAt: t0 - own, othersSucceededAt: t0 - others };
        const found = judge(rule, station, t0);
        for (const [index, { verdict, until }] of found.entries()) {
          assert.ok(until > t0);
          const last = Math.min(until - 1, t0 + 10 * day);
          for (const later of [last, Math.floor(t0 + (last - t0) * share)])
            assert.equal(judge(rule, station, later)[index]?.verdict, verdict);
        }
      },
    ),
    { numRuns: 2_000 },
  );
});

type Happening =
  | { readonly is: 'change'; readonly station: number; readonly facts: Facts }
  | { readonly is: 'charge'; readonly station: number }
  | { readonly is: 'gone'; readonly station: number };
const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ is: fc.constant('change' as const), station: fc.nat(4), facts }),
  fc.record({ is: fc.constant('charge' as const), station: fc.nat(4) }),
  fc.record({ is: fc.constant('gone' as const), station: fc.nat(4) }),
);
const step = fc.record({
  passesMs: fc.oneof(
    fc.integer({ min: 1, max: 100 }).map((seconds) => seconds * second),
    fc.integer({ min: 1, max: 2 * hour }),
  ),
  happens: fc.array(happening, { maxLength: 2 }),
});

/** Four of them at two locations, one nowhere. */
const places = ['park', 'park', 'mall', 'mall', null];
const idOf = (station: number): string => `S${station}`;

test('looking at what changed or is due decides as looking at all does', () => {
  fc.assert(
    fc.property(
      fc.array(condition, { minLength: 1, maxLength: 3 }),
      fc.array(step, { minLength: 2, maxLength: 12 }),
      (conditions, steps) => {
        const rules = conditions.map((each, n) => ruleOf(String(n), each));
        const world = new Map<string, Station>();
        const charged = new Map<string, number>();
        const asNow = (stationId: string): Station | undefined => seenIn(world, charged, stationId);
        const board = new Board({ tenantId: 'default', rules, standing: [] });
        let standing: Alert[] = [];
        let now = t0;
        for (const { passesMs, happens } of steps) {
          now += passesMs;
          const changed = new Set<string>();
          const news = new Set<string>();
          for (const each of happens) {
            const stationId = idOf(each.station);
            if (each.is === 'charge') charged.set(stationId, now);
            else if (each.is === 'gone') world.delete(stationId);
            else world.set(stationId, stationOf(stationId, each.facts, now, places[each.station] ?? null));
            (each.is === 'charge' ? news : changed).add(stationId);
          }
          const arrived: string[] = [];
          const lookAt = (stationIds: ReadonlySet<string>): void => {
            for (const stationId of stationIds) {
              const station = asNow(stationId);
              if (station === undefined) board.forget(stationId);
              else if (board.look(station, now)) arrived.push(stationId);
            }
          };
          lookAt(new Set([...changed, ...board.due(now)]));
          lookAt(new Set([...news, ...arrived].flatMap((stationId) => board.concerned(stationId))));
          const afresh = new Board({ tenantId: 'default', rules, standing });
          for (const stationId of world.keys()) {
            const station = asNow(stationId);
            if (station !== undefined) afresh.look(station, now);
          }
          const decisions = board.decide(now, []);
          assert.deepEqual(sorted(decisions), sorted(afresh.decide(now, [])));
          board.accept(decisions);
          standing = after(standing, decisions);
        }
      },
    ),
    { numRuns: 1_000 },
  );
});

function ruleOf(ruleId: string, of: AlertCondition): AlertRuleValue {
  const selection = { locationIds: [], vendors: [], models: [] };
  return { ruleId, name: 'R', enabled: true, severity: 'info', selection, groupsBySite: true, condition: of };
}

function seenIn(
  world: ReadonlyMap<string, Station>,
  charged: ReadonlyMap<string, number>,
  stationId: string,
): Station | undefined {
  const station = world.get(stationId);
  if (station === undefined) return undefined;
  const others = [...world.values()].filter(
    ({ watch, locationId }) =>
      watch.stationId !== stationId && locationId !== null && locationId === station.locationId,
  );
  const othersSucceededAt = Math.max(0, ...others.map(({ watch }) => charged.get(watch.stationId) ?? 0));
  return { ...station, succeededAt: charged.get(stationId) ?? 0, othersSucceededAt };
}

function after(standing: readonly Alert[], { opened, changed, closed }: Decisions): Alert[] {
  const gone = new Set([...closed, ...changed].map(({ alertId }) => alertId));
  return [...standing.filter(({ alertId }) => !gone.has(alertId)), ...opened, ...changed];
}

/** Looks come in another order; what they decide has none but by subject. Why a station is gone both call the same. */
function sorted({ opened, changed, closed, notices }: Decisions) {
  const bySubject = (alerts: readonly Alert[]) =>
    alerts.toSorted((left, right) => (left.alertId < right.alertId ? -1 : 1));
  const told = notices.map(({ event, alert }) => `${event} ${alert.alertId}`).toSorted();
  return { opened: bySubject(opened), changed: bySubject(changed), closed: bySubject(closed), told };
}
