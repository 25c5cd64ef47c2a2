// What each action's valid cases change in what the platform shows, where all other actions of its version were played before.
import type { AnyRecord } from '#contracts/codec';
import { ocppVersions, type OcppVersion } from '#contracts/ocpp';
import { dialects } from '#services/gateway/parts';
import { allCases } from './all-cases.ts';
import { playReceived, playSent } from './play.ts';
import { nothingKnown, shownOf } from './shown.ts';

export type Direction = 'received' | 'sent';

/** Of one valid case. */
export type Effect = {
  readonly version: OcppVersion;
  readonly direction: Direction;
  readonly action: string;
  readonly title: string;
  readonly facts: readonly AnyRecord[];
  /** By name, sorted. */
  readonly shown: readonly string[];
};

type Played = Omit<Effect, 'shown'>;

/** Of all valid cases; a station of each version, and its connection is open from the beginning. */
export async function allEffects(): Promise<readonly Effect[]> {
  const effects: Effect[] = [];
  for (const version of ocppVersions) effects.push(...effectsOf(await playedOf(version)));
  return effects;
}

function effectsOf(played: readonly Played[]): Effect[] {
  return played.map((one) => {
    const isSame = (other: Played): boolean => other.action === one.action && other.direction === one.direction;
    const others = played.filter((other) => !isSame(other)).flatMap(({ facts }) => facts);
    const { known } = shownOf(nothingKnown, others);
    return { ...one, shown: shownOf(known, one.facts).shown };
  });
}

async function playedOf(version: OcppVersion): Promise<Played[]> {
  const played: Played[] = [];
  for (const [action, { valid }] of Object.entries(allCases.received[version])) {
    const type = dialects[version].actions[action]?.isSend === true ? 6 : 2;
    for (const { title, given, request } of valid) {
      const { facts } = await playReceived(version, [type, 'm', action, request], given);
      played.push({ version, direction: 'received', action, title, facts });
    }
  }
  for (const [action, { valid }] of Object.entries(allCases.sent[version]))
    for (const { title, request, answer } of valid) {
      const { facts } = await playSent(version, { action, payload: request }, (id) => [3, id, answer]);
      played.push({ version, direction: 'sent', action, title, facts });
    }
  return played;
}
