// A platform of sixty lines that keeps sessions as it should, and loses connections before or after it has recorded a fact.
import { milliOf } from '#contracts/amounts';
import type { PlatformSession } from '#load-tests/fleet/audit-sessions';
import type { Random } from '#load-tests/fleet/random';
import type { ReceivedCall, Reaction } from '#test/load-tests/fleet/csms-double';

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type Payload = Readonly<Record<string, unknown>>;

export class IdealPlatform {
  readonly #sessions = new Map<string, Writable<PlatformSession>>();
  readonly #transactionIds = new Map<string, number>();
  readonly #random: Random;
  readonly #cutChance: number;

  constructor(random: Random, cutChance: number) {
    this.#random = random;
    this.#cutChance = cutChance;
  }

  sessionsOf(stationId: string): PlatformSession[] {
    return [...this.#sessions.values()].filter((session) => session.stationId === stationId);
  }

  /** Cuts before recording, or records and cuts before the answer, or answers. */
  react(call: ReceivedCall): Reaction | undefined {
    if (this.#random.chance(this.#cutChance)) return 'cut';
    const answer = this.#record(call);
    return this.#random.chance(this.#cutChance) ? 'cut' : answer;
  }

  #record(call: ReceivedCall): Reaction | undefined {
    const { stationId, payload } = call;
    if (call.action === 'StartTransaction') {
      const transactionId = this.#transactionIdOf(`${stationId} ${JSON.stringify(payload)}`);
      this.#start(stationId, String(transactionId), {
        startedAt: String(payload['timestamp']),
        milliWh: Number(payload['meterStart']) * 1000,
      });
      return { result: { transactionId, idTagInfo: { status: 'Accepted' } } };
    }
    if (call.action === 'StopTransaction') {
      this.#end(stationId, String(payload['transactionId']), {
        endedAt: String(payload['timestamp']),
        milliWh: Number(payload['meterStop']) * 1000,
      });
    }
    if (call.action === 'TransactionEvent') this.#event(stationId, payload);
    return undefined;
  }

  #event(stationId: string, payload: Payload): void {
    const { transactionId } = payload['transactionInfo'] as { transactionId: string };
    const at = String(payload['timestamp']);
    if (payload['eventType'] === 'Started')
      this.#start(stationId, transactionId, { startedAt: at, milliWh: registerOf(payload) });
    if (payload['eventType'] === 'Ended')
      this.#end(stationId, transactionId, { endedAt: at, milliWh: registerOf(payload) });
  }

  #transactionIdOf(start: string): number {
    const known = this.#transactionIds.get(start) ?? this.#transactionIds.size + 1;
    this.#transactionIds.set(start, known);
    return known;
  }

  #start(stationId: string, transactionId: string, start: { startedAt: string; milliWh: number }): void {
    const key = `${stationId}/${transactionId}`;
    if (this.#sessions.has(key)) return;
    const open = { state: 'charging', endedAt: null, meterStopMilliWh: null, energyMilliWh: null } as const;
    this.#sessions.set(key, {
      sessionId: key,
      stationId,
      transactionId,
      startedAt: start.startedAt,
      meterStartMilliWh: start.milliWh,
      ...open,
    });
  }

  #end(stationId: string, transactionId: string, end: { endedAt: string; milliWh: number }): void {
    const session = this.#sessions.get(`${stationId}/${transactionId}`);
    if (session === undefined) return;
    session.state = 'ended';
    session.endedAt = end.endedAt;
    session.meterStopMilliWh = end.milliWh;
    session.energyMilliWh = end.milliWh - (session.meterStartMilliWh ?? 0);
  }
}

function registerOf(payload: Payload): number {
  const [value] = payload['meterValue'] as { sampledValue: { value: number; unitOfMeasure: { unit: string } }[] }[];
  const sample = value?.sampledValue[0];
  return milliOf(sample?.value ?? Number.NaN, sample?.unitOfMeasure.unit === 'kWh' ? 3 : 0) ?? Number.NaN;
}
