// What every connection of a gateway shares.
import type { OcppVersion } from '#contracts/ocpp';
import type { Topics } from '#contracts/topics';
import type { LogWriter } from '#kit/event-log/types';
import type { Logger } from '#kit/logger';
import type { Awake } from './awake.ts';
import type { Caches } from './caches.ts';
import type { Costs } from './costs.ts';
import type { GatewayConfig } from './config.ts';
import type { DeviceModels } from './device-models.ts';
import type { ActionTable } from './domain/action.ts';
import type { CallTable } from './domain/call.ts';
import type { IntentTable } from './domain/intent.ts';
import { actions16 } from './ocpp16/actions.ts';
import { calls16 } from './ocpp16/calls.ts';
import { intents16 } from './ocpp16/intents.ts';
import { actions201 } from './ocpp2/actions201.ts';
import { actions21 } from './ocpp2/actions21.ts';
import { calls201 } from './ocpp2/calls201.ts';
import { calls21 } from './ocpp2/calls21.ts';
import { intents201, intents21 } from './ocpp2/intents.ts';
import type { Frames } from './frames.ts';
import type { Liveness } from './liveness.ts';
import type { PartnerTokens } from './partner-tokens.ts';
import type { PresenceWriter } from './presence.ts';
import type { Pressure } from './pressure.ts';
import type { RegistryClient } from './registry-client.ts';
import type { Roster } from './roster.ts';
import type { Questions } from './sources.ts';
import type { SecurityReports } from './security-reports.ts';
import type { Turns } from './turns.ts';
import type { Vouchers } from './vouchers.ts';

export type GatewayParts = {
  readonly config: GatewayConfig;
  readonly gatewayId: string;
  readonly topics: Topics;
  readonly log: LogWriter;
  readonly caches: Caches;
  readonly presence: PresenceWriter;
  readonly registry: RegistryClient;
  readonly deviceModels: DeviceModels;
  readonly reports: SecurityReports;
  readonly pressure: Pick<Pressure, 'withholds' | 'relieved' | 'logBack' | 'refusal'>;
  readonly roster: Roster;
  readonly awake: Awake;
  readonly liveness: Pick<Liveness, 'second'>;
  readonly vouchers: Vouchers;
  /** Whom tokens belong to, asked where they want that. */
  readonly partners: PartnerTokens;
  /** The ends of connections on their way to the log. */
  readonly ends: Turns;
  /** Whom rows ask outside. */
  readonly questions: Questions;
  /** What transactions cost, where stations show that. */
  readonly costs: Costs;
  readonly frames: Pick<Frames, 'note'>;
  readonly logger: Logger;
  now(): number;
  /** From 0 to 1. */
  random(): number;
  /** Unique per event of this process. */
  newEventId(): string;
  /** HMAC key of a tenant's tokenRefs. */
  tenantKey(tenantId: string): Buffer;
};

/** The tables of one version; a connection is bound to one at its upgrade. */
export type Dialect = {
  readonly version: OcppVersion;
  /** What stations send. */
  readonly actions: ActionTable;
  /** What we send, and what the answers mean. */
  readonly calls: CallTable;
  readonly intents: IntentTable;
};

export const dialects: Readonly<Record<OcppVersion, Dialect>> = {
  '1.6': { version: '1.6', actions: actions16, calls: calls16, intents: intents16 },
  '2.0.1': { version: '2.0.1', actions: actions201, calls: calls201, intents: intents201 },
  '2.1': { version: '2.1', actions: actions21, calls: calls21, intents: intents21 },
};
