// A fleet of simulated stations in one process: connects them at a rate, counts, and ends them in order.
import { scaledClock, type Clock } from '#load-tests/fleet/clock';
import type { Dialect } from '#load-tests/fleet/dialect';
import { fleetIdentities, type FleetVersion } from '#load-tests/fleet/identities';
import { fileModel, noModel, type Model } from '#load-tests/fleet/model';
import type { FleetOptions } from '#load-tests/fleet/options';
import { newSettings } from '#load-tests/fleet/settings';
import { Station } from '#load-tests/fleet/station';
import { dialect16 } from '#load-tests/fleet/station16';
import { dialect201, dialect21 } from '#load-tests/fleet/station2';
import { newTally, type Tally } from '#load-tests/fleet/tally';
import { vendorOf } from '#load-tests/fleet/vendors';
import type { Closable } from '#kit/lifecycle';
import type { Logger } from '#kit/logger';

export type Fleet = Closable & { readonly tally: Tally; readonly stations: readonly Station[]; queued(): number };

const dialects: Readonly<Record<FleetVersion, Dialect>> = {
  '1.6': dialect16,
  '2.0.1': dialect201,
  '2.1': dialect21,
};

const connectTickMs = 20;
const pollMs = 20;
const closeTimeoutMs = 3000;

/** The stations begin to connect at once; close() ends them, after the last session where the options say so. */
export function startFleet(options: FleetOptions, logger: Logger): Fleet {
  const clock = scaledClock(options.timeScale);
  const model =
    options.modelPath === undefined ? noModel : fileModel(options.modelPath, { seed: options.seed, atMs: clock.now() });
  const tally = newTally();
  const stations = newStations(options, { clock, model, tally, logger });
  const connecting = connectAll(stations, options.connectRatePerSecond);
  const queued = (): number => stations.reduce((sum, station) => sum + station.queued, 0);
  return {
    tally,
    stations,
    queued,
    async close() {
      connecting.cancel();
      if (options.drains) await drain(stations, queued, options.drainSeconds * 1_000);
      for (const station of stations) station.close();
      await until(() => tally.connected === 0, closeTimeoutMs);
      model.close();
    },
  };
}

type Shared = { readonly clock: Clock; readonly model: Model; readonly tally: Tally; readonly logger: Logger };

function newStations(options: FleetOptions, shared: Shared): Station[] {
  const { prefix, seed, urls, localAddress } = options;
  const pace = { sessionSeconds: options.sessionSeconds, idleSeconds: options.idleSeconds };
  const runId = shared.clock.now().toString(36);
  return fleetIdentities({ prefix, seed, count: options.stations }).map((identity, index) => {
    const settings = newSettings({ meterIntervalSeconds: options.meterIntervalSeconds });
    // Each station begins with another of the endpoints.
    const own = urls.map((_, offset) => urls[(index + offset) % urls.length] ?? '');
    return new Station({
      ...shared,
      identity,
      dialect: dialects[identity.version],
      vendor: vendorOf(identity, options.vendors),
      settings,
      pace,
      seed,
      runId,
      urls: own,
      localAddress,
    });
  });
}

/** Connects as many per tick as the rate allows, in the order of their numbers. */
function connectAll(stations: readonly Station[], ratePerSecond: number): { cancel(): void } {
  const startedAtMs = performance.now();
  let next = 0;
  const timer = setInterval(() => {
    const due = Math.min(stations.length, 1 + Math.floor(((performance.now() - startedAtMs) * ratePerSecond) / 1000));
    while (next < due) {
      stations[next]?.connect();
      next += 1;
    }
    if (next === stations.length) clearInterval(timer);
  }, connectTickMs);
  return { cancel: () => clearInterval(timer) };
}

async function drain(stations: readonly Station[], queued: () => number, timeoutMs: number): Promise<void> {
  for (const station of stations) station.drain();
  await until(() => queued() === 0, timeoutMs);
}

async function until(isReached: () => boolean, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!isReached() && performance.now() < deadline) {
    await new Promise((resolve) => {
      setTimeout(resolve, pollMs);
    });
  }
}
