// Process: has pending stations configured as the registry wants them, reads that back, lets them in, and has them boot again.
import { createHash } from 'node:crypto';
import { commandIdOf, stationKey } from '#contracts/keys';
import type { WantedVariable } from '#contracts/treatment';
import { failpoint } from '#kit/failpoint';
import type { Closable } from '#kit/lifecycle';
import type { Logger } from '#kit/logger';
import type { Database } from '#kit/postgres';
import type { CommandInput } from '../api/command-schemas.ts';
import type { CommandBook } from '../command-book.ts';
import { readCommand, type CommandRow } from '../command-reads.ts';
import { compare, wantedIn, type Compared } from '../domain/configuration-drift.ts';
import {
  begin,
  bootStep,
  currentStep,
  decideBoot,
  decideOnboarding,
  stepsOf,
  type Onboarding,
  type Standing,
  type Step,
} from '../domain/onboarding.ts';
import { onboardings } from '../metrics.ts';
import type { PresenceBook } from '../presence-book.ts';
import {
  actualVariables,
  forgetAccepted,
  pagePending,
  readOnboarding,
  saveOnboarding,
  type PendingStation,
  type StationName,
} from './register.ts';
import type { WantedOfStation, WantedSource } from './wanted.ts';
import { Ticking } from '../ticking.ts';

export type OnboarderOptions = {
  readonly database: Database;
  readonly commands: Pick<CommandBook, 'get'>;
  readonly presence: Pick<PresenceBook, 'claim'>;
  readonly registry: WantedSource;
  readonly logger: Logger;
  readonly tickMs: number;
  /** Asks for a command before the station is accepted; false where it is not taken now. */
  command(tenantId: string, stationId: string, input: CommandInput): Promise<boolean>;
  leads(): boolean;
  now(): number;
};

const pageRows = 200;
/** Stations that are looked at side by side. */
const atOnceMax = 20;
/** A station that waits for people, or for its next attempt, is looked at so often. */
const restMs = 5_000;
/** Transitions of one station within a tick; more wait for the next one. */
const transitionsMax = 10;

export class Onboarder implements Closable {
  readonly #options: OnboarderOptions;
  /** Until when stations that wait are not looked at. */
  readonly #resting = new Map<string, number>();
  readonly #ticking: Ticking;
  #closed = false;

  constructor(options: OnboarderOptions) {
    this.#options = options;
    this.#ticking = new Ticking(options.tickMs, () => this.tick());
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#ticking.close();
  }

  async tick(): Promise<void> {
    const { database, leads, logger, now } = this.#options;
    if (!leads()) return;
    const nowMs = now();
    for (const [key, untilMs] of this.#resting) if (untilMs <= nowMs) this.#resting.delete(key);
    try {
      let page: PendingStation[] = [];
      do {
        page = await pagePending(database, page.at(-1), pageRows);
        const due = page.filter((station) => !this.#resting.has(nameOf(station)));
        for (const [tenantId, stations] of byTenant(due)) await this.#lookAt(tenantId, stations);
      } while (page.length === pageRows && !this.#closed);
    } catch (error) {
      logger.warn({ err: error }, 'pending stations not looked at');
    }
  }

  async #lookAt(tenantId: string, stations: readonly PendingStation[]): Promise<void> {
    const devices = stations.map(({ stationId, vendor, model, firmwareVersion }) => ({
      stationId,
      vendor,
      model,
      firmwareVersion,
    }));
    const wanted = new Map((await this.#options.registry.wanted(tenantId, devices)).map((one) => [one.stationId, one]));
    for (let at = 0; at < stations.length && !this.#closed; at += atOnceMax)
      await Promise.all(
        stations.slice(at, at + atOnceMax).map((station) => this.#attempt(station, wanted.get(station.stationId))),
      );
  }

  /** One station's trouble must not hold up the others; it is tried again with the next tick. */
  async #attempt(station: PendingStation, wanted: WantedOfStation | undefined): Promise<void> {
    if (wanted === undefined || wanted.bootPolicy === 'reject') return this.#rest(station);
    try {
      if (wanted.onboarded || wanted.bootPolicy === 'accept') await this.#haveBoot(station);
      else await this.#configure(station, wantedIn(station.subprotocol, wanted.configuration));
    } catch (error) {
      this.#options.logger.warn({ err: error, stationId: station.stationId }, 'station not onboarded yet');
    }
  }

  /** Nothing wanted: an operator decides. Something else wanted than before: begun anew. */
  async #configure(station: PendingStation, wanted: readonly WantedVariable[]): Promise<void> {
    const { database, now } = this.#options;
    if (wanted.length === 0) {
      await forgetAccepted(database, station);
      return this.#rest(station);
    }
    const hash = createHash('sha256').update(JSON.stringify(wanted)).digest('hex').slice(0, 16);
    const kept = await readOnboarding(database, station);
    // An accepted one that is pending again was taken back by an operator.
    const goesOn = kept !== undefined && kept.hash === hash && kept.phase !== 'accepted';
    let onboarding = goesOn ? kept : begin(hash, now());
    if (!goesOn) await saveOnboarding(database, station, onboarding);
    for (let count = 0; count < transitionsMax; count++) {
      const next = await this.#advance(station, onboarding, wanted);
      if (next === undefined) break;
      onboarding = next;
    }
    if (onboarding.phase === 'failed') this.#rest(station);
  }

  #rest(station: StationName): void {
    this.#resting.set(nameOf(station), this.#options.now() + restMs);
  }

  /**
   * 1. What this attempt has come to is kept, 2. the command is asked for under a name made of the attempt and its step,
   * or the registry is told. A crash between asks for the same command, which the log takes once, or tells again.
   */
  async #advance(
    station: PendingStation,
    onboarding: Onboarding,
    wanted: readonly WantedVariable[],
  ): Promise<Onboarding | undefined> {
    const { database, now } = this.#options;
    const steps = stepsOf(wanted);
    const step = currentStep(onboarding, steps);
    const standing = step === undefined ? undefined : await this.#standingOf(station, keyOf(onboarding, step));
    const compared = onboarding.phase === 'comparing' ? await this.#compare(station, wanted) : [];
    const { bootedAtMs } = station;
    const next = decideOnboarding(onboarding, { steps, standing, bootedAtMs, compared, nowMs: now() });
    switch (next.kind) {
      case 'wait':
        return undefined;
      case 'ask':
        await this.#ask(station, onboarding, next.step);
        return undefined;
      case 'become':
        await saveOnboarding(database, station, next.onboarding);
        if (next.onboarding.phase === 'failed') this.#noteFailed(station, next.onboarding);
        return next.onboarding;
      case 'accept':
        await this.#accept(station, onboarding);
        return undefined;
    }
  }

  /** 1. The registry, from which gateways hear it; 2. our row. A crash between tells the registry again. */
  async #accept(station: PendingStation, onboarding: Onboarding): Promise<void> {
    const { database, registry, now } = this.#options;
    const untold = failpoint('stations.before-onboarded');
    if (untold !== undefined) await untold;
    await registry.onboarded(station.tenantId, station.stationId);
    const unkept = failpoint('stations.after-onboarded');
    if (unkept !== undefined) await unkept;
    await saveOnboarding(database, station, { ...onboarding, phase: 'accepted', sinceMs: now(), detail: null });
    onboardings.inc({ result: 'accepted' });
  }

  /** It is let in and has yet to hear it: it is asked to boot, since gateways answer that alone with Accepted. */
  async #haveBoot(station: PendingStation): Promise<void> {
    const { database, now } = this.#options;
    const nowMs = now();
    const kept = await readOnboarding(database, station);
    const { kind, onboarding } = decideBoot(kept, { bootedAtMs: station.bootedAtMs, nowMs });
    if (onboarding !== kept) await saveOnboarding(database, station, onboarding);
    if (kind === 'rest') this.#rest(station);
    if (kind !== 'ask') return;
    await this.#ask(station, onboarding, bootStep(onboarding.boots));
    await saveOnboarding(database, station, { ...onboarding, boots: onboarding.boots + 1, sinceMs: nowMs });
  }

