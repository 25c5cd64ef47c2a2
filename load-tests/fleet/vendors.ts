// Makes of stations, as data: plain ones with AC and DC hardware, and quirky ones, each with a habit seen in the field.
import type { BootFacts } from '#load-tests/fleet/dialect';
import type { FleetVersion, StationIdentity } from '#load-tests/fleet/identities';
import type { Outgoing } from '#load-tests/fleet/rpc';
import {
  emptyLists,
  idleReadings,
  kilowattHoursAsWattHours,
  longTexts,
  meterValueAsObject,
  numbersForTexts,
  strayStop,
  unknownWords,
  withoutZone,
} from '#load-tests/fleet/quirks';

/** What a make does otherwise than the specification says. */
export type Quirks = {
  /** Changes a message on its way out. */
  readonly rewrite?: (outgoing: Outgoing) => Outgoing;
  /** What it rewrites is energy: registers in its messages are not what it has. */
  readonly miscountsEnergy?: true;
  /** Sent in addition whenever the platform has taken the station in, or with every heartbeat. */
  readonly onAccepted?: (atMs: number) => Outgoing;
  readonly onHeartbeat?: (atMs: number) => Outgoing;
  /** The upgrade names no subprotocol. */
  readonly omitsSubprotocol?: true;
  /** Makes message ids longer than 36 characters. */
  readonly idSuffix?: string;
  /** After its first boot it never tells one again, not even after a reset. */
  readonly bootsOnce?: true;
  /** A ping of the server is met with silence, or with the end of the connection. */
  readonly onPing?: 'ignore' | 'drop';
  /** Tells the start of the running transaction again after every reconnect. */
  readonly repeatsStart?: true;
};

export type Vendor = {
  /** For --vendors. */
  readonly name: string;
  readonly vendor: string;
  readonly model: string;
  readonly firmwareVersion: string;
  /** In its certificates. */
  readonly organization: string;
  readonly versions: readonly FleetVersion[];
  readonly current: 'AC' | 'DC' | 'any';
  readonly maxPowerW: number;
  readonly failsFirmware: 'download' | 'signature' | 'install' | undefined;
  readonly swapsBatteries: boolean;
  readonly quirks: Quirks;
};

const all: readonly FleetVersion[] = ['1.6', '2.0.1', '2.1'];
const only16: readonly FleetVersion[] = ['1.6'];
const only2: readonly FleetVersion[] = ['2.0.1', '2.1'];

const plain = {
  firmwareVersion: '1.0.0',
  organization: 'Chargestream',
  versions: all,
  current: 'any',
  maxPowerW: 150_000,
  failsFirmware: undefined,
  swapsBatteries: false,
  quirks: {},
} as const;

/** What stations are unless somebody asks for vendors: nothing about them is odd. */
export const plainVendor: Vendor = { ...plain, name: 'plain', vendor: 'Chargestream', model: 'Fleet' };

const wallbox = { current: 'AC', maxPowerW: 22_000 } as const;
const fast = { current: 'DC', maxPowerW: 150_000 } as const;

/** Vendors that keep to the book. */
export const plainVendors: readonly Vendor[] = [
  { ...plain, ...wallbox, name: 'kerbline', vendor: 'Kerbline', model: 'Kerb 22', firmwareVersion: '4.2.1' },
  { ...plain, ...fast, name: 'voltspring', vendor: 'Voltspring', model: 'Torrent 150', firmwareVersion: '2.8.0' },
  { ...plain, ...wallbox, name: 'parkhaus', vendor: 'Parkhaus', model: 'Duo 2x22', firmwareVersion: '1.19.3' },
  {
    ...plain,
    ...fast,
    name: 'swapdock',
    vendor: 'Swapdock',
    model: 'Dock 8',
    versions: ['2.1'],
    swapsBatteries: true,
  },
];

const old = { ...plain, ...wallbox, versions: only16 };

