// The scenarios: what each does to the platform, for how long, and what it may cost. Random only by the seed's draws.
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { PartName } from '#infra/local/part';
import type { Trial } from '#load-tests/bench/trial';
import type { TrialProcess } from '#load-tests/bench/trial-process';
import type { TrialLinks } from '#load-tests/bench/trial-links';
import { readMetrics } from '#load-tests/faults/verify/recovery';
import type { Random } from '#load-tests/fleet/random';

export type Scenario = {
  /** What `--only` names it by, beside its own name: the process or part that suffers. */
  readonly target: string;
  readonly what: string;
  /** Expected occurrences among all scenarios. */
  readonly weight: number;
  /** Injects the fault and heals it; resolves when the target is ready again. */
  run(trial: Trial, random: Random, bounds: { readonly outageSeconds: number }): Promise<void>;
};

type LinkName = Exclude<keyof TrialLinks, 'environment' | 'close' | 'kafkaLinked'>;

const services = ['registry', 'stations', 'sessions', 'billing', 'ocpi', 'alerts', 'analytics', 'operator'] as const;
const parts = ['kafka', 'postgres', 'clickhouse'] as const satisfies readonly PartName[];
const links = ['kafka', 'postgres', 'clickhouse', 'ocpp'] as const satisfies readonly LinkName[];

const downMsMax = 1_500;
const frozenMs = { min: 500, max: 8_000 };
const badWeatherMs = { min: 500, max: 6_000 };
const slow = { delayMs: 150, jitterMs: 200 };

/** All scenarios by name. */
export const scenarios: Readonly<Record<string, Scenario>> = Object.fromEntries([
  ['kill-gateway', scenario('gateway', 'kill -9 of one of the gateways', 6, killed('gateway'))],
  ['pause-gateway', scenario('gateway', 'a gateway frozen, its stations leave, it wakes', 2, frozen('gateway'))],
  ['end-gateway', scenario('gateway', 'a gateway ended in order and started again', 2, ended('gateway'))],
  ...services.flatMap((name) => [
    [`kill-${name}`, scenario(name, `kill -9 of ${name}`, 3, killed(name))] as const,
    [`pause-${name}`, scenario(name, `${name} frozen for some seconds`, 1, frozen(name))] as const,
  ]),
  ...parts.flatMap((name) => [
    [`kill-${name}`, scenario(name, `kill -9 of ${name}`, 2, killed(name))] as const,
    [`pause-${name}`, scenario(name, `${name} frozen for some seconds`, 1, frozen(name))] as const,
  ]),
  // Long ones are never drawn among others: `--only outage-kafka --outage-seconds 600`.
  ['zombie-gateway', scenario('long', 'a gateway frozen as long as wanted, then woken', 1, zombie)],
  ...parts.map(
    (name) => [`outage-${name}`, scenario('long', `${name} away as long as wanted`, 1, away(name))] as const,
  ),
  ...links.flatMap((name) => [
    [`slow-${name}`, scenario(name, `every chunk to and from ${name} late by 150 to 350 ms`, 1, slowed(name))] as const,
    [`cut-${name}`, scenario(name, `connections to ${name} reset, new ones refused`, 1, cut(name))] as const,
    [
      `deaf-${name}`,
      scenario(name, `what ${name} answers is lost, what it is told arrives`, 1, deafened(name)),
    ] as const,
  ]),
]);

/** The scenarios that a run of these processes can have, as `--only` (names or targets) wants them; empty: all. */
export function selectScenarios(trial: Trial, only: readonly string[]): readonly (readonly [string, Scenario])[] {
  return Object.entries(scenarios).filter(([name, { target }]) => {
    const isWanted = (only.length === 0 && target !== 'long') || only.includes(name) || only.includes(target);
    return isWanted && isPossible(trial, name, target);
  });
}

