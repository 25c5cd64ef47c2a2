// Generated from contracts/{events,records}/*.avsc by `npm run generate`; never edited.

/** A session that runs and whose token is known, for gateways; gone with its end. When it was last heard of is exact to a quarter of an hour. */
export type ActiveSession = {
  tenantId: string;
  sessionId: string;
  stationId: string;
  transactionId: string;
  evseId: number | null;
  tokenRef: string;
  /** What was decided about the token; null: nobody asked */
  authorization: AuthorizationStatus | null;
  /** Station clock, ms since epoch */
  startedAt: number;
  /** Gateway clock, ms since epoch */
  heardAt: number;
};

/** A token was judged; a refused start is recorded like any other. */
export type AuthorizationDecided = {
  meta: Meta;
  tokenRef: string;
  tokenType: string;
  status: AuthorizationStatus;
  purpose: AuthorizationPurpose;
  /** registry, operator (a StartCharging command named the token), partner, partner-unavailable, free-vending, autocharge-off, certificate, station (offline) or none */
  decidedBy: string;
  evseId: number | null;
  transactionId: string | null;
  groupRef: string | null;
};

export type AuthorizationPurpose = 'unknown' | 'authorize' | 'start' | 'update' | 'stop';

export type AuthorizationStatus = 'Unknown' | 'Accepted' | 'Blocked' | 'ConcurrentTx' | 'Expired' | 'Invalid' | 'NoCredit' | 'NotAllowedTypeEVSE' | 'NotAtThisLocation' | 'NotAtThisTime';

/** What a station answered to a change of its availability. */
export type AvailabilityChanged = {
  meta: Meta;
  /** null: the whole station */
  evseId: number | null;
  connectorId: number | null;
  operative: boolean;
  /** It takes effect when the running transactions are over */
  scheduled: boolean;
};

/** A person must look: no price is made or changed by itself. */
export type BillingReviewOpened = {
  eventId: string;
  tenantId: string;
  sessionId: string;
  /** Deterministic of session, reason, version and the number of reviews before it */
  reviewId: string;
  /** no-tariff, flagged, unpriceable (no CDR yet); late-facts, corrected (a CDR stands) */
  reason: string;
  detail: string | null;
  /** The CDR that stands, where there is one */
  cdrId: string | null;
  sessionGeneration: number;
  sessionOffset: number;
  openedAt: number;
  /** As in CdrIssued: what of the session was looked at */
  sessionHash: string;
  stationId: string | null;
};

/** A person has decided. */
export type BillingReviewResolved = {
  eventId: string;
  tenantId: string;
  sessionId: string;
  reviewId: string;
  /** issued, kept, written-off */
  resolution: string;
  note: string | null;
  actor: string;
  resolvedAt: number;
};

export type BootPolicy = 'accept' | 'pending' | 'reject';

export type BootStatus = 'Unknown' | 'Accepted' | 'Pending' | 'Rejected';

/** A volume within a charging period (OCPI 2.2.1, 10.4.2). */
export type CdrDimension = {
  /** ENERGY, TIME, PARKING_TIME, FLAT … */
  type: string;
  /** Decimal text: kWh or hours */
  volume: string;
};

/** The price of a session, once and for ever. It embeds all it was computed from. */
export type CdrIssued = {
  eventId: string;
  tenantId: string;
  sessionId: string;
  /** Deterministic: one per session; at most 34 characters, so that a credit's id fits 36 */
  cdrId: string;
  /** Clock of the process that decided */
  issuedAt: number;
  /** Who released a session that was held; null: issued by itself */
  actor: string | null;
  /** CPO party whose location it was */
  partyId: string | null;
  locationId: string | null;
  /** IANA, of the location */
  timeZone: string | null;
  stationId: string;
  evseId: number | null;
  connectorId: number | null;
  transactionId: string;
  tokenRef: string | null;
  tokenType: string | null;
  remoteStartId: number | null;
  startedAt: number;
  endedAt: number;
  meterStartMilliWh: number | null;
  meterStopMilliWh: number | null;
  energyMilliWh: number;
  /** From start to end */
  timeSeconds: number;
  /** Of these: not requesting power */
  parkingSeconds: number;
  currency: string;
  tariffId: string;
  tariffVersion: number;
  /** SHA-256 of tariffJson, hex */
  tariffHash: string;
  /** The tariff as it was: contracts/tariff.ts */
  tariffJson: string;
  /** SHA-256 over session, readings and tariff as rated, hex: equal input, equal price */
  inputHash: string;
  sessionGeneration: number;
  /** (generation, offset) is the version of the session that was rated */
  sessionOffset: number;
  /** All that the price was computed from: each change of state, and the registers around it */
  readings: PriceReading[];
  periods: CdrPeriod[];
  lines: CdrLine[];
  /** Rounded once, to the currency's minor unit, half up */
  totalExclVat: string;
  totalVat: string;
  /** Exactly totalExclVat + totalVat */
  totalInclVat: string;
  /** One per VAT rate; their amounts add up to totalVat */
  vats: CdrVat[];
  /** SHA-256 over what of the session a price and its payer depend on, hex: facts that leave it alone change nothing */
  sessionHash: string;
  /** The review whose release it is; null: issued by itself */
  reviewId: string | null;
};

/** One line of a price. Amounts are decimal text in the currency of the CDR. */
export type CdrLine = {
  /** FLAT, ENERGY, TIME, PARKING_TIME */
  dimension: string;
  /** Which element of the tariff priced it */
  elementIndex: number;
  startAt: number;
  endAt: number;
  /** Decimal text in kWh, hours or sessions; hours that no decimal can say exactly have twelve decimals */
  quantity: string;
  /** Before VAT, as the tariff says it */
  unitPrice: string;
  /** null: no VAT applies */
  vatPercent: string | null;
  /** volume · unitPrice; exact, or twelve decimals where hours make it endless. Totals are made of the exact value */
  amountExclVat: string;
  amountInclVat: string;
  /** The quantity in whole milli-Wh, milliseconds or sessions, always exact */
  volume: number;
};

