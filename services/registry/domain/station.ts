// A station as operators register it: defaults, rules across fields, and what gateways are told of it.
import type { ConnectorMapping, PasswordVerifier, StationRegistered, TraitOverrides } from '#contracts/generated/types';
import type { ConnectorValue, EvseValue, StationValue } from '#contracts/registry';
import { configurationViolations } from './configuration.ts';
import { repeated, type Violation } from './violation.ts';

export type ConnectorInput = Partial<ConnectorValue> & Pick<ConnectorValue, 'connectorId'>;
export type EvseInput = Partial<Omit<EvseValue, 'connectors'>> &
  Pick<EvseValue, 'evseId'> & { readonly connectors?: readonly ConnectorInput[] };
export type StationInput = Partial<Omit<StationValue, 'evses'>> &
  Pick<StationValue, 'stationId'> & { readonly evses?: readonly EvseInput[] };
export type StationPatch = Omit<StationInput, 'stationId'>;

const heartbeatSecondsByDefault = 300;
const securityProfileByDefault = 1;

/** A gateway reads these as a version in front of the identity, so no station could be reached under them. */
const versionLike = /^(?:ocpp)?(?:1\.6j?|2\.0\.1|2\.1)$/i;

/** What a station has of which its input says nothing: of its template, or its tenant. */
export type StationDefaults = Partial<
  Pick<
    StationValue,
    'heartbeatSeconds' | 'bootPolicy' | 'defaultSubprotocol' | 'acceptsWithoutBoot' | 'evses' | 'traits'
  >
>;

/** The station that an input asks for; a station of which nothing else is said has one EVSE with one connector. */
export function stationOf(input: StationInput, defaults: StationDefaults = {}): StationValue {
  return patchedStation(
    {
      stationId: input.stationId,
      locationId: null,
      vendor: null,
      model: null,
      enabled: true,
      securityProfile: securityProfileByDefault,
      heartbeatSeconds: heartbeatSecondsByDefault,
      bootPolicy: 'accept',
      defaultSubprotocol: null,
      evses: [evseOf({ evseId: 1 })],
      serialNumber: null,
      framesRecorded: true,
      allowsProfileDowngrade: false,
      acceptsWithoutBoot: false,
      costsShown: null,
      templateId: null,
      traits: null,
      configuration: [],
      ...defaults,
    },
    input,
  );
}

/** The station with the given fields replaced; EVSEs are replaced as a whole. */
export function patchedStation(station: StationValue, patch: StationPatch): StationValue {
  return {
    stationId: station.stationId,
    locationId: either(patch.locationId, station.locationId),
    vendor: either(patch.vendor, station.vendor),
    model: either(patch.model, station.model),
    enabled: either(patch.enabled, station.enabled),
    securityProfile: either(patch.securityProfile, station.securityProfile),
    heartbeatSeconds: either(patch.heartbeatSeconds, station.heartbeatSeconds),
    bootPolicy: either(patch.bootPolicy, station.bootPolicy),
    defaultSubprotocol: either(patch.defaultSubprotocol, station.defaultSubprotocol),
    evses: patch.evses === undefined ? station.evses : sortedEvses(patch.evses.map(evseOf)),
    serialNumber: either(patch.serialNumber, station.serialNumber),
    framesRecorded: either(patch.framesRecorded, station.framesRecorded),
    allowsProfileDowngrade: either(patch.allowsProfileDowngrade, station.allowsProfileDowngrade),
    acceptsWithoutBoot: either(patch.acceptsWithoutBoot, station.acceptsWithoutBoot),
    costsShown: either(patch.costsShown, station.costsShown),
    templateId: either(patch.templateId, station.templateId),
    traits: either(patch.traits, station.traits),
    configuration: either(patch.configuration, station.configuration),
  };
}

/** The station with one EVSE added or replaced. */
export function withEvse(station: StationValue, evse: EvseValue): StationValue {
  return { ...station, evses: sortedEvses([...withoutEvse(station, evse.evseId).evses, evse]) };
}

export function withoutEvse(station: StationValue, evseId: number): StationValue {
  return { ...station, evses: station.evses.filter((evse) => evse.evseId !== evseId) };
}

/** Without connectors named, an EVSE has one of which nothing else is known. */
export function evseOf(input: EvseInput): EvseValue {
  const { evseId, publicId = null, label = null, connectors = [{ connectorId: 1 }] } = input;
  return { evseId, publicId, label, connectors: connectors.map(connectorOf) };
}