  async #ask({ tenantId, stationId }: StationName, onboarding: Onboarding, step: Step): Promise<void> {
    const { intent, parameters } = step;
    const unasked = failpoint('stations.before-onboarding-command');
    if (unasked !== undefined) await unasked;
    const idempotencyKey = keyOf(onboarding, step);
    await this.#options.command(tenantId, stationId, { intent, parameters, idempotencyKey });
  }

  async #standingOf({ tenantId, stationId }: StationName, key: string): Promise<Standing> {
    const { commands, database, presence } = this.#options;
    const commandId = commandIdOf(tenantId, stationId, key);
    const entry = commands.get(commandId);
    if (entry === undefined) return standingOfRow(await readCommand(database, tenantId, commandId));
    const { life, connectionEpoch } = entry.command;
    if (life.phase === 'completed') {
      const sentAtMs = life.sent?.at ?? null;
      return { kind: 'ended', outcome: life.outcome, detail: entry.completion?.detail ?? null, sentAtMs };
    }
    const epoch = presence.claim(stationKey(tenantId, stationId))?.connectionEpoch ?? connectionEpoch;
    return { kind: life.phase === 'requested' && epoch > connectionEpoch ? 'stranded' : 'open' };
  }

  async #compare({ tenantId, stationId }: StationName, wanted: readonly WantedVariable[]): Promise<Compared[]> {
    const names = wanted.map(({ variable }) => variable);
    const actual = await actualVariables(this.#options.database, tenantId, [stationId], names);
    return compare(wanted, actual.get(stationId) ?? []);
  }

  #noteFailed({ tenantId, stationId }: StationName, { detail }: Onboarding): void {
    onboardings.inc({ result: 'failed' });
    this.#options.logger.warn({ tenantId, stationId, detail }, 'a pending station is not as it shall be');
  }
}

/** Of a command that is over for long, or that this process has not read yet. */
function standingOfRow(row: CommandRow | undefined): Standing {
  if (row === undefined) return undefined;
  const { outcome, detail, sent_at_ms: sentAtMs } = row;
  return outcome === null ? { kind: 'open' } : { kind: 'ended', outcome, detail, sentAtMs };
}

function nameOf({ tenantId, stationId }: StationName): string {
  return stationKey(tenantId, stationId);
}

function keyOf({ startedAtMs }: Onboarding, { label }: Step): string {
  return `onboarding-${startedAtMs}-${label}`;
}

function byTenant(page: readonly PendingStation[]): Map<string, PendingStation[]> {
  const tenants = new Map<string, PendingStation[]>();
  for (const station of page) {
    const known = tenants.get(station.tenantId);
    if (known === undefined) tenants.set(station.tenantId, [station]);
    else known.push(station);
  }
  return tenants;
}