/** A part of a session in which one price held. */
export type CdrPeriod = {
  startAt: number;
  dimensions: CdrDimension[];
};

/** VAT of one rate over a whole CDR. */
export type CdrVat = {
  /** Decimal text */
  percent: string;
  /** What it is a percentage of; exact, or twelve decimals */
  baseExclVat: string;
  /** Rounded once, to the currency's minor unit, half up */
  amount: string;
};

export type CertificateChange = 'unknown' | 'report' | 'installed' | 'deleted' | 'signed' | 'signingRequested';

/** A station asked to have a certificate signed; whoever signs reads the request here. */
export type CertificateSigningRequested = {
  meta: Meta;
  /** PKCS #10 as the station sent it, not checked */
  csrPem: string;
  /** ChargingStationCertificate, V2GCertificate or V2G20Certificate; ChargingStationCertificate where the station names none */
  certificateType: string;
  /** 2.1: to be named in CertificateSigned */
  requestId: number | null;
  /** 2.x: the station named no type, so the certificate is for its connection to us and for those of vehicles, and CertificateSigned names none either */
  combined: boolean;
};

/** Certificates of a station: all of the named types, or one that was installed, deleted, signed or asked for. */
export type CertificatesReported = {
  meta: Meta;
  /** report: the answer is all there is of certificateTypes */
  change: CertificateChange;
  /** What a report was asked for; empty: all types */
  certificateTypes: string[];
  certificates: InstalledCertificate[];
  /** 2.1 SignCertificate and CertificateSigned */
  requestId: number | null;
};

/** A limit from elsewhere than us (2.x K12-K14). */
export type ChargingLimitChanged = {
  meta: Meta;
  evseId: number | null;
  /** EMS, Other, SO, CSO */
  source: string;
  cleared: boolean;
  isGridCritical: boolean | null;
  schedulesJson: string | null;
  /** 2.1: the limit is of energy made on the site */
  isLocalGeneration: boolean | null;
};

/** Charging profiles of a station: a report, one that it accepted, or those it cleared. */
export type ChargingProfilesReported = {
  meta: Meta;
  change: ProfilesChange;
  /** Of the request that asked for it; null where nobody asked */
  requestId: number | null;
  /** Number of this part in its request, from 0 */
  part: number | null;
  /** Whether this part is the last of its request; null where there are no parts */
  last: boolean | null;
  /** chargingLimitSource of a report: EMS, Other, SO, CSO */
  source: string | null;
  profiles: ReportedChargingProfile[];
};

/** What became of a command; the first one wins. */
export type CommandCompleted = {
  eventId: string;
  tenantId: string;
  stationId: string;
  commandId: string;
  /** unknown = sent, but the connection ended without an answer; superseded = a newer one was sent instead */
  outcome: CommandOutcome;
  detail: string | null;
  /** Answer of the station, secrets redacted */
  answerJson: string | null;
  completedAt: number;
  /** gateway id, or stations */
  completedBy: string;
};

export type CommandLane = 'unknown' | 'driver' | 'maintenance';

export type CommandOutcome = 'unknown' | 'accepted' | 'rejected' | 'notSupported' | 'failed' | 'offline' | 'expired' | 'notAccepted' | 'superseded';

/** An operator's intent for one connection of a station. */
export type CommandRequested = {
  eventId: string;
  tenantId: string;
  stationId: string;
  commandId: string;
  /** Name in commands.ts */
  intent: string;
  parametersJson: string;
  /** Only the holder of exactly this connection executes it. */
  connectionEpoch: number;
  lane: CommandLane;
  requestedAt: number;
  expiresAt: number;
  /** actor */
  requestedBy: string;
};

export type CommandResult = 'unknown' | 'started' | 'noSession';

/** What came of a command that its station accepted, where that is more than the answer; the first one wins. */
export type CommandResulted = {
  eventId: string;
  tenantId: string;
  stationId: string;
  commandId: string;
  result: CommandResult;
  /** Null also where the station's clock was before 2020: the session is found by its transaction */
  sessionId: string | null;
  transactionId: string | null;
  resultedAt: number;
};

/** The frame is about to be written to the station's socket. */
export type CommandSent = {
  eventId: string;
  tenantId: string;
  stationId: string;
  commandId: string;
  connectionEpoch: number;
  gatewayId: string;
  messageId: string;
  action: string;
  sentAt: number;
};

/** What a station will allow, all profiles taken together. */
export type CompositeScheduleReported = {
  meta: Meta;
  /** 0: the station */
  evseId: number;
  startsAt: number | null;
  durationSeconds: number | null;
  /** A or W */
  unit: string | null;
  /** Array of charging schedule periods as the OCPP version writes them */
  periodsJson: string;
};

/** Which EVSE and connector a 1.6 connector number means. */
export type ConnectorMapping = {
  reportedConnectorId: number;
  evseId: number;
  connectorId: number;
};

export type ConnectorStatus = 'Unknown' | 'Available' | 'Preparing' | 'Charging' | 'SuspendedEVSE' | 'SuspendedEV' | 'Finishing' | 'Occupied' | 'Reserved' | 'Unavailable' | 'Faulted';

/** Status of the station (EVSE 0), an EVSE or a connector. */
export type ConnectorStatusChanged = {
  meta: Meta;
  evseId: number;
  connectorId: number;
  status: ConnectorStatus;
  errorCode: string | null;
  info: string | null;
  vendorId: string | null;
  vendorErrorCode: string | null;
};

