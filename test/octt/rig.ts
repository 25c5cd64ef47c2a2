// One platform for all cases, with the cards that they show; each case has a station of its own.
import assert from 'node:assert/strict';
import { startTrial, type Trial } from '#load-tests/bench/trial';
import type { FleetVersion } from '#load-tests/fleet/identities';
import { eventually, operatorOf, type Operator, type Page, type Session } from '../e2e/operator-client.ts';
import { ScriptedStation, type StationOptions } from '../e2e/scripted-station.ts';
import { at, OcttStation, type Payload } from './octt-station.ts';
import { openOutside, type Outside } from './outside.ts';
import { contractEmaid } from './vehicle-contract.ts';

/** Uids of registered cards; `unknown` is not. */
export const cards = {
  valid: 'OCTT-VALID',
  second: 'OCTT-SECOND',
  expired: 'OCTT-EXPIRED',
  blocked: 'OCTT-BLOCKED',
  elsewhere: 'OCTT-ELSEWHERE',
  groupOne: 'OCTT-GROUP-1',
  groupTwo: 'OCTT-GROUP-2',
  groupBlocked: 'OCTT-GROUP-3',
  master: 'OCTT-MASTER',
  contract: contractEmaid,
  unknown: 'OCTT-UNKNOWN',
} as const;

export const groupId = 'OCTT-GROUP';

/** As long as a machine that does much else may take. */
const shownWithinMs = 60_000;

export type SessionSeen = Session & {
  readonly startedAt: string;
  readonly evseId: number | null;
  readonly authorization: string | null;
  readonly chargingState: string | null;
  readonly stopReason: string | null;
  readonly tokenRef: string | null;
  readonly stoppedByTokenRef: string | null;
  readonly remoteStartId: number | null;
  readonly reservationId: number | null;
};

export type CommandSeen = {
  readonly commandId: string;
  readonly state: string;
  readonly outcome: string | null;
  readonly detail: string | null;
  readonly action: string | null;
  readonly answer: unknown;
};

export type Registration = {
  readonly evses?: number;
  /** More fields of POST /v1/stations. */
  readonly value?: object;
};

export class Rig {
  readonly operator: Operator;
  readonly trial: Trial;
  /** Whom the platform asks for stations and vehicles. */
  readonly outside: Outside;
  readonly #stations: OcttStation[] = [];

  private constructor(trial: Trial, outside: Outside) {
    this.trial = trial;
    this.outside = outside;
    this.operator = operatorOf(trial);
  }

