// What stations of a vendor, model or firmware need from us: one table, looked up when a station is known or boots.

/** What a station says it is, or what operators registered of it. */
export type Device = {
  readonly vendor: string | null;
  readonly model: string | null;
  readonly firmware: string | null;
};

/** How a station wants to be treated beyond what OCPP says. */
export type Traits = {
  /** A WebSocket ping makes some stations drop the connection, others never answer one. */
  readonly pings: boolean;
  /** Such a station never comes back after a close frame; a socket that is cut makes it reconnect. */
  readonly closesWithoutFrame: boolean;
  /** Else it works without ever sending BootNotification. */
  readonly boots: boolean;
  /** Else our CALLs wait until its boot was answered, or for a while where none comes. */
  readonly callsBeforeBoot: boolean;
  /** More measurands in one list corrupt its configuration. */
  readonly measurandsMax: number | null;
};

/** Which devices a row means: each given pattern has to match, a device that does not say is not meant. */
export type DevicePattern = { readonly vendor?: RegExp; readonly model?: RegExp; readonly firmware?: RegExp };

type ModelRow = { readonly device: DevicePattern; readonly traits: Partial<Traits> };

export const usualTraits: Traits = {
  pings: true,
  closesWithoutFrame: false,
  boots: true,
  callsBeforeBoot: true,
  measurandsMax: null,
};

/** Later rows add to earlier ones. Each names the report that it goes by. */
export const models: readonly ModelRow[] = [
  // lbbrhzn/ocpp#211: the line is stable only without pings.
  { device: { vendor: /^en\+|^en-?plus/i }, traits: { pings: false } },
  // lbbrhzn/ocpp#553: answers no ping by its maker's will, so none is sent.
  { device: { vendor: /^ev\s?duty/i }, traits: { pings: false } },
  // lbbrhzn/ocpp#1975: after a close frame it never comes back by itself.
  { device: { vendor: /^(?:jigu|wegood)/i }, traits: { closesWithoutFrame: true } },
  // lbbrhzn/ocpp#1487: a list of more than five measurands is stored broken.
  { device: { vendor: /^growatt/i }, traits: { measurandsMax: 5 } },
  // evcc-io/evcc#31192: once some backend accepted it, it does not boot at the next one.
  { device: { vendor: /^(?:webasto|ampure)/i }, traits: { boots: false } },
  // lbbrhzn/ocpp#1503, #1510, evcc-io/evcc#27309: it drops the line when it is called before its boot was answered.
  { device: { vendor: /^wall\s?box/i }, traits: { callsBeforeBoot: false } },
];

export function isMeant(pattern: DevicePattern, device: Device): boolean {
  return (
    isMatch(pattern.vendor, device.vendor) &&
    isMatch(pattern.model, device.model) &&
    isMatch(pattern.firmware, device.firmware)
  );
}

export function traitsOf(device: Device): Traits {
  let traits = usualTraits;
  for (const row of models) if (isMeant(row.device, device)) traits = { ...traits, ...row.traits };
  return traits;
}

/** 1.6 keys and 2.x variables whose value is a list of measurands. */
const measurandLists: ReadonlySet<string> = new Set([
  'MeterValuesSampledData',
  'MeterValuesAlignedData',
  'StopTxnSampledData',
  'StopTxnAlignedData',
  'Measurands',
  'TxStartedMeasurands',
  'TxUpdatedMeasurands',
  'TxEndedMeasurands',
]);

/** Why a CALL would break such a station; undefined where it would not. Never cut: which measurands matter is not ours to say. */
export function unfitForModel({ measurandsMax }: Traits, action: string, payload: object): string | undefined {
  if (measurandsMax === null) return undefined;
  for (const [variable, value] of written(action, payload)) {
    const count = value.split(',').filter((measurand) => measurand.trim() !== '').length;
    if (measurandLists.has(variable) && count > measurandsMax)
      return `${variable}: this model keeps ${measurandsMax} measurands at most, ${count} would break its configuration`;
  }
  return undefined;
}

/** The guards of both CALLs made sure of it. */
type Written = {
  readonly key?: string;
  readonly value?: string;
  readonly setVariableData?: readonly WrittenVariable[];
};
type WrittenVariable = { readonly variable: { readonly name: string }; readonly attributeValue: string };

/** Names and values that a CALL writes: ChangeConfiguration of 1.6, SetVariables of 2.x. */
export function written(action: string, payload: object): readonly (readonly [string, string])[] {
  const { key = '', value = '', setVariableData = [] }: Written = payload;
  if (action === 'ChangeConfiguration') return [[key, value]];
  if (action !== 'SetVariables') return [];
  return setVariableData.map(({ variable, attributeValue }) => [variable.name, attributeValue]);
}

function isMatch(pattern: RegExp | undefined, text: string | null): boolean {
  return pattern === undefined || (text !== null && pattern.test(text));
}