/** One event of NotifyEvent (2.x N07). */
export type DeviceEvent = {
  eventId: number;
  occurredAt: number | null;
  trigger: string;
  /** eventId of what caused it */
  cause: number | null;
  value: string;
  techCode: string | null;
  techInfo: string | null;
  cleared: boolean | null;
  transactionId: string | null;
  monitorId: number | null;
  notificationType: string;
  severity: number | null;
  component: string;
  componentInstance: string | null;
  evseId: number | null;
  connectorId: number | null;
  variable: string;
  variableInstance: string | null;
};

/** What a station notices about its own components (2.x NotifyEvent). */
export type DeviceEventsReported = {
  meta: Meta;
  part: number | null;
  last: boolean | null;
  events: DeviceEvent[];
};

/** A message on a station's display (2.x O). */
export type DisplayMessage = {
  messageId: number;
  priority: string | null;
  state: string | null;
  startsAt: number | null;
  endsAt: number | null;
  transactionId: string | null;
  format: string | null;
  language: string | null;
  content: string | null;
  component: string | null;
  evseId: number | null;
  /** 2.1 messageExtra: the same in other languages, as sent */
  extraJson: string | null;
};

export type DisplayMessagesChange = 'unknown' | 'report' | 'set' | 'cleared';

/** Messages on a station's display: a report, one that it accepted, or one it cleared. */
export type DisplayMessagesReported = {
  meta: Meta;
  change: DisplayMessagesChange;
  /** Of the request that asked for it; null where nobody asked */
  requestId: number | null;
  /** Number of this part in its request, from 0 */
  part: number | null;
  /** Whether this part is the last of its request; null where there are no parts */
  last: boolean | null;
  messages: DisplayMessage[];
};

export type ExchangeDirection = 'station' | 'csms';

/** One frame of OCPP and what became of it, for people who look for a fault; redacted, kept for days, the first that is shed. */
export type ExchangeRecorded = {
  tenantId: string;
  stationId: string;
  gatewayId: string;
  /** Counts the exchanges of its gateway, those that were shed too: with gatewayId its identity, and a gap is what is missing */
  seq: number;
  connectionEpoch: number | null;
  ocppVersion: string;
  /** Who sent the first frame of the exchange */
  direction: ExchangeDirection;
  /** null: none could be read */
  messageId: string | null;
  /** null: none could be read */
  action: string | null;
  /** The frame as it came or went; redacted, then cut */
  requestFrame: string;
  /** How many characters were cut from its end */
  requestCharsCut: number;
  /** The frame that answered it; null: none did */
  answerFrame: string | null;
  answerCharsCut: number;
  /** Code of the CALLERROR, as the frame has it */
  errorCode: string | null;
  /** When the request came, or went; gateway clock, ms */
  receivedAt: number;
  /** Until the answer was written, or came; null: none did */
  latencyMs: number | null;
  /** answered, or why not: an error kind, a reason of a frame fault, repeated, timeout, closed … */
  outcome: string;
  /** Names of the repairs that its payload needed */
  quirks: string[];
};

/** An operator declared that a time does not count when the uptime of a station, or of one EVSE, is told. */
export type ExclusionDeclared = {
  meta: Meta;
  /** Chosen by the operator, from the same ids as planned outages; the first declaration stands */
  outageId: string;
  /** null: the whole station */
  evseId: number | null;
  /** ms since epoch */
  from: number;
  /** ms since epoch, exclusive */
  to: number;
  /** Words of whoever declared it */
  reason: string;
  /** Id of the key that declared it */
  actor: string;
};

export type FirmwareJob = 'unknown' | 'update' | 'publish' | 'unpublish';

/** A firmware job moved on: the answer to our request, or the station's notification. */
export type FirmwareStatusChanged = {
  meta: Meta;
  job: FirmwareJob;
  /** null where the station names none (1.6 core) */
  requestId: number | null;
  /** As OCPP names it; Requested for the 1.6 answer, which has none */
  status: string;
  /** Whether it is the answer to our request */
  answered: boolean;
  retrieveAt: number | null;
  installAt: number | null;
  signed: boolean | null;
  /** MD5 of a published or unpublished firmware */
  checksum: string | null;
  /** Where a local controller publishes it */
  locations: string[];
  detail: string | null;
};

/** A gateway instance is alive; renewed every 5 s. */
export type GatewayLease = {
  gatewayId: string;
  startedAt: number;
  renewedAt: number;
  ended: boolean;
};

/** A certificate in a station, by what OCPP tells of it. */
export type InstalledCertificate = {
  /** Use or type as OCPP names it; ChargingStationCertificate and V2GCertificate are the station's own */
  certificateType: string;
  hashAlgorithm: string | null;
  issuerNameHash: string | null;
  issuerKeyHash: string | null;
  /** hex */
  serialNumber: string | null;
  /** Part of the chain of the one before it */
  child: boolean;
  /** Where we know the certificate itself */
  subject: string | null;
  /** Where we know the certificate itself */
  expiresAt: number | null;
};

/** Version of the local authorisation list that a station has. */
export type LocalListReported = {
  meta: Meta;
  /** 0: empty or none; -1: not supported (1.6) */
  version: number;
  /** Full or Differential where it is the answer to an update */
  updateType: string | null;
};

/** An upload of logs or diagnostics moved on: the answer to our request, or the station's notification. */
export type LogStatusChanged = {
  meta: Meta;
  /** Diagnostics (1.6 GetDiagnostics), DiagnosticsLog, SecurityLog, DataCollectorLog; empty where the station does not say */
  logType: string;
  requestId: number | null;
  /** As OCPP names it */
  status: string;
  /** Whether it is the answer to our request */
  answered: boolean;
  fileName: string | null;
  detail: string | null;
};

