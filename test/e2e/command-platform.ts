// Two gateways on ports of their own, so that a test says which one a station is connected to, and what stands in the log.
import { decodeRecord, type AnyRecord } from '#contracts/codec';
import { partitionOf, stationKey } from '#contracts/keys';
import { topicsFor } from '#contracts/topics';
import { freePorts } from '#infra/local/ports';
import { openLogReader } from '#kit/event-log/reader';
import { openLogWriter } from '#kit/event-log/writer';
import type { AppendRecord } from '#kit/event-log/types';
import { createLogger } from '#kit/logger';
import { startTrial, type Trial, type TrialGateway } from '#load-tests/bench/trial';
import type { StationIdentity } from '#load-tests/fleet/identities';
import { eventually, operatorOf, type Operator } from './operator-client.ts';
import { ScriptedStation, type StationOptions } from './scripted-station.ts';

export type Command = {
  readonly commandId: string;
  readonly state: string;
  readonly outcome: string | null;
  readonly detail: string | null;
  readonly requests: number;
};

export type StationState = {
  readonly connected: boolean;
  readonly boot: { readonly model: string } | null;
  readonly connection: { readonly gatewayId: string; readonly endCause: string | null };
  readonly connectors: readonly { readonly status: string }[];
};

export type CommandPlatform = {
  readonly trial: Trial;
  readonly operator: Operator;
  readonly gateways: readonly [TrialGateway, TrialGateway];
  /** Connects a registered station to gateway 0 or 1. */
  connect(stationId: string, gateway: 0 | 1, answer?: StationOptions['answer']): Promise<ScriptedStation>;
  /** Sends an upgrade and waits for nothing. */
  knock(stationId: string, gateway: 0 | 1): ScriptedStation;
  command(stationId: string, body: object): Promise<Command>;
  completed(commandId: string): Promise<Command>;
  stateOf(stationId: string): Promise<StationState>;
  /** Every record of the station in charging.events or charging.commands, in order. */
  recordsOf(topic: 'events' | 'commands', stationId: string): Promise<AnyRecord[]>;
  append(topic: 'commands', stationId: string, record: Omit<AppendRecord, 'key'>): Promise<void>;
  close(): Promise<void>;
};

const logger = createLogger('test', 'silent');
const reading = { fetchWaitMs: 50, fetchBytesMax: 1024 * 1024, bufferBytesMax: 8 * 1024 * 1024 };
const writing = { lanes: 1, lingerMs: 0, batchRecordsMax: 100, batchBytesMax: 900_000, queueBytesMax: 1_000_000 };

export async function openCommandPlatform(options: {
  readonly identities: readonly StationIdentity[];
  readonly env: Readonly<Record<string, string>>;
  readonly envOfFirst: Readonly<Record<string, string>>;
  /** Parts of its own: where failpoints would fire for what others' tests left in the shared ones. */
  readonly ownParts?: boolean;
}): Promise<CommandPlatform> {
  const ports = await freePorts(2);
  const [first = 0, second = 0] = ports;
  const trial = await startTrial({
    gateways: 2,
    processes: [['registry', 'sessions', 'operator'], ['stations']],
    ownParts: options.ownParts === true,
    env: options.env,
    envOf: {
      'gateway-0': { GATEWAY_PORT: String(first), ...options.envOfFirst },
      'gateway-1': { GATEWAY_PORT: String(second) },
    },
  });
  const operator = operatorOf(trial);
  await operator.register(options.identities);
  const [one, two] = trial.gateways;
  if (one === undefined || two === undefined) throw new Error('two gateways were asked for');
  const byId = new Map(options.identities.map((identity) => [identity.stationId, identity]));
  const optionsOf = (stationId: string, gateway: 0 | 1, answer?: StationOptions['answer']): StationOptions => {
    const identity = byId.get(stationId);
    if (identity === undefined) throw new Error(`${stationId} is not registered`);
    const { password, version } = identity;
    const port = ports[gateway] ?? 0;
    return { port, stationId, password, version, ...(answer === undefined ? {} : { answer }) };
  };
  const log = logOf(trial);
  return {
    trial,
    operator,
    gateways: [one, two],
    connect: (stationId, gateway, answer) => ScriptedStation.connect(optionsOf(stationId, gateway, answer)),
    knock: (stationId, gateway) => new ScriptedStation(optionsOf(stationId, gateway)),
    command: (stationId, body) => operator.post(`/v1/stations/${stationId}/commands`, body),
    completed: (commandId) =>
      eventually(`${commandId} is completed`, async () => {
        const command = await operator.get<Command>(`/v1/commands/${commandId}`);
        return command.state === 'completed' ? command : undefined;
      }),
    stateOf: (stationId) => operator.get(`/v1/stations/${stationId}/state`),
    ...log,
    close: () => trial.close(),
  };
}

export function logOf(trial: Trial): Pick<CommandPlatform, 'recordsOf' | 'append'> {
  const brokers = (trial.environment['KAFKA_BROKERS'] ?? '').split(',');
  const topics = topicsFor(24);
  const clientId = 'commands-test';
  const placeOf = (topic: 'events' | 'commands', stationId: string) => {
    const { name, partitions } = topics[topic];
    const key = stationKey('default', stationId);
    return { name, key, partition: partitionOf(key, partitions) };
  };
  return {
    async recordsOf(topic, stationId) {
      const { name, key, partition } = placeOf(topic, stationId);
      const onLost = (): void => undefined;
      const reader = await openLogReader({ ...reading, brokers, clientId, topic: name, onLost }, logger);
      try {
        const end = (await reader.endOffsets()).get(partition) ?? 0;
        const records: AnyRecord[] = [];
        reader.assign(partition, 0);
        for (let next = 0; next < end;) {
          for (const batch of await reader.next(1_000)) {
            next = (batch.records.at(-1)?.offset ?? 0) + 1;
            for (const record of batch.records)
              if (record.key === key && record.value !== null) records.push(decodeRecord(record.value));
          }
        }
        return records;
      } finally {
        await reader.close();
      }
    },
    async append(topic, stationId, record) {
      const { name, key, partition } = placeOf(topic, stationId);
      const bounds = { ...writing, appendTimeoutMs: 10_000, closeTimeoutMs: 5_000 };
      const writer = await openLogWriter({ ...bounds, brokers, clientId }, logger);
      try {
        await writer.append(name, partition, [{ key, ...record }]);
      } finally {
        await writer.close();
      }
    },
  };
}