/** Draws one by weight. */
export function drawScenario(
  among: readonly (readonly [string, Scenario])[],
  random: Random,
): readonly [string, Scenario] {
  let left = random.next() * among.reduce((sum, [, { weight }]) => sum + weight, 0);
  for (const each of among) {
    left -= each[1].weight;
    if (left < 0) return each;
  }
  const last = among.at(-1);
  assert(last !== undefined, 'there is a scenario to draw');
  return last;
}

function isPossible(trial: Trial, name: string, target: string): boolean {
  if (/^(slow|cut|deaf)-/.test(name)) return trial.links !== undefined;
  return processesOf(trial, target === 'long' ? name.slice(name.indexOf('-') + 1) : target).length > 0;
}

function scenario(target: string, what: string, weight: number, run: Scenario['run']): Scenario {
  return { target, what, weight, run };
}

/** A gateway is any of them; a part stands beside the services. */
function processesOf(trial: Trial, target: string): TrialProcess[] {
  const all: TrialProcess[] = [...trial.processes.values(), ...trial.parts.values()];
  return all.filter(({ name }) => name === target || (target === 'gateway' && name.startsWith('gateway-')));
}

async function drawn(trial: Trial, target: string, random: Random): Promise<TrialProcess> {
  const among = processesOf(trial, target);
  const drawnOne = among[random.integer(0, among.length - 1)];
  const process = target === 'gateway' ? await busiest(trial) : drawnOne;
  assert(process !== undefined, `${target} runs`);
  return process;
}

/** The gateway with the most stations: after a kill all of them are on the other one, and an empty one hurts nobody. */
async function busiest({ gateways }: Trial): Promise<TrialProcess | undefined> {
  const counted = gateways.map(async (gateway) => ({ gateway, connections: await connectionsOf(gateway.adminUrl) }));
  const [most] = (await Promise.all(counted)).toSorted((a, b) => b.connections - a.connections);
  return most?.gateway;
}

async function connectionsOf(adminUrl: string): Promise<number> {
  const text = await readMetrics(adminUrl);
  return [...text.matchAll(/^chargestream_gateway_connections(?:\{[^}]*\})? (\d+)$/gm)].reduce(
    (sum, [, count]) => sum + Number(count),
    0,
  );
}

function killed(target: string): Scenario['run'] {
  return async (trial, random) => {
    const process = await drawn(trial, target, random);
    await process.kill();
    await delay(random.integer(0, downMsMax));
    await process.start();
  };
}

function ended(target: string): Scenario['run'] {
  return async (trial, random) => {
    const process = await drawn(trial, target, random);
    await process.terminate();
    await process.start();
  };
}

function frozen(target: string): Scenario['run'] {
  return async (trial, random) => {
    const process = await drawn(trial, target, random);
    process.pause();
    await delay(random.integer(frozenMs.min, frozenMs.max));
    process.resume();
  };
}

function away(target: string): Scenario['run'] {
  return async (trial, random, { outageSeconds }) => {
    const process = await drawn(trial, target, random);
    await process.kill();
    await delay(outageSeconds * 1_000);
    await process.start();
  };
}

async function zombie(...[trial, random, { outageSeconds }]: Parameters<Scenario['run']>): Promise<void> {
  const process = await drawn(trial, 'gateway', random);
  process.pause();
  await delay(outageSeconds * 1_000);
  process.resume();
}

function slowed(name: LinkName): Scenario['run'] {
  return weather(name, (link) => link.slow(slow.delayMs, slow.jitterMs));
}

function cut(name: LinkName): Scenario['run'] {
  return weather(name, (link) => link.cut());
}

function deafened(name: LinkName): Scenario['run'] {
  return weather(name, (link) => link.stall('down'));
}

function weather(name: LinkName, turn: (link: TrialLinks[LinkName]) => void): Scenario['run'] {
  return async ({ links: all }, random) => {
    const link = all?.[name];
    assert(link !== undefined, 'the trial has links');
    turn(link);
    await delay(random.integer(badWeatherMs.min, badWeatherMs.max));
    link.heal();
  };
}