/** Envelope of every event about a station. */
export type Meta = {
  /** Unique per event; a timer's or operator's is deterministic. */
  eventId: string;
  tenantId: string;
  /** Identity as the station uses it in its URL, percent-decoded. */
  stationId: string;
  /** Station clock, ms since epoch; null where no station clock spoke. */
  occurredAt: number | null;
  /** Clock of whoever appended it, ms since epoch. */
  recordedAt: number;
  source: Source;
  /** Offset of this connection's StationConnected; null there, for timers and operators. */
  connectionEpoch: number | null;
  /** Counts the events of one connection, from 0. */
  seq: number | null;
  /** 1.6, 2.0.1 or 2.1; kept to explain, never to decide. */
  ocppVersion: string | null;
  /** Message id of the CALL that carried the fact. */
  messageId: string | null;
  /** W3C trace context. */
  traceparent: string | null;
};

/** Readings; they travel in this event only. */
export type MeterValuesSampled = {
  meta: Meta;
  transactionId: string | null;
  reportedId: Uuid;
  evseId: number;
  connectorId: number;
  offline: boolean | null;
  readings: Reading[];
};

export type MonitorsChange = 'unknown' | 'report' | 'set' | 'cleared';

/** Variable monitors of a station: a report, those it accepted, or those it cleared. */
export type MonitorsReported = {
  meta: Meta;
  change: MonitorsChange;
  /** Of the request that asked for it; null where nobody asked */
  requestId: number | null;
  /** Number of this part in its request, from 0 */
  part: number | null;
  /** Whether this part is the last of its request; null where there are no parts */
  last: boolean | null;
  monitors: VariableMonitor[];
};

/** An operator planned that a station, or one EVSE of it, is out of service for a time. */
export type OutagePlanned = {
  meta: Meta;
  /** Chosen by the operator; the first declaration of an id stands */
  outageId: string;
  /** null: the whole station */
  evseId: number | null;
  /** ms since epoch */
  from: number;
  /** ms since epoch, exclusive */
  to: number;
  /** Words of whoever declared it */
  reason: string;
  /** Id of the key that declared it */
  actor: string;
};

/** A planned outage or an exclusion was taken back. */
export type OutageWithdrawn = {
  meta: Meta;
  /** As it was declared under */
  outageId: string;
  /** Id of the key that took it back */
  actor: string;
};

/** What a gateway needs to check a password, never the password. */
export type PasswordVerifier = {
  /** hmac-sha256 for generated passwords (128 bits and more), scrypt for chosen ones */
  scheme: string;
  salt: Buffer;
  hash: Buffer;
  validFrom: number;
};

/** A reading a price may depend on. */
export type PriceReading = {
  at: number;
  energyMilliWh: number | null;
  powerMilliW: number | null;
  currentMilliA: number | null;
  /** Charging, SuspendedEV, SuspendedEVSE, Idle …: the session's state from here on */
  chargingState: string | null;
};

export type ProfilesChange = 'unknown' | 'report' | 'set' | 'cleared';

/** A message that broke its schema and was understood all the same: what was wrong, and the frame as it came. */
export type QuirksObserved = {
  meta: Meta;
  action: string;
  /** Names of the repairs, or of what was detected */
  quirks: string[];
  /** The payload as it came, secrets and driver ids redacted */
  frameJson: string | null;
  /** Messages of this connection with these quirks since the last that was told, this one included: a talkative station tells its first and then every thousandth */
  messages: number;
};

/** Everything a meter said at one instant and in one context; usual measurands at the outlet as columns. */
export type Reading = {
  /** Station clock, ms since epoch; null where it was unreadable. */
  sampledAt: number | null;
  /** Sample.Periodic, Transaction.Begin, Transaction.End, Sample.Clock ... */
  context: string;
  /** Energy.Active.Import.Register */
  energyImportMilliWh: number | null;
  /** Energy.Active.Export.Register */
  energyExportMilliWh: number | null;
  /** Power.Active.Import, sum of phases */
  powerImportMilliW: number | null;
  powerExportMilliW: number | null;
  powerOfferedMilliW: number | null;
  currentOfferedMilliA: number | null;
  /** Current.Import without phase */
  currentMilliA: number | null;
  currentL1MilliA: number | null;
  currentL2MilliA: number | null;
  currentL3MilliA: number | null;
  /** L1, L1-N or without phase */
  voltageL1MilliV: number | null;
  voltageL2MilliV: number | null;
  voltageL3MilliV: number | null;
  /** State of charge in tenths of a percent */
  socDeciPercent: number | null;
  others: Sample[];
};

/** One change of what operators wrote, in commit order. */
export type RegistryChanged = {
  eventId: string;
  tenantId: string;
  /** tenant, party, location, station, token, credential, key; tariff, tariff-assignment (billing); partner (ocpi) */
  kind: string;
  id: string;
  rowVersion: number;
  operation: RegistryOperation;
  /** Value after the change, secrets left out; null when deleted */
  currentJson: string | null;
  actor: string;
  recordedAt: number;
};

export type RegistryOperation = 'unknown' | 'created' | 'updated' | 'deleted';

export type ReportKind = 'unknown' | 'fullInventory' | 'configurationInventory' | 'summaryInventory' | 'customReport' | 'monitoring' | 'displayMessages' | 'chargingProfiles';

/** A station agreed to report what we asked for: what its parts, told under the same requestId, are a report of. */
export type ReportRequested = {
  meta: Meta;
  requestId: number;
  report: ReportKind;
  /** No criteria were given: it tells all that there is of its kind */
  isComplete: boolean;
  /** The station answered that it has nothing of it: no part follows */
  isEmpty: boolean;
  /** The criteria as OCPP 2.x writes them; null where there were none */
  criteriaJson: string | null;
};

/** A charging profile of a station; of a cleared one, the criteria that were named. */
export type ReportedChargingProfile = {
  profileId: number | null;
  /** 0: the station */
  evseId: number | null;
  stackLevel: number | null;
  /** As OCPP 2.x names it */
  purpose: string | null;
  kind: string | null;
  recurrency: string | null;
  transactionId: string | null;
  validFrom: number | null;
  validTo: number | null;
  /** Array of charging schedules as the OCPP version writes them */
  schedulesJson: string | null;
  /** What 2.1 adds: offline duration, dynamic updates, signature */
  moreJson: string | null;
};