/** What no schema can say of a station. */
export function stationViolations(station: StationValue, acceptsUnauthenticated: boolean): Violation[] {
  const violations: Violation[] = [];
  if (versionLike.test(station.stationId))
    violations.push({ path: 'stationId', message: 'reads like an OCPP version in the URL of a station' });
  // OCPP 2.0.1 part 2, A00: profile 0 is for tests and trusted networks; nobody gets it by mistake.
  if (station.securityProfile === 0 && !acceptsUnauthenticated) {
    violations.push({
      path: 'securityProfile',
      message: 'profile 0 lets anybody act as this station; say "acceptsUnauthenticated": true if you mean it',
    });
  }
  return [...violations, ...evseViolations(station.evses), ...configurationViolations(station.configuration)];
}

/** What the operator should know of a station that is valid all the same. */
export function stationWarnings(station: StationValue): string[] {
  return station.securityProfile === 0
    ? ['security profile 0: anybody who knows the identity of this station can act as it']
    : [];
}

/** What hangs on a station beside its value: what proves it, and whether it was configured or accepted by an operator. */
export type Hanging = { readonly verifiers: readonly PasswordVerifier[]; readonly isOnboarded: boolean };

/** What gateways are told of a station. */
export function registeredStation(
  station: StationValue,
  tenantId: string,
  rowVersion: number,
  { verifiers, isOnboarded }: Hanging,
): StationRegistered {
  const { stationId, enabled, securityProfile, locationId, heartbeatSeconds, bootPolicy, defaultSubprotocol } = station;
  return {
    tenantId,
    stationId,
    rowVersion,
    enabled,
    securityProfile,
    verifiers: [...verifiers],
    locationId,
    heartbeatSeconds,
    bootPolicy,
    defaultSubprotocol,
    connectorMap: connectorMapOf(station.evses),
    vendor: station.vendor,
    model: station.model,
    serialNumber: station.serialNumber,
    framesRecorded: station.framesRecorded,
    allowsProfileDowngrade: station.allowsProfileDowngrade,
    onboarded: isOnboarded,
    acceptsWithoutBoot: station.acceptsWithoutBoot,
    traits: station.traits === null ? null : overridesOf(station.traits),
    costsShown: station.costsShown,
  };
}

function overridesOf(traits: NonNullable<StationValue['traits']>): TraitOverrides {
  const { pings = null, closesWithoutFrame = null, callsBeforeBoot = null, measurandsMax = null } = traits;
  return { pings, closesWithoutFrame, callsBeforeBoot, measurandsMax };
}

/** Where a 1.6 station's connector numbers are not its EVSE numbers. */
export function connectorMapOf(evses: readonly EvseValue[]): ConnectorMapping[] {
  return evses.flatMap(({ evseId, connectors }) =>
    connectors.flatMap(({ connectorId, reportedConnectorId }) =>
      reportedConnectorId === null ? [] : [{ reportedConnectorId, evseId, connectorId }],
    ),
  );
}

/** What no schema can say of EVSEs. */
export function evseViolations(evses: readonly EvseValue[]): Violation[] {
  const doubled = repeated(evses.map(({ evseId }) => evseId)).map((index) => ({
    path: `evses/${index}/evseId`,
    message: 'occurs twice',
  }));
  const connectors = evses.flatMap((evse, at) =>
    repeated(evse.connectors.map(({ connectorId }) => connectorId)).map((index) => ({
      path: `evses/${at}/connectors/${index}/connectorId`,
      message: 'occurs twice',
    })),
  );
  const reported = connectorMapOf(evses).map(({ reportedConnectorId }) => reportedConnectorId);
  const twice = repeated(reported).map((index) => ({
    path: 'evses',
    message: `reportedConnectorId ${reported[index]} stands for two connectors`,
  }));
  return [...doubled, ...connectors, ...twice];
}

function connectorOf(input: ConnectorInput): ConnectorValue {
  return {
    connectorId: input.connectorId,
    standard: input.standard ?? null,
    format: input.format ?? null,
    powerType: input.powerType ?? null,
    maxVoltage: input.maxVoltage ?? null,
    maxAmperage: input.maxAmperage ?? null,
    maxPowerWatts: input.maxPowerWatts ?? null,
    reportedConnectorId: input.reportedConnectorId ?? null,
  };
}

function sortedEvses(evses: readonly EvseValue[]): EvseValue[] {
  return evses.toSorted((left, right) => left.evseId - right.evseId);
}

/** null is a value here: it clears a field. */
function either<T>(wanted: T | undefined, current: T): T {
  return wanted === undefined ? current : wanted;
}
