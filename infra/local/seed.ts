// Registers what the demo needs through the operator API: places, the fleet's stations with passwords, its drivers' tokens.
import { demoFleet } from '#infra/local/demo-fleet';
import { demoIssuerOf, registerDemoPartner } from '#infra/local/demo-partner';
import { demoAssignment, demoTariff } from '#infra/local/demo-tariff';
import { readSecrets } from '#contracts/secrets';
import type { EvseValue, LocationValue, PartyValue, StationValue } from '#contracts/registry';
import { fleetIdentities, subprotocols, type StationIdentity } from '#load-tests/fleet/identities';
import { vendorOf } from '#load-tests/fleet/vendors';

export type Registering = {
  readonly operatorUrl: string;
  readonly key: string;
  readonly identities: readonly StationIdentity[];
  /** What else is registered of a station. */
  readonly describe?: (identity: StationIdentity, index: number) => Partial<StationValue>;
  /** Whose a card is, by its number; absent: all are our own. */
  readonly issuerOf?: (index: number) => { readonly issuer: string; readonly contractId: string } | undefined;
};

export type Registered = { readonly created: number; readonly updated: number; readonly unchanged: number };

const perCallMax = 1_000;
const answerTimeoutMs = 60_000;
const attemptsMax = 20;
const retryMs = 500;

const parties: readonly PartyValue[] = [
  { partyId: 'DE-CSM', name: 'Chargestream' },
  { partyId: 'NL-CSM', name: 'Chargestream Nederland' },
];

const locations: readonly LocationValue[] = [
  place('berlin-alex', 'DE', 'Berlin Alexanderplatz', [
    'Alexanderplatz 1',
    'Berlin',
    '10178',
    '52.521918',
    '13.413215',
  ]),
  place('hamburg-hafen', 'DE', 'Hamburg HafenCity', ['Am Kaiserkai 1', 'Hamburg', '20457', '53.541760', '9.989560']),
  place('amsterdam-zuid', 'NL', 'Amsterdam Zuid', [
    'Strawinskylaan 1',
    'Amsterdam',
    '1077 XX',
    '52.339190',
    '4.873330',
  ]),
  place('rotterdam-cs', 'NL', 'Rotterdam Centraal', [
    'Stationsplein 1',
    'Rotterdam',
    '3013 AJ',
    '51.924420',
    '4.469760',
  ]),
];

/** Registers stations, passwords and tokens, a thousand per call. Doing it again changes nothing. */
export async function registerIdentities(registering: Registering): Promise<Registered> {
  const { operatorUrl, key, identities, describe = () => ({}), issuerOf = () => undefined } = registering;
  const call = callerOf(operatorUrl, key);
  const stations = identities.map((identity, index) => ({
    stationId: identity.stationId,
    model: `simulated ${identity.version}`,
    evses: Array.from({ length: identity.evses }, (_, evse) => ({ evseId: evse + 1 })),
    ...describe(identity, index),
    credential: { password: identity.password, generated: true },
  }));
  const cards = identities.flatMap(({ tokens: own, stationId }) =>
    own.map(({ uid, type }) => ({ uid, type, label: `driver at ${stationId}` })),
  );
  const tokens = cards.map((card, index) => ({ ...card, ...issuerOf(index) }));
  const counts = { created: 0, updated: 0, unchanged: 0 };
  for (const [path, name, rows] of [
    ['/v1/tokens', 'tokens', tokens],
    ['/v1/stations', 'stations', stations],
  ] as const) {
    for (let from = 0; from < rows.length; from += perCallMax) {
      const { status, body } = await call('PUT', path, { [name]: rows.slice(from, from + perCallMax) });
      if (status !== 200) throw new Error(`${path} answers ${status}: ${JSON.stringify(body)}`);
      const result = body as Registered;
      counts.created += result.created;
      counts.updated += result.updated;
      counts.unchanged += result.unchanged;
    }
  }
  return counts;
}

/** Parties and locations of the demo; what is there already stays as it is. */
export async function registerPlaces(operatorUrl: string, key: string): Promise<void> {
  const call = callerOf(operatorUrl, key);
  const wanted = [
    ...parties.map((party) => ['/v1/parties', party] as const),
    ...locations.map((location) => ['/v1/locations', location] as const),
  ];
  await createAll(call, wanted);
}

/** The demo's tariff for all places of the tenant; what is there already stays as it is. */
export async function registerTariffs(operatorUrl: string, key: string): Promise<void> {
  const call = callerOf(operatorUrl, key);
  await createAll(call, [
    ['/v1/tariffs', demoTariff],
    ['/v1/tariff-assignments', demoAssignment],
  ]);
}