/** One attribute of one variable of a component; a 1.6 key is a variable of the component named empty. */
export type ReportedVariable = {
  component: string;
  componentInstance: string | null;
  evseId: number | null;
  connectorId: number | null;
  variable: string;
  variableInstance: string | null;
  /** Actual, Target, MinSet or MaxSet */
  attribute: string;
  /** null where it is write-only or redacted */
  value: string | null;
  /** ReadOnly, WriteOnly or ReadWrite */
  mutability: string | null;
  persistent: boolean | null;
  constant: boolean | null;
  dataType: string | null;
  unit: string | null;
  /** decimal */
  minLimit: string | null;
  /** decimal */
  maxLimit: string | null;
  valuesList: string | null;
  supportsMonitoring: boolean | null;
};

export type ReservationChange = 'unknown' | 'accepted' | 'used' | 'expired' | 'cancelled' | 'removed' | 'lost' | 'noTransaction';

/** What became of a reservation: the answer of the station, its notice, or our timer. */
export type ReservationChanged = {
  meta: Meta;
  /** Number by which we asked for it */
  reservationId: number;
  /** removed: by the station, 2.x Removed; lost: gone after a boot; noTransaction: 2.1 */
  change: ReservationChange;
  /** null: any of the station */
  evseId: number | null;
  /** 2.x, where no EVSE was named */
  connectorType: string | null;
  expiresAt: number | null;
  tokenRef: string | null;
  tokenType: string | null;
  groupRef: string | null;
};

/** A sampled value without a column of its own in Reading. */
export type Sample = {
  measurand: string;
  phase: string | null;
  location: string | null;
  /** As sent, after the multiplier was applied. */
  unit: string | null;
  /** Thousandths of the unit; null where the value is not a number. */
  valueMilli: number | null;
  /** The value as sent, where it is not a number. */
  text: string | null;
  signed: SignedValue | null;
};

/** A security event: the station's own, or what a gateway noticed. */
export type SecurityEventReported = {
  meta: Meta;
  /** Name of the OCPP security event list, or ours: DuplicateIdentity */
  kind: string;
  info: string | null;
};

/** Replaces all that was said of the session; carries all readings. */
export type SessionCorrected = {
  /** source topic/partition/offset, and a number where one event emits twice */
  eventId: string;
  tenantId: string;
  /** UUIDv8 */
  sessionId: string;
  stationId: string;
  transactionId: string;
  reportedId: Uuid;
  generation: number;
  sourcePartition: number;
  /** (generation, sourceOffset) is the version; only a greater one applies. */
  sourceOffset: number;
  /** recordedAt of the event that caused it */
  recordedAt: number;
  phase: SessionPhase;
  evseId: number | null;
  connectorId: number | null;
  startedAt: number;
  endedAt: number | null;
  tokenRef: string | null;
  tokenType: string | null;
  authorization: AuthorizationStatus | null;
  chargingState: string | null;
  meterStartMilliWh: number | null;
  meterStopMilliWh: number | null;
  meterLastMilliWh: number | null;
  /** Delivered so far; null while no register was seen */
  energyMilliWh: number | null;
  remoteStartId: number | null;
  reservationId: number | null;
  stopReason: string | null;
  stoppedByTokenRef: string | null;
  ocppVersion: string | null;
  /** Reasons for a review */
  flags: string[];
  /** Price-relevant readings since the last emission */
  readings: PriceReading[];
};

/** A session ended. */
export type SessionEnded = {
  /** source topic/partition/offset, and a number where one event emits twice */
  eventId: string;
  tenantId: string;
  /** UUIDv8 */
  sessionId: string;
  stationId: string;
  transactionId: string;
  reportedId: Uuid;
  generation: number;
  sourcePartition: number;
  /** (generation, sourceOffset) is the version; only a greater one applies. */
  sourceOffset: number;
  /** recordedAt of the event that caused it */
  recordedAt: number;
  phase: SessionPhase;
  evseId: number | null;
  connectorId: number | null;
  startedAt: number;
  endedAt: number | null;
  tokenRef: string | null;
  tokenType: string | null;
  authorization: AuthorizationStatus | null;
  chargingState: string | null;
  meterStartMilliWh: number | null;
  meterStopMilliWh: number | null;
  meterLastMilliWh: number | null;
  /** Delivered so far; null while no register was seen */
  energyMilliWh: number | null;
  remoteStartId: number | null;
  reservationId: number | null;
  stopReason: string | null;
  stoppedByTokenRef: string | null;
  ocppVersion: string | null;
  /** Reasons for a review */
  flags: string[];
  /** Price-relevant readings since the last emission */
  readings: PriceReading[];
};

/** A session needs a look. */
export type SessionFlagged = {
  /** source topic/partition/offset, and a number where one event emits twice */
  eventId: string;
  tenantId: string;
  /** UUIDv8 */
  sessionId: string;
  stationId: string;
  transactionId: string;
  reportedId: Uuid;
  generation: number;
  sourcePartition: number;
  /** (generation, sourceOffset) is the version; only a greater one applies. */
  sourceOffset: number;
  /** recordedAt of the event that caused it */
  recordedAt: number;
  phase: SessionPhase;
  evseId: number | null;
  connectorId: number | null;
  startedAt: number;
  endedAt: number | null;
  tokenRef: string | null;
  tokenType: string | null;
  authorization: AuthorizationStatus | null;
  chargingState: string | null;
  meterStartMilliWh: number | null;
  meterStopMilliWh: number | null;
  meterLastMilliWh: number | null;
  /** Delivered so far; null while no register was seen */
  energyMilliWh: number | null;
  remoteStartId: number | null;
  reservationId: number | null;
  stopReason: string | null;
  stoppedByTokenRef: string | null;
  ocppVersion: string | null;
  /** Reasons for a review */
  flags: string[];
  /** Price-relevant readings since the last emission */
  readings: PriceReading[];
};

