// Every topic of the platform: name, partitions, retention, and the records it carries.

/** A topic's contract. Its partition count is fixed for its version; a broker that has another refuses start. */
export type Topic = {
  readonly name: string;
  readonly partitions: number;
  readonly cleanup: 'compact' | 'delete';
  /** Milliseconds; -1 keeps for ever. */
  readonly retentionMs: number;
  readonly types: readonly string[];
};

const dayMs = 24 * 60 * 60 * 1000;

export const eventTypes = [
  'StationConnected',
  'StationDisconnected',
  'StationBooted',
  'ConnectorStatusChanged',
  'AuthorizationDecided',
  'TransactionStarted',
  'TransactionUpdated',
  'TransactionEnded',
  'MeterValuesSampled',
  'VariablesReported',
  'SecurityEventReported',
  'StationMessageRecorded',
  'ReservationChanged',
  'FirmwareStatusChanged',
  'LogStatusChanged',
  'CertificatesReported',
  'CertificateSigningRequested',
  'LocalListReported',
  'ChargingProfilesReported',
  'ChargingLimitChanged',
  'CompositeScheduleReported',
  'AvailabilityChanged',
  'DisplayMessagesReported',
  'MonitorsReported',
  'DeviceEventsReported',
  'QuirksObserved',
  'ReportRequested',
  'OutagePlanned',
  'ExclusionDeclared',
  'OutageWithdrawn',
] as const;
export const commandTypes = ['CommandRequested', 'CommandSent', 'CommandCompleted', 'CommandResulted'] as const;
export const frameTypes = ['ExchangeRecorded'] as const;
export const sessionTypes = [
  'SessionStarted',
  'SessionUpdated',
  'SessionFlagged',
  'SessionEnded',
  'SessionCorrected',
] as const;

export const cdrTypes = ['CdrIssued', 'BillingReviewOpened', 'BillingReviewResolved'] as const;

export type Topics = ReturnType<typeof topicsFor>;

/**
 * The topics of an installation.
 * @param partitions count of the topics keyed by station or session: 24 embedded, 96 in production; never changed later.
 */
export function topicsFor(partitions: number) {
  return {
    /** Every fact about a station, in order; key tenant/station. */
    events: keep('charging.events.v1', partitions, eventTypes),
    /** The life of commands; key tenant/station. */
    commands: {
      name: 'charging.commands.v1',
      partitions,
      cleanup: 'delete',
      retentionMs: 7 * dayMs,
      types: commandTypes,
    },
    /** One record per exchange, redacted; key tenant/station. Written with acks=1, shed first, never waited for. */
    frames: {
      name: 'charging.frames.v1',
      partitions,
      cleanup: 'delete',
      retentionMs: 3 * dayMs,
      types: frameTypes,
    },
    /** What sessions say; key tenant/session. */
    sessions: keep('charging.sessions.v1', partitions, sessionTypes),
    /** What billing decided; key tenant/session. */
    cdrs: keep('charging.cdrs.v1', partitions, cdrTypes),
    /** Every change of what operators wrote, in commit order. */
    registryChanges: keep('registry.changes.v1', 1, ['RegistryChanged']),
    /** Current stations for gateways; key tenant/station. */
    registryStations: compacted('registry.stations.v1', registryPartitions, ['StationRegistered']),
    /** Current tokens for gateways; key tenant/tokenRef. */
    registryTokens: compacted('registry.tokens.v1', registryPartitions, ['TokenRegistered']),
    /** Current policies of tenants for gateways; key tenant. */
    registryTenants: compacted('registry.tenants.v1', 1, ['TenantRegistered']),
    /** Sessions that run, for gateways; key tenant/session. */
    activeSessions: compacted('sessions.active.v1', registryPartitions, ['ActiveSession']),
    /** Who holds which connection; key tenant/station. Leases of gateways; key gateway instance. */
    presence: compacted('gateway.presence.v1', partitions, ['StationPresence', 'GatewayLease']),
  } as const satisfies Record<string, Topic>;
}

/** Caches are read whole by every gateway, so a few partitions do. */
export const registryPartitions = 4;

/** Copies of events that parked a key, 30 days. */
export function deadLettersOf(topic: Topic): Topic {
  return { ...topic, name: `${topic.name}.dlq`, cleanup: 'delete', retentionMs: 30 * dayMs };
}

/** All topics to create, dead letters of the readable ones included. */
export function allTopics(topics: Topics): readonly Topic[] {
  const all: readonly Topic[] = Object.values(topics);
  return [
    ...all,
    ...[topics.events, topics.commands, topics.frames, topics.sessions, topics.cdrs, topics.registryChanges].map(
      deadLettersOf,
    ),
  ];
}

function keep<const T extends readonly string[]>(name: string, partitions: number, types: T) {
  return { name, partitions, cleanup: 'delete', retentionMs: -1, types } as const;
}

function compacted<const T extends readonly string[]>(name: string, partitions: number, types: T) {
  return { name, partitions, cleanup: 'compact', retentionMs: -1, types } as const;
}
