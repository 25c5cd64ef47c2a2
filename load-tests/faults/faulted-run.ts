// A platform with a fleet under it, for whoever wants to hurt it: start, hurt, drain, verify, and nothing left behind.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serviceNames } from '#infra/local/programs';
import { registerIdentities } from '#infra/local/seed';
import { startTrial, type Trial, type TrialOptions } from '#load-tests/bench/trial';
import { type FleetProcess, startFleetProcess } from '#load-tests/faults/fleet-process';
import { registerPlainTariff } from '#load-tests/faults/register-tariff';
import { type BoundsWatch, watchBounds } from '#load-tests/faults/verify/bounds';
import { verify, type Verified } from '#load-tests/faults/verify/verify';
import { fleetIdentities } from '#load-tests/fleet/identities';

export type FaultedRunOptions = {
  readonly stations: number;
  readonly seed: string;
  readonly gateways?: number;
  /** Over one process per service, parts of its own, and links where wanted. */
  readonly trial?: Pick<TrialOptions, 'env' | 'envOf' | 'nodeArgsOf' | 'processes'>;
  readonly hasLinks?: boolean;
  /** Over those of a lively fleet. */
  readonly fleetFlags?: Readonly<Record<string, string>>;
  readonly recoveryMsMax?: number;
};

export type FaultedRun = {
  readonly trial: Trial;
  readonly fleet: FleetProcess;
  /** Lets the stations end, then checks every invariant. */
  finish(): Promise<FinishedRun>;
  close(): Promise<void>;
};

export type FinishedRun = Verified & { readonly rssPeakMiB: Readonly<Record<string, number>> };

const prefix = 'fault';
const recoveryMsMaxDefault = 60_000;

/** Resolves once every station is connected and charges. */
export async function startFaultedRun(options: FaultedRunOptions): Promise<FaultedRun> {
  const { stations, seed } = options;
  const dir = mkdtempSync(join(tmpdir(), 'chargestream-faults-'));
  const closing: (() => Promise<void>)[] = [async () => rmSync(dir, { recursive: true, force: true })];
  const close = async (): Promise<void> => {
    for (const end of closing.splice(0).toReversed()) await end();
  };
  try {
    const trial = await startTrial(trialOptions(options));
    closing.push(() => trial.close());
    const isBilled = await registerPlainTariff(trial);
    const identities = fleetIdentities({ prefix, seed, count: stations });
    await registerIdentities({ operatorUrl: trial.urls.operator, key: trial.secrets.demoOperatorKey, identities });
    const url = trial.links === undefined ? trial.urls.ocpp : `ws://127.0.0.1:${trial.links.ocpp.port}/ocpp`;
    const modelFile = join(dir, 'model.jsonl');
    const { fleetFlags: flags = {} } = options;
    const fleet = startFleetProcess({ url, stations, seed, prefix, modelFile, flags });
    closing.push(() => fleet.close());
    const bounds = watchBounds(trial);
    closing.push(async () => void bounds.verdict());
    await fleet.charging();
    return { trial, fleet, finish: () => finish({ trial, fleet, bounds, isBilled }, options), close };
  } catch (error) {
    await close();
    throw error;
  }
}

function trialOptions({ seed, gateways = 2, trial = {}, hasLinks = false }: FaultedRunOptions): TrialOptions {
  const processes = trial.processes ?? serviceNames.map((name) => [name]);
  const names = [
    ...processes.map((each) => each.join('-')),
    ...Array.from({ length: gateways }, (_, n) => `gateway-${n}`),
  ];
  return { seed, gateways, ownParts: true, ...trial, processes, ...(hasLinks ? { linked: names } : {}) };
}

type Running = {
  readonly trial: Trial;
  readonly fleet: FleetProcess;
  readonly bounds: BoundsWatch;
  readonly isBilled: boolean;
};

async function finish({ trial, fleet, bounds, isBilled }: Running, options: FaultedRunOptions): Promise<FinishedRun> {
  await fleet.connected();
  const report = await fleet.drain();
  const recoveryMsMax = options.recoveryMsMax ?? recoveryMsMaxDefault;
  const rssPeakMiB = bounds.peaks();
  const verified = await verify({
    trial,
    model: fleet.model(),
    report,
    bounds: bounds.verdict(),
    recoveryMsMax,
    isBilled,
  });
  return { ...verified, rssPeakMiB };
}