export type SessionPhase = 'unknown' | 'charging' | 'ended';

/** A session began. */
export type SessionStarted = {
  /** source topic/partition/offset, and a number where one event emits twice */
  eventId: string;
  tenantId: string;
  /** UUIDv8 */
  sessionId: string;
  stationId: string;
  transactionId: string;
  reportedId: Uuid;
  generation: number;
  sourcePartition: number;
  /** (generation, sourceOffset) is the version; only a greater one applies. */
  sourceOffset: number;
  /** recordedAt of the event that caused it */
  recordedAt: number;
  phase: SessionPhase;
  evseId: number | null;
  connectorId: number | null;
  startedAt: number;
  endedAt: number | null;
  tokenRef: string | null;
  tokenType: string | null;
  authorization: AuthorizationStatus | null;
  chargingState: string | null;
  meterStartMilliWh: number | null;
  meterStopMilliWh: number | null;
  meterLastMilliWh: number | null;
  /** Delivered so far; null while no register was seen */
  energyMilliWh: number | null;
  remoteStartId: number | null;
  reservationId: number | null;
  stopReason: string | null;
  stoppedByTokenRef: string | null;
  ocppVersion: string | null;
  /** Reasons for a review */
  flags: string[];
  /** Price-relevant readings since the last emission */
  readings: PriceReading[];
};

/** State of a running session, at most once a minute. */
export type SessionUpdated = {
  /** source topic/partition/offset, and a number where one event emits twice */
  eventId: string;
  tenantId: string;
  /** UUIDv8 */
  sessionId: string;
  stationId: string;
  transactionId: string;
  reportedId: Uuid;
  generation: number;
  sourcePartition: number;
  /** (generation, sourceOffset) is the version; only a greater one applies. */
  sourceOffset: number;
  /** recordedAt of the event that caused it */
  recordedAt: number;
  phase: SessionPhase;
  evseId: number | null;
  connectorId: number | null;
  startedAt: number;
  endedAt: number | null;
  tokenRef: string | null;
  tokenType: string | null;
  authorization: AuthorizationStatus | null;
  chargingState: string | null;
  meterStartMilliWh: number | null;
  meterStopMilliWh: number | null;
  meterLastMilliWh: number | null;
  /** Delivered so far; null while no register was seen */
  energyMilliWh: number | null;
  remoteStartId: number | null;
  reservationId: number | null;
  stopReason: string | null;
  stoppedByTokenRef: string | null;
  ocppVersion: string | null;
  /** Reasons for a review */
  flags: string[];
  /** Price-relevant readings since the last emission */
  readings: PriceReading[];
};

/** A signed meter value as the station sent it (OCMF and others); evidence, never parsed. */
export type SignedValue = {
  data: string;
  /** signingMethod of 2.x */
  method: string | null;
  /** encodingMethod of 2.x; null in 1.6 */
  encoding: string | null;
  publicKey: string | null;
};

export type Source = 'unknown' | 'station' | 'gateway' | 'timer' | 'operator';

/** A station said what it is, and what we answered. */
export type StationBooted = {
  meta: Meta;
  status: BootStatus;
  intervalSeconds: number;
  reason: string | null;
  vendor: string;
  model: string;
  serialNumber: string | null;
  /** chargeBoxSerialNumber of 1.6 */
  boxSerialNumber: string | null;
  firmwareVersion: string | null;
  iccid: string | null;
  imsi: string | null;
  meterType: string | null;
  meterSerialNumber: string | null;
};

/** A station's socket was accepted; the offset of this record is the connection's epoch. */
export type StationConnected = {
  meta: Meta;
  gatewayId: string;
  subprotocol: string;
  securityProfile: number;
  remoteAddress: string | null;
};

/** A connection ended; the epoch in meta says which. */
export type StationDisconnected = {
  meta: Meta;
  /** closed, timeout, replaced, refused, drained, lease-expired */
  cause: string;
  closeCode: number | null;
};

/** A message that no fold reads by meaning, kept whole with secrets and driver ids redacted. */
export type StationMessageRecorded = {
  meta: Meta;
  action: string;
  payloadJson: string;
  /** What we answered */
  answerJson: string | null;
};

/** Who holds a station's connection; compacted per station. */
export type StationPresence = {
  tenantId: string;
  stationId: string;
  gatewayId: string;
  connectionEpoch: number;
  connected: boolean;
  /** BootNotification was accepted, on this or an earlier connection */
  accepted: boolean;
  subprotocol: string;
  heartbeatSeconds: number;
  /** Upgrades get 503 until then: two devices share the identity */
  refuseUntil: number | null;
  /** ms since epoch: its line was ended because it answered none of our CALLs; not again within the hour, by no gateway */
  zombieEndedAt: number | null;
  recordedAt: number;
};

/** Current value of a station for gateways. */
export type StationRegistered = {
  tenantId: string;
  stationId: string;
  rowVersion: number;
  enabled: boolean;
  securityProfile: number;
  verifiers: PasswordVerifier[];
  locationId: string | null;
  heartbeatSeconds: number;
  bootPolicy: BootPolicy;
  /** For stations that send no Sec-WebSocket-Protocol */
  defaultSubprotocol: string | null;
  connectorMap: ConnectorMapping[];
  /** As operators registered it; quirk rules go by it until the station boots */
  vendor: string | null;
  /** As operators registered it */
  model: string | null;
  /** What the CN of a client certificate must be (profile 3) */
  serialNumber: string | null;
  /** Whether its frames go into charging.frames */
  framesRecorded: boolean;
  /** The operator consents to profile 2 for a station of profile 3 (2.x A05.FR.08-10) */
  allowsProfileDowngrade: boolean;
  /** It was configured, or an operator accepted it: its boots are answered Accepted where bootPolicy is pending */
  onboarded: boolean;
  /** It works without ever sending BootNotification */
  acceptsWithoutBoot: boolean;
  traits: TraitOverrides | null;
  /** It is told what a transaction costs; null: as its tenant wants */
  costsShown: boolean | null;
};