async function createAll(call: Call, wanted: readonly (readonly [path: string, value: object])[]): Promise<void> {
  for (const [path, value] of wanted) {
    const { status, body } = await call('POST', path, value);
    if (status !== 201 && status !== 409) throw new Error(`${path} answers ${status}: ${JSON.stringify(body)}`);
  }
}

/** What of the demo the registry holds; returns one line that says what was done. */
export async function registerDemo(operatorUrl: string, key: string): Promise<string> {
  const { prefix, seed, stations: count } = demoFleet;
  const identities = fleetIdentities({ prefix, seed: String(seed), count });
  await registerPlaces(operatorUrl, key);
  const { created, updated, unchanged } = await registerIdentities({
    operatorUrl,
    key,
    identities,
    describe: demoStation,
    issuerOf: demoIssuerOf,
  });
  return `registry: ${locations.length} locations, ${count} stations and their tokens (${created} new, ${updated} changed, ${unchanged} as they were)`;
}

type Call = (method: string, path: string, body: object) => Promise<{ status: number; body: unknown }>;

/** Waits for a door or a service behind it that is just coming up; every request here may be repeated. */
function callerOf(operatorUrl: string, key: string): Call {
  return async (method, path, body) => {
    for (let attempt = 1; ; attempt++) {
      try {
        const response = await fetch(`${operatorUrl}${path}`, {
          method,
          headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
          body: JSON.stringify(body),
          signal: AbortSignal.timeout(answerTimeoutMs),
        });
        const isAway = response.status === 429 || response.status >= 500;
        if (!isAway || attempt === attemptsMax) return { status: response.status, body: await response.json() };
      } catch (error) {
        if (attempt === attemptsMax) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  };
}

/** Where a demo station stands, who made it, and what plugs it has. */
function demoStation(identity: StationIdentity, index: number): Partial<StationValue> {
  const location = locations[index % locations.length];
  const [country = 'DE'] = (location?.partyId ?? '').split('-');
  const { vendor, model, current, quirks } = vendorOf(identity, demoFleet.vendors);
  const evses = Array.from({ length: identity.evses }, (_, evse): EvseValue => ({
    evseId: evse + 1,
    publicId: `${country}*CSM*E${String(index + 1).padStart(4, '0')}*${evse + 1}`,
    label: `${index + 1}${'AB'[evse] ?? ''}`,
    connectors: [current === 'DC' ? dcPlug : acPlug],
  }));
  // Whoever names no subprotocol is taken for what is registered of it.
  const defaultSubprotocol = quirks.omitsSubprotocol === true ? subprotocols[identity.version] : null;
  return { locationId: location?.locationId ?? null, vendor, model, defaultSubprotocol, evses };
}

const acPlug = {
  connectorId: 1,
  standard: 'IEC_62196_T2',
  format: 'SOCKET',
  powerType: 'AC_3_PHASE',
  maxVoltage: 230,
  maxAmperage: 32,
  maxPowerWatts: 22_000,
  reportedConnectorId: null,
} as const;

const dcPlug = {
  connectorId: 1,
  standard: 'IEC_62196_T2_COMBO',
  format: 'CABLE',
  powerType: 'DC',
  maxVoltage: 920,
  maxAmperage: 500,
  maxPowerWatts: 150_000,
  reportedConnectorId: null,
} as const;

function place(locationId: string, country: 'DE' | 'NL', name: string, where: readonly string[]): LocationValue {
  const [address = null, city = null, postalCode = null, latitude = '', longitude = ''] = where;
  const timeZone = country === 'DE' ? 'Europe/Berlin' : 'Europe/Amsterdam';
  const coordinates = { latitude, longitude };
  return { locationId, partyId: `${country}-CSM`, name, country, timeZone, address, city, postalCode, coordinates };
}

async function main(): Promise<void> {
  const operatorUrl = process.env['OPERATOR_URL'] ?? 'http://127.0.0.1:8080';
  const secretsFile = process.env['SECRETS_FILE'] ?? '.data/secrets.json';
  const { demoOperatorKey } = readSecrets(secretsFile);
  process.stdout.write(`${await registerDemo(operatorUrl, demoOperatorKey)}\n`);
  await registerTariffs(operatorUrl, demoOperatorKey);
  const partnersUrl = process.env['OCPI_PARTNERS_URL'] ?? 'http://127.0.0.1:8206';
  await registerDemoPartner({ operatorUrl, key: demoOperatorKey, partnersUrl, secretsFile });
}

if (process.argv[1]?.endsWith('infra/local/seed.ts') === true) await main();
