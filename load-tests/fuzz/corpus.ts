// Frames as they are right, of every action of a version and both directions: what the fuzzer then spoils.
import * as schemas16 from 'typed-ocpp/dist/ocpp16/schemas.js';
import * as schemas201 from 'typed-ocpp/dist/ocpp20/schemas.js';
import * as schemas21 from 'typed-ocpp/dist/ocpp21/schemas.js';
import { actionsOf, guardOf, type OcppVersion } from '#contracts/ocpp';
import { Random } from '#load-tests/fleet/random';
import { sampleOf, type Schema } from './sample.ts';

export type Corpus = {
  /** CALLs of every action, those included that only we may send; 2.1's SENDs too. */
  readonly requests: readonly Message[];
  /** What stations answer to us. */
  readonly answers: readonly Message[];
};
export type Message = { readonly action: string; readonly payload: object };

const schemas: Readonly<Record<OcppVersion, Readonly<Record<string, unknown>>>> = {
  '1.6': schemas16,
  '2.0.1': schemas201,
  '2.1': schemas21,
};

/** Shares of optional fields: the smallest message that is right, an ordinary one, a full one. */
const shares = [0, 0.3, 0.9] as const;
/** Some need a few draws: a rule between fields that a schema of types cannot say. */
const drawsMax = 20;

/** Every request and answer of the version, thrice each; all are valid. */
export function corpusOf(version: OcppVersion, seed: string, cards: readonly string[], nowMs: number): Corpus {
  const random = new Random(`${seed}/corpus/${version}`);
  const words = wordsWith(cards);
  const draw = (action: string, part: 'Request' | 'Response'): Message[] => {
    const schema = schemaOf(version, action, part);
    if (schema === undefined) return [];
    const definitions = schema.definitions ?? {};
    const isValid = guardOf(version, action, part);
    return shares.flatMap((optional) => {
      for (let left = drawsMax; left > 0; left--) {
        const payload = sampleOf(schema, { definitions, random, optional, nowMs, words }) as object;
        if (isValid?.(payload) === undefined) return [{ action, payload }];
      }
      return [];
    });
  };
  const actions = actionsOf(version);
  return {
    requests: actions.flatMap((action) => draw(action, 'Request')),
    answers: actions.flatMap((action) => draw(action, 'Response')),
  };
}

function schemaOf(version: OcppVersion, action: string, part: 'Request' | 'Response'): Schema | undefined {
  const known = schemas[version];
  const name = part === 'Request' && Object.hasOwn(known, action) ? action : `${action}${part}`;
  return Object.hasOwn(known, name) ? (known[name] as Schema) : undefined;
}

function wordsWith(cards: readonly string[]): Readonly<Record<string, readonly string[]>> {
  return {
    idTag: cards,
    idToken: cards,
    parentIdTag: cards,
    transactionId: ['tx-1', 'tx-2', 'tx-3'],
    value: ['0', '16.04', '230.1', '123456', '-3', '1e3', 'Accepted'],
    key: ['HeartbeatInterval', 'AuthorizationKey', 'MeterValueSampleInterval'],
    unit: ['Wh', 'kWh', 'W', 'A', 'V', 'Celsius'],
    location: ['ftp://files.example/logs', 'https://files.example/firmware.bin'],
    vendorId: ['com.example'],
    chargePointVendor: ['Example'],
    vendorName: ['Example'],
  };
}