  static async open(): Promise<Rig> {
    const outside = await openOutside();
    const env = { ...limits, ...outside.environment };
    const trial = await startTrial({
      processes: [['registry', 'stations', 'sessions', 'billing', 'operator']],
      env,
    }).catch((error: unknown) => {
      outside.close();
      throw error;
    });
    const rig = new Rig(trial, outside);
    try {
      await rig.#registerCards();
      return rig;
    } catch (error) {
      await rig.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    for (const station of this.#stations) station.close();
    await this.trial.close();
    this.outside.close();
  }

  /** Every frame that a station heard so far kept its schema, and every answer of a station, too. */
  assertSchemas(): void {
    for (const station of this.#stations) station.assertSchemas();
  }

  /** A registered station with its password, not connected yet. */
  async register(stationId: string, { evses = 2, value = {} }: Registration = {}): Promise<{ password: string }> {
    const places = Array.from({ length: evses }, (_, index) => ({ evseId: index + 1 }));
    return this.operator.post('/v1/stations', { stationId, evses: places, ...value });
  }

  /** Registered and connected; not booted yet. */
  async connected(stationId: string, version: FleetVersion, registration?: Registration): Promise<OcttStation> {
    const { password } = await this.register(stationId, registration);
    return this.connectedAs(stationId, version, password);
  }

  /** A registered station that shows this password. */
  async connectedAs(stationId: string, version: FleetVersion, password: string): Promise<OcttStation> {
    const station = await OcttStation.connect({ port: this.port, stationId, password, version });
    this.#stations.push(station);
    return station;
  }

  /** Registered, connected, booted, and known to be so: a station that can be commanded. */
  async station(stationId: string, version: FleetVersion, registration?: Registration): Promise<OcttStation> {
    const station = await this.connected(stationId, version, registration);
    await station.boot();
    await this.isLive(stationId);
    return station;
  }

  /** The platform knows that it is connected and booted. */
  async isLive(stationId: string): Promise<void> {
    await this.shown(
      `/v1/stations/${stationId}/state`,
      (state) => at(state, 'connected') === true && at(state, 'boot') !== null,
    );
  }

  get port(): number {
    return Number(new URL(this.trial.urls.ocpp).port);
  }

  /** An upgrade is refused with this HTTP status, once the gateway has heard what makes it so. */
  async refusedWith(status: number, options: StationOptions): Promise<void> {
    await eventually(
      `${options.stationId} is refused with ${status}`,
      async () => {
        const station = new ScriptedStation(options);
        const end = await Promise.race([station.opened, station.ended]);
        if (end === undefined) station.close();
        return end?.kind === 'refused' && end.status === status ? true : undefined;
      },
      shownWithinMs,
    );
  }

  /** Asks for something and waits until it is completed. */
  async command(
    station: OcttStation,
    intent: string,
    parameters: object = {},
    more: { readonly beforeAcceptance?: boolean } = {},
  ): Promise<CommandSeen> {
    const path = `/v1/stations/${station.stationId}/commands?waitSeconds=60`;
    const done = await this.operator.post<CommandSeen>(path, { intent, parameters, ...more });
    assert.equal(done.state, 'completed', `${intent}: ${JSON.stringify(done)}`);
    return done;
  }

  /** Asks for something and waits for nothing. */
  async order(station: OcttStation, intent: string, parameters: object = {}): Promise<CommandSeen> {
    return this.operator.post(`/v1/stations/${station.stationId}/commands`, { intent, parameters });
  }

  /** The command, once it is completed. */
  async completed(commandId: string): Promise<CommandSeen> {
    return this.shown(`/v1/commands/${commandId}`, (command: CommandSeen) => command.state === 'completed');
  }

  /** What the platform shows at a path, once it is as it should be. */
  async shown<T = Payload>(path: string, isSo: (value: T) => boolean): Promise<T> {
    let last: unknown;
    try {
      const probe = async (): Promise<T | undefined> => {
        const value = await this.operator.get<T>(path);
        last = value;
        return isSo(value) ? value : undefined;
      };
      return await eventually(path, probe, shownWithinMs);
    } catch (error) {
      throw new Error(`${path} shows ${JSON.stringify(last)}`, { cause: error });
    }
  }

  /** The items of a list about the station (`reservations`, `firmware-jobs` …), once one of them is as it should be. */
  async item(station: OcttStation, list: string, isSo: (item: Payload) => boolean): Promise<Payload> {
    const path = `/v1/stations/${station.stationId}/${list}`;
    const page = await this.shown<{ items: readonly Payload[] }>(path, ({ items }) => items.some(isSo));
    const found = page.items.find(isSo);
    assert.ok(found !== undefined);
    return found;
  }

  /** The only session of the station, once it is as it should be. */
  async session(station: OcttStation, isSo: (session: SessionSeen) => boolean = () => true): Promise<SessionSeen> {
    const path = `/v1/sessions?stationId=${station.stationId}`;
    const { items } = await this.shown<Page<SessionSeen>>(
      path,
      (page) => page.items.length > 0 && page.items.every(isSo),
    );
    assert.equal(items.length, 1, 'one transaction is one session');
    const [session] = items;
    assert.ok(session !== undefined);
    return session;
  }

  /** It has none so far: one that begins now at its second EVSE is the only one, and the fold goes in order. */
  async hasNoSession(station: OcttStation): Promise<void> {
    const timestamp = new Date().toISOString();
    const start16 = { connectorId: 2, idTag: cards.second, meterStart: 0, timestamp };
    const start2 = {
      eventType: 'Started',
      timestamp,
      triggerReason: 'Authorized',
      seqNo: 0,
      transactionInfo: { transactionId: `marker-${station.stationId}` },
      evse: { id: 2, connectorId: 1 },
      idToken: { idToken: cards.second, type: 'ISO14443' },
    };
    if (station.version === '1.6') await station.ask('StartTransaction', start16);
    else await station.ask('TransactionEvent', start2);
    assert.equal((await this.session(station)).evseId, 2);
  }

  /** The status of a connector, once it is this one. */
  async connectorIs(station: OcttStation, evseId: number, status: string): Promise<Payload> {
    const isSo = (connector: unknown): boolean =>
      at(connector, 'evseId') === evseId && at(connector, 'status') === status;
    const state = await this.shown<{ connectors: readonly Payload[] }>(
      `/v1/stations/${station.stationId}/state`,
      ({ connectors }) => connectors.some(isSo),
    );
    return state.connectors.find(isSo) ?? {};
  }

  async #registerCards(): Promise<void> {
    const tokens = [
      { uid: cards.valid },
      { uid: cards.second },
      { uid: cards.expired, expiresAt: '2026-01-01T00:00:00Z' },
      { uid: cards.blocked, status: 'Blocked' },
      { uid: cards.elsewhere, status: 'NotAtThisLocation' },
      { uid: cards.groupOne, groupId },
      { uid: cards.groupTwo, groupId },
      { uid: cards.groupBlocked, groupId, status: 'Blocked' },
      { uid: cards.contract, type: 'eMAID' },
      { uid: cards.master, groupId: 'OCTT-MASTERS' },
    ];
    const answer = await this.operator.raw('/v1/tokens', { method: 'PUT', body: JSON.stringify({ tokens }) });
    assert.equal(answer.status, 200, await answer.text());
    const probe = await this.connected('OCTT-PROBE', '1.6');
    await probe.boot();
    await eventually('the gateway knows the cards', async () => {
      const { idTagInfo } = await probe.ask('Authorize', { idTag: cards.master });
      return at(idTagInfo, 'status') === 'Accepted' ? true : undefined;
    });
  }
}

/** Hundreds of stations come from one address at once, and knock before the gateway has heard of them. */
const limits = {
  FLAPPING_CONNECTS_MAX: '1000',
  IDENTITY_CONNECTS_PER_SECOND_MAX: '100',
  IDENTITY_FAILURES_FREE: '10000',
  ADDRESS_FAILURES_FREE: '10000',
  FAILED_LOGIN_ANSWER_MS: '0',
  // Of a machine that does much else: what a station is told must not depend on that.
  COST_TIMEOUT_MS: '12000',
} as const;