/** Current policies of a tenant for gateways. */
export type TenantRegistered = {
  tenantId: string;
  rowVersion: number;
  /** What the O of a client certificate must be (profile 3); null: not checked */
  organisation: string | null;
  /** hold: kept for an operator's approval */
  unknownStations: UnknownStations;
  /** What a start gets whose token cannot be judged in time */
  tokensUnavailable: TokensUnavailable;
  /** Every token may charge */
  freeVending: boolean;
  /** VID: tokens (a vehicle's MAC address) are judged like cards */
  autocharge: boolean;
  framesRecorded: boolean;
  /** 2.x stations are told what a transaction costs, in the answers to its events */
  costsShown: boolean;
};

/** Current value of a token for gateways: no uid, no name. */
export type TokenRegistered = {
  tenantId: string;
  tokenRef: string;
  rowVersion: number;
  status: AuthorizationStatus;
  expiresAt: number | null;
  groupRef: string | null;
  /** Empty: everywhere */
  locationIds: string[];
  /** OCPI party that issued it; null: our own */
  issuer: string | null;
  /** Sessions at the same time; null: any number */
  concurrentSessionsMax: number | null;
  /** Whether a partner's token may be judged without asking the partner */
  whitelist: Whitelist;
  /** In which a station shall speak to its driver */
  language: string | null;
  chargingPriority: number | null;
};

export type TokensUnavailable = 'refuse' | 'accept';

/** How a station wants to be treated, where it differs from what is known of its model; null: as its model. */
export type TraitOverrides = {
  /** It stands WebSocket pings */
  pings: boolean | null;
  /** It comes back only where its socket is cut without a close frame */
  closesWithoutFrame: boolean | null;
  /** It may be called before its boot was answered */
  callsBeforeBoot: boolean | null;
  /** More measurands in one list corrupt its configuration */
  measurandsMax: number | null;
};

/** A transaction ended at the station. */
export type TransactionEnded = {
  meta: Meta;
  transactionId: string;
  /** UUIDv8 of tenant, station and transactionId; nil where there is none (none, 0, -1). */
  reportedId: Uuid;
  evseId: number | null;
  connectorId: number | null;
  tokenRef: string | null;
  tokenType: string | null;
  authorization: AuthorizationStatus | null;
  /** Reported after the fact; null where the protocol does not say. */
  offline: boolean | null;
  seqNo: number | null;
  triggerReason: string | null;
  chargingState: string | null;
  remoteStartId: number | null;
  reservationId: number | null;
  timeSpentChargingSeconds: number | null;
  numberOfPhasesUsed: number | null;
  cableMaxCurrentMilliA: number | null;
  /** Register at stop where the message itself says it (1.6). */
  meterStopMilliWh: number | null;
  /** stop reason; Local where absent (1.6 5.18, 2.x default) */
  reason: string;
};

/** A transaction began at the station. */
export type TransactionStarted = {
  meta: Meta;
  /** Canonical natural key of the start as reported: the session's identity is made of it. */
  startKey: string;
  transactionId: string;
  /** UUIDv8 of tenant, station and transactionId; nil where there is none (none, 0, -1). */
  reportedId: Uuid;
  evseId: number | null;
  connectorId: number | null;
  tokenRef: string | null;
  tokenType: string | null;
  authorization: AuthorizationStatus | null;
  /** Reported after the fact; null where the protocol does not say. */
  offline: boolean | null;
  seqNo: number | null;
  triggerReason: string | null;
  chargingState: string | null;
  remoteStartId: number | null;
  reservationId: number | null;
  timeSpentChargingSeconds: number | null;
  numberOfPhasesUsed: number | null;
  cableMaxCurrentMilliA: number | null;
  /** Register at start where the message itself says it (1.6). */
  meterStartMilliWh: number | null;
  /** 2.1 */
  operationMode: string | null;
  /** 2.1 */
  tariffId: string | null;
  /** 2.1 transactionLimit as sent */
  transactionLimitJson: string | null;
};

/** Something about a running transaction changed. */
export type TransactionUpdated = {
  meta: Meta;
  transactionId: string;
  /** UUIDv8 of tenant, station and transactionId; nil where there is none (none, 0, -1). */
  reportedId: Uuid;
  evseId: number | null;
  connectorId: number | null;
  tokenRef: string | null;
  tokenType: string | null;
  authorization: AuthorizationStatus | null;
  /** Reported after the fact; null where the protocol does not say. */
  offline: boolean | null;
  seqNo: number | null;
  triggerReason: string | null;
  chargingState: string | null;
  remoteStartId: number | null;
  reservationId: number | null;
  timeSpentChargingSeconds: number | null;
  numberOfPhasesUsed: number | null;
  cableMaxCurrentMilliA: number | null;
};

export type UnknownStations = 'refuse' | 'hold';

/** 16 bytes. */
export type Uuid = Buffer;

/** A monitor on a variable (2.x N). */
export type VariableMonitor = {
  monitorId: number | null;
  component: string;
  componentInstance: string | null;
  evseId: number | null;
  connectorId: number | null;
  variable: string;
  variableInstance: string | null;
  transaction: boolean | null;
  /** decimal */
  value: string | null;
  /** UpperThreshold, LowerThreshold, Delta, Periodic, PeriodicClockAligned, ... */
  type: string | null;
  /** 0 (danger) to 9 (debug) */
  severity: number | null;
  eventNotificationType: string | null;
};

