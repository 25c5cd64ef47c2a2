// How stations of some models write a card's uid, and how it is written everywhere else: one table, and what operators add.
import { tokenIdentityOf } from '#contracts/keys';
import type { TokenShown } from './action.ts';
import { isMeant, type Device, type DevicePattern } from './models.ts';

/** What is done to a uid in hexadecimal digits, in the order given; one that is no such number stays as it is. */
export const uidSteps = {
  /** 04:A1:B2:C3 */
  'without-separators': (uid) => uid.replaceAll(/[:\-. ]/g, ''),
  /** Least significant byte first. */
  'bytes-reversed': (uid) => (uid.match(/../g) ?? []).toReversed().join(''),
  /** Short uids filled up in front. */
  'without-leading-zeros': (uid) => uid.replace(/^(?:00)+(?=..)/, ''),
  /** Short uids filled up behind. */
  'without-trailing-zeros': (uid) => uid.replace(/(?<=..)(?:00)+$/, ''),
} as const satisfies Record<string, (uid: string) => string>;

export type UidStep = keyof typeof uidSteps;
export type UidRule = { readonly device: DevicePattern; readonly steps: readonly UidStep[] };

/** Each names the report that it goes by. */
export const uidRules: readonly UidRule[] = [
  // dingo35/SmartEVSE-3.5#98: its reader knows six bytes and fills up cards of four.
  { device: { vendor: /^smart\s?evse/i }, steps: ['without-trailing-zeros'] },
];

const hex = /^(?:[0-9A-Fa-f]{2})+$/;

/** The token as it is registered: the first rule that means the station applies. Trim and case are the tokenRef's. */
export function normalToken(shown: TokenShown, device: Device, rules: readonly UidRule[]): TokenShown {
  const { type, uid } = tokenIdentityOf(shown.type, shown.uid);
  if (!cardLike.has(type)) return { type, uid };
  const rule = rules.find(({ device: pattern }) => isMeant(pattern, device));
  return { type, uid: rule === undefined ? uid : rule.steps.reduce(stepped, uid.trim()) };
}

/** What a reader reads; the other types are names and codes that nobody turns around. */
const cardLike: ReadonlySet<string> = new Set(['Unknown', 'ISO14443', 'ISO15693', 'Central', 'Local']);

function stepped(uid: string, step: UidStep): string {
  // Only a number has bytes; what separates them has to go first.
  if (step !== 'without-separators' && !hex.test(uid)) return uid;
  const changed = uidSteps[step](uid);
  return hex.test(changed) ? changed : uid;
}
