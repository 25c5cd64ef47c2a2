// A station of a case: it holds the platform to the schema of every frame, and itself, too.
import assert from 'node:assert/strict';
import { guardOf } from '#contracts/ocpp';
import { until } from '#test/support/until';
import { CallError, ScriptedStation, type HeardCall, type StationOptions } from '../e2e/scripted-station.ts';

export type Payload = Readonly<Record<string, unknown>>;

/** What the station answers a CALL of ours: a payload, an error code, or nothing at all. */
export type Reply = { readonly payload: Payload } | { readonly error: string } | 'silence';

/** As long as a machine that does much else may take. */
const heardWithinMs = 60_000;

export class OcttStation {
  readonly stationId: string;
  readonly version: StationOptions['version'];
  readonly #options: StationOptions;
  #link: ScriptedStation;
  readonly #memory: Memory;
  readonly #taken = new Map<string, number>();
  /** Ids go on over reconnects: a repeated id is a repeated message. */
  #ids = 0;

  private constructor(options: StationOptions, memory: Memory, link: ScriptedStation) {
    this.stationId = options.stationId;
    this.version = options.version;
    this.#options = options;
    this.#memory = memory;
    this.#link = link;
  }

  static async connect(given: Omit<StationOptions, 'answer'>): Promise<OcttStation> {
    const memory: Memory = { faults: [], replies: new Map() };
    const options = { ...given, answer: (call: HeardCall) => answerOf(call, given.version, memory) };
    return new OcttStation(options, memory, await ScriptedStation.connect(options));
  }

  /** How the connection ends. */
  get ended(): ScriptedStation['ended'] {
    return this.#link.ended;
  }

  /** Our CALLs to it on this connection, in order. */
  get calls(): readonly HeardCall[] {
    return this.#link.calls;
  }

  /** From now on it answers so; without it: Accepted. */
  answers(action: string, reply: Payload | ((request: Payload) => Payload)): void {
    this.#memory.replies.set(action, (request) => ({ payload: typeof reply === 'function' ? reply(request) : reply }));
  }

  answersWith(action: string, reply: Reply): void {
    this.#memory.replies.set(action, () => reply);
  }

  /** Sends a CALL that must be answered with a CALLRESULT, both as the schema says. */
  async ask(action: string, payload: object): Promise<Payload> {
    const violation = guardOf(this.version, action, 'Request')?.(payload);
    assert.equal(violation, undefined, `the case itself: ${action} ${JSON.stringify(payload)}`);
    const answer = await this.#link.ask(action, payload, `c${this.#ids++}`);
    assert.ok(answer !== undefined, `${action}: the connection ended without an answer`);
    assert.equal(answer.type, 3, `${action} is answered ${JSON.stringify(answer.payload)}`);
    const broken = guardOf(this.version, action, 'Response')?.(answer.payload);
    assert.equal(broken, undefined, `${action} is answered ${JSON.stringify(answer.payload)}`);
    return answer.payload;
  }

  /** Sends a CALL that must be answered with a CALLERROR; its code. */
  async refused(action: string, payload: object): Promise<unknown> {
    const answer = await this.#link.ask(action, payload, `c${this.#ids++}`);
    assert.equal(answer?.type, 4, `${action} is answered ${JSON.stringify(answer)}`);
    return answer?.payload['code'];
  }

  /** The next CALL of ours with this action that was not asked for before. */
  async heard(action: string): Promise<Payload> {
    const number = this.#taken.get(action) ?? 0;
    this.#taken.set(action, number + 1);
    const nth = (): HeardCall | undefined => this.calls.filter((call) => call.action === action)[number];
    await until(() => nth() !== undefined, `${this.stationId} to hear ${action}`, heardWithinMs);
    return nth()?.payload ?? {};
  }

  count(action: string): number {
    return this.calls.filter((call) => call.action === action).length;
  }

  async boot(more: Payload = {}): Promise<Payload> {
    const boot16 = { chargePointVendor: 'Octt', chargePointModel: 'Case', ...more };
    const chargingStation = { vendorName: 'Octt', model: 'Case' };
    return this.ask(
      'BootNotification',
      this.version === '1.6' ? boot16 : { reason: 'PowerUp', chargingStation, ...more },
    );
  }

  /** The connection ends and another begins, as over a loss of power or of the network. */
  async reconnect(password = this.#options.password): Promise<void> {
    this.#link.close();
    await this.#link.ended;
    this.#taken.clear();
    this.#link = await ScriptedStation.connect({ ...this.#options, password });
  }

  close(): void {
    this.#link.close();
  }

  /** Every frame that it heard keeps its schema. */
  assertSchemas(): void {
    assert.deepEqual(this.#memory.faults, []);
  }
}

/** What outlasts a connection: frames of the platform that break their schema, and what our CALLs are answered. */
type Memory = { readonly faults: string[]; readonly replies: Map<string, (request: Payload) => Reply> };

function answerOf(
  { action, payload }: HeardCall,
  version: StationOptions['version'],
  memory: Memory,
): object | undefined {
  const violation = guardOf(version, action, 'Request')?.(payload);
  if (violation !== undefined) memory.faults.push(`${action} ${JSON.stringify(payload)}: ${JSON.stringify(violation)}`);
  const reply = memory.replies.get(action)?.(payload) ?? { payload: { status: 'Accepted' } };
  if (reply === 'silence') return undefined;
  if ('error' in reply) return new CallError(reply.error);
  const own = guardOf(version, action, 'Response')?.(reply.payload);
  if (own !== undefined)
    memory.faults.push(`the case itself: answer to ${action} ${JSON.stringify(reply.payload)}: ${JSON.stringify(own)}`);
  return reply.payload;
}

/** What stands at this path of a payload; undefined where nothing does. */
export function at(payload: unknown, ...path: readonly (string | number)[]): unknown {
  let found = payload;
  for (const name of path) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = Reflect.get(found, name);
  }
  return found;
}