/** Vendors with habits; Q numbers are those of the reference of vendor quirks. */
export const quirkyVendors: readonly Vendor[] = [
  // Q1: numbers where texts are required.
  { ...old, name: 'numeric', vendor: 'Openwatt', model: 'OW-32', quirks: { rewrite: numbersForTexts } },
  // Q2: meterValue is an object.
  { ...old, name: 'single', vendor: 'Shenzhou Power', model: 'SP-7K', quirks: { rewrite: meterValueAsObject } },
  // Q4: timestamps without a zone.
  { ...old, name: 'zoneless', vendor: 'Greenleaf Inverter', model: 'GL-11', quirks: { rewrite: withoutZone } },
  // Q5: texts longer than the specification allows.
  { ...old, name: 'wordy', vendor: 'Schneidmann', model: 'Enterprise Wallbox', quirks: { rewrite: longTexts } },
  // Q6: words that no list has.
  { ...old, name: 'dialect', vendor: 'Legrange', model: 'Greenbox', quirks: { rewrite: unknownWords } },
  // Q7: empty lists and texts.
  { ...old, name: 'hollow', vendor: 'Vestfold', model: 'EVC04', quirks: { rewrite: emptyLists } },
  // Q8: no subprotocol in the upgrade.
  { ...old, name: 'nameless', vendor: 'Grizzle', model: 'Classic', quirks: { omitsSubprotocol: true } },
  // Q10: a ping makes it drop, or is not answered.
  { ...old, name: 'skittish', vendor: 'Duty Electric', model: 'Home 7', quirks: { onPing: 'drop' } },
  { ...plain, ...fast, versions: only2, name: 'silent', vendor: 'Enplus', model: 'Silk', quirks: { onPing: 'ignore' } },
  // Q12: ids beyond 36 characters; the start told again after a reconnect.
  {
    ...plain,
    ...fast,
    versions: only2,
    name: 'long-ids',
    vendor: 'Bulkhead',
    model: 'Terra',
    quirks: { idSuffix: '-of-a-message-with-a-very-long-identity' },
  },
  { ...old, name: 'repeating', vendor: 'Microbox', model: 'MB-22', quirks: { repeatsStart: true } },
  // Q15: never tells its boot again.
  { ...plain, ...wallbox, name: 'bootless', vendor: 'Webster', model: 'Next', quirks: { bootsOnce: true } },
  // Q16: readings of connector 0 all the time.
  { ...old, name: 'zero', vendor: 'Phonix', model: 'Charx', quirks: { onHeartbeat: idleReadings } },
  // Q17: kWh called Wh.
  {
    ...old,
    name: 'thousandfold',
    vendor: 'Countercircle',
    model: 'eNext',
    quirks: { rewrite: kilowattHoursAsWattHours, miscountsEnergy: true },
  },
  // Q25: ends transactions that nobody began.
  { ...old, name: 'startless', vendor: 'Freepark', model: 'Gratis 11', quirks: { onAccepted: strayStop } },
  // Firmware that cannot be had, is not genuine, does not go in.
  { ...plain, ...wallbox, name: 'no-download', vendor: 'Kerbline', model: 'Kerb 11', failsFirmware: 'download' },
  { ...plain, ...wallbox, name: 'no-signature', vendor: 'Kerbline', model: 'Kerb 7', failsFirmware: 'signature' },
  { ...plain, ...wallbox, name: 'no-install', vendor: 'Kerbline', model: 'Kerb 3', failsFirmware: 'install' },
];

/** none, mix, or the name of one for all its versions. */
export const vendorChoices: readonly string[] = [
  'none',
  'mix',
  ...[...plainVendors, ...quirkyVendors].map(({ name }) => name),
];

/** The make of a station: it follows from its number and version, so that who registers it finds the same one. */
export function vendorOf(identity: StationIdentity, choice: string): Vendor {
  const fits = ({ versions }: Vendor): boolean => versions.includes(identity.version);
  if (choice !== 'mix') {
    const named = [...plainVendors, ...quirkyVendors].find(({ name }) => name === choice);
    return named !== undefined && fits(named) ? named : plainVendor;
  }
  const number = Number(/(\d+)$/.exec(identity.stationId)?.[1] ?? 0);
  const isQuirky = number % 5 === 3 || number % 5 === 0;
  const odd = quirkyVendors.filter((vendor) => fits(vendor) && vendor.failsFirmware === undefined);
  const candidates = isQuirky ? odd : plainVendors.filter(fits);
  return candidates[Math.floor(number / 2) % candidates.length] ?? plainVendor;
}

/** What a station of that make says of itself. */
export function bootFactsOf(vendor: Vendor, { stationId, evses }: StationIdentity, firmwareVersion: string): BootFacts {
  const model = vendor === plainVendor ? `${vendor.model} ${evses}x22` : vendor.model;
  return { vendor: vendor.vendor, model, serialNumber: stationId.slice(-25), firmwareVersion };
}