/** Configuration as the station reports it, or the answer to a read. */
export type VariablesReported = {
  meta: Meta;
  requestId: number | null;
  part: number | null;
  /** Whether this part is the last of its request */
  last: boolean | null;
  variables: ReportedVariable[];
  /** Asked for, but not known to the station */
  unknownVariables: string[];
};

export type Whitelist = 'ALWAYS' | 'ALLOWED' | 'ALLOWED_OFFLINE' | 'NEVER';

export type ChargingEvent =
  | ({ type: 'StationConnected' } & StationConnected)
  | ({ type: 'StationDisconnected' } & StationDisconnected)
  | ({ type: 'StationBooted' } & StationBooted)
  | ({ type: 'ConnectorStatusChanged' } & ConnectorStatusChanged)
  | ({ type: 'AuthorizationDecided' } & AuthorizationDecided)
  | ({ type: 'TransactionStarted' } & TransactionStarted)
  | ({ type: 'TransactionUpdated' } & TransactionUpdated)
  | ({ type: 'TransactionEnded' } & TransactionEnded)
  | ({ type: 'MeterValuesSampled' } & MeterValuesSampled)
  | ({ type: 'VariablesReported' } & VariablesReported)
  | ({ type: 'SecurityEventReported' } & SecurityEventReported)
  | ({ type: 'StationMessageRecorded' } & StationMessageRecorded)
  | ({ type: 'ReservationChanged' } & ReservationChanged)
  | ({ type: 'FirmwareStatusChanged' } & FirmwareStatusChanged)
  | ({ type: 'LogStatusChanged' } & LogStatusChanged)
  | ({ type: 'CertificatesReported' } & CertificatesReported)
  | ({ type: 'CertificateSigningRequested' } & CertificateSigningRequested)
  | ({ type: 'LocalListReported' } & LocalListReported)
  | ({ type: 'ChargingProfilesReported' } & ChargingProfilesReported)
  | ({ type: 'ChargingLimitChanged' } & ChargingLimitChanged)
  | ({ type: 'CompositeScheduleReported' } & CompositeScheduleReported)
  | ({ type: 'AvailabilityChanged' } & AvailabilityChanged)
  | ({ type: 'DisplayMessagesReported' } & DisplayMessagesReported)
  | ({ type: 'MonitorsReported' } & MonitorsReported)
  | ({ type: 'DeviceEventsReported' } & DeviceEventsReported)
  | ({ type: 'QuirksObserved' } & QuirksObserved)
  | ({ type: 'ReportRequested' } & ReportRequested)
  | ({ type: 'OutagePlanned' } & OutagePlanned)
  | ({ type: 'ExclusionDeclared' } & ExclusionDeclared)
  | ({ type: 'OutageWithdrawn' } & OutageWithdrawn);

export type CommandRecord =
  | ({ type: 'CommandRequested' } & CommandRequested)
  | ({ type: 'CommandSent' } & CommandSent)
  | ({ type: 'CommandCompleted' } & CommandCompleted)
  | ({ type: 'CommandResulted' } & CommandResulted);

export type SessionRecord =
  | ({ type: 'SessionStarted' } & SessionStarted)
  | ({ type: 'SessionUpdated' } & SessionUpdated)
  | ({ type: 'SessionFlagged' } & SessionFlagged)
  | ({ type: 'SessionEnded' } & SessionEnded)
  | ({ type: 'SessionCorrected' } & SessionCorrected);

export type Records = {
  StationConnected: StationConnected;
  StationDisconnected: StationDisconnected;
  StationBooted: StationBooted;
  ConnectorStatusChanged: ConnectorStatusChanged;
  AuthorizationDecided: AuthorizationDecided;
  TransactionStarted: TransactionStarted;
  TransactionUpdated: TransactionUpdated;
  TransactionEnded: TransactionEnded;
  MeterValuesSampled: MeterValuesSampled;
  VariablesReported: VariablesReported;
  SecurityEventReported: SecurityEventReported;
  StationMessageRecorded: StationMessageRecorded;
  ReservationChanged: ReservationChanged;
  FirmwareStatusChanged: FirmwareStatusChanged;
  LogStatusChanged: LogStatusChanged;
  CertificatesReported: CertificatesReported;
  CertificateSigningRequested: CertificateSigningRequested;
  LocalListReported: LocalListReported;
  ChargingProfilesReported: ChargingProfilesReported;
  ChargingLimitChanged: ChargingLimitChanged;
  CompositeScheduleReported: CompositeScheduleReported;
  AvailabilityChanged: AvailabilityChanged;
  DisplayMessagesReported: DisplayMessagesReported;
  MonitorsReported: MonitorsReported;
  DeviceEventsReported: DeviceEventsReported;
  QuirksObserved: QuirksObserved;
  ReportRequested: ReportRequested;
  OutagePlanned: OutagePlanned;
  ExclusionDeclared: ExclusionDeclared;
  OutageWithdrawn: OutageWithdrawn;
  CommandRequested: CommandRequested;
  CommandSent: CommandSent;
  CommandCompleted: CommandCompleted;
  CommandResulted: CommandResulted;
  ExchangeRecorded: ExchangeRecorded;
  SessionStarted: SessionStarted;
  SessionUpdated: SessionUpdated;
  SessionFlagged: SessionFlagged;
  SessionEnded: SessionEnded;
  SessionCorrected: SessionCorrected;
  CdrIssued: CdrIssued;
  BillingReviewOpened: BillingReviewOpened;
  BillingReviewResolved: BillingReviewResolved;
  RegistryChanged: RegistryChanged;
  StationRegistered: StationRegistered;
  TokenRegistered: TokenRegistered;
  TenantRegistered: TenantRegistered;
  ActiveSession: ActiveSession;
  StationPresence: StationPresence;
  GatewayLease: GatewayLease;
};

