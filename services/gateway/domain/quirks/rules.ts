// What stations send against their own schema and how it is read all the same: one table, first match wins.
import type { OcppVersion, Violation } from '#contracts/ocpp';
import { isMeant, type Device, type DevicePattern } from '../models.ts';
import {
  booleanOfText,
  emptyDropped,
  emptyListKept,
  emptyObject,
  extensionKept,
  extraKept,
  fractionKept,
  idKept,
  listOfOne,
  noNumberKept,
  nullDropped,
  numberOfText,
  spelling,
  textOfNumber,
  textOfObject,
  timeKept,
  tooLongKept,
  wordKept,
  wordMeans,
  type Mend,
} from './mends.ts';

export type Rule = {
  /** The quirk's name in QuirksObserved and metrics. */
  readonly name: string;
  /** Keywords of the validator that it answers. */
  readonly keywords: readonly string[];
  /** What the keyword `type` asked for. */
  readonly wants?: readonly string[];
  readonly versions?: readonly OcppVersion[];
  readonly actions?: readonly string[];
  readonly device?: DevicePattern;
  // Names as nameOfPlace gives them; every place where none is given.
  readonly place?: RegExp;
  readonly mend: Mend;
};

const v16 = ['1.6'] as const;
const v2 = ['2.0.1', '2.1'] as const;
/** Any other keyword than `required`, at which there is no value yet. */
const ofValues = ['type', 'enum', 'format', 'minLength', 'pattern', 'minItems', 'minimum', 'maximum'] as const;
/** Words that no decision hangs on: they are told, not acted upon. Statuses are not among them. */
const openWords16 = /^\/(?:errorCode|reason)$|\/sampledValue\/\*\/(?:context|format|measurand|phase|location|unit)$/;
const openWords2 =
  /^\/(?:triggerReason|reason|idToken\/type)$|^\/transactionInfo\/(?:chargingState|stoppedReason)$|\/sampledValue\/\*\/(?:context|measurand|phase|location)$/;

const emptyMeterValue = { timestamp: '2020-01-01T00:00:00Z', sampledValue: [{ value: 0 }] };

export const rules: readonly Rule[] = [
  // Of a vendor, model or firmware: before the general ones.
  {
    // lbbrhzn/ocpp#1248
    name: 'vendor-word',
    keywords: ['enum'],
    device: { vendor: /^legrand/i },
    actions: ['StatusNotification'],
    versions: v16,
    place: /^\/errorCode$/,
    mend: wordMeans({ Error: 'OtherError' }),
  },
  // Of anyone.
  { name: 'null-member', keywords: ofValues, mend: nullDropped },
  { name: 'number-for-text', keywords: ['type'], wants: ['string'], mend: textOfNumber },
  { name: 'text-for-number', keywords: ['type'], wants: ['integer', 'number'], mend: numberOfText },
  {
    // Of another backend, say. It names one all the same: -1 would end whichever charges now.
    name: 'odd-transaction',
    keywords: ['type'],
    wants: ['integer'],
    versions: v16,
    place: /^\/transactionId$/,
    mend: idKept,
  },
  {
    name: 'fraction-of-wh',
    keywords: ['type'],
    wants: ['integer'],
    versions: v16,
    place: /^\/meter(?:Start|Stop)$/,
    mend: fractionKept,
  },
  {
    name: 'no-number',
    keywords: ['type'],
    wants: ['number'],
    versions: v2,
    place: /\/sampledValue\/\*\/value$/,
    mend: noNumberKept,
  },
  {
    name: 'object-for-text',
    keywords: ['type'],
    wants: ['string'],
    versions: v16,
    actions: ['DataTransfer'],
    place: /^\/data$/,
    mend: textOfObject,
  },
  { name: 'text-for-boolean', keywords: ['type'], wants: ['boolean'], mend: booleanOfText },
  { name: 'object-for-list', keywords: ['type'], wants: ['array'], mend: listOfOne },
  {
    name: 'empty-list',
    keywords: ['minItems'],
    versions: v2,
    actions: ['MeterValues'],
    place: /^\/meterValue$/,
    mend: emptyListKept(emptyMeterValue),
  },
  {
    name: 'empty-list',
    keywords: ['minItems'],
    versions: v2,
    place: /\/sampledValue$/,
    mend: emptyListKept(emptyMeterValue.sampledValue[0]),
  },
  {
    // What it does besides, its transaction tells (2.x G01).
    name: 'word-of-1.6',
    keywords: ['enum'],
    versions: v2,
    actions: ['StatusNotification'],
    place: /^\/connectorStatus$/,
    mend: wordMeans({
      Preparing: 'Occupied',
      Charging: 'Occupied',
      SuspendedEV: 'Occupied',
      SuspendedEVSE: 'Occupied',
      Finishing: 'Occupied',
    }),
  },
  {
    name: 'nameless-extension',
    keywords: ['required'],
    versions: v2,
    place: /\/customData$/,
    mend: extensionKept,
  },
  { name: 'spelling', keywords: ['enum'], mend: spelling },
  { name: 'unknown-word', keywords: ['enum'], versions: v16, place: openWords16, mend: wordKept },
  { name: 'unknown-word', keywords: ['enum'], versions: v2, place: openWords2, mend: wordKept },
  { name: 'empty-list-for-object', keywords: ['type'], wants: ['object'], mend: emptyObject },
  { name: 'empty-member', keywords: ofValues, mend: emptyDropped },
  { name: 'too-long', keywords: ['maxLength'], mend: tooLongKept },
  { name: 'unreadable-time', keywords: ['format'], mend: timeKept },
  { name: 'extra-member', keywords: ['additionalProperties'], mend: extraKept },
];

/** Rules that may answer a violation of that message, in their order. */
export function rulesFor(
  message: { readonly version: OcppVersion; readonly action: string; readonly device: Device },
  violation: Violation,
  place: string,
): readonly Rule[] {
  const wanted = violation.params?.['type'];
  return rules.filter(
    (rule) =>
      rule.keywords.includes(violation.keyword) &&
      (rule.wants === undefined || (typeof wanted === 'string' && rule.wants.includes(wanted))) &&
      (rule.versions === undefined || rule.versions.includes(message.version)) &&
      (rule.actions === undefined || rule.actions.includes(message.action)) &&
      (rule.place === undefined || rule.place.test(place)) &&
      (rule.device === undefined || isMeant(rule.device, message.device)),
  );
}
