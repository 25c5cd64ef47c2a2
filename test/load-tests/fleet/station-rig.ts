// Puts one simulated station in front of a platform double, with a model whose lines the test can read.
import { createLogger } from '#kit/logger';
import { scaledClock } from '#load-tests/fleet/clock';
import { identityOf, type FleetVersion, type StationIdentity } from '#load-tests/fleet/identities';
import { modelTo, readModel, type LineModel, type ModelSession } from '#load-tests/fleet/model';
import { newSettings, type Settings } from '#load-tests/fleet/settings';
import { Station } from '#load-tests/fleet/station';
import { dialect16 } from '#load-tests/fleet/station16';
import { dialect201, dialect21 } from '#load-tests/fleet/station2';
import { plainVendor, type Vendor } from '#load-tests/fleet/vendors';
import { newTally, type Tally } from '#load-tests/fleet/tally';

export type Rig = {
  readonly station: Station;
  readonly tally: Tally;
  readonly model: LineModel;
  sessions(): ModelSession[];
};

export type RigOptions = {
  readonly url: string;
  readonly version: FleetVersion;
  /** 1: one EVSE, 2: two. */
  readonly number?: number;
  readonly vendor?: Vendor;
  readonly seed?: string;
  readonly timeScale?: number;
  readonly sessionSeconds?: number;
  readonly idleSeconds?: number;
  readonly settings?: Partial<Settings>;
  /** The 30 s for an answer are shortened as well. */
  readonly isImpatient?: boolean;
};

const dialects = { '1.6': dialect16, '2.0.1': dialect201, '2.1': dialect21 } as const;

/** Waits are 200 times shorter, so that a session of a minute takes 0.3 s. Its number says how many EVSEs it has. */
export function rigOf(options: RigOptions): Rig {
  const seed = options.seed ?? 'rig';
  const identity: StationIdentity = { ...identityOf('RIG', seed, options.number ?? 1), version: options.version };
  const lines: string[] = [];
  const model = modelTo((line) => lines.push(line));
  const tally = newTally();
  const clock = scaledClock(options.timeScale ?? 200);
  const station = new Station({
    identity,
    dialect: dialects[options.version],
    vendor: options.vendor ?? plainVendor,
    settings: newSettings({ meterIntervalSeconds: 10, ...options.settings }),
    clock: options.isImpatient === true ? { ...clock, deadline: clock.after } : clock,
    tally,
    model,
    logger: createLogger('fleet-test', 'silent'),
    pace: { sessionSeconds: options.sessionSeconds ?? 60, idleSeconds: options.idleSeconds ?? 10 },
    seed,
    runId: 'run',
    urls: [options.url],
  });
  return {
    station,
    tally,
    model,
    sessions() {
      model.flush();
      return [...readModel(lines).sessions.values()];
    },
  };
}
