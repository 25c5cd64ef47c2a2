// Who keeps charging profiles in stations: each owner has purposes, stack levels and numbers of its own.
import { createHash } from 'node:crypto';
import type { ChargingProfile } from '#contracts/commands/profile';

export type ProfileOwner = 'operator' | 'site' | 'ocpi';
type Purpose = ChargingProfile['purpose'];

type Range = {
  readonly purposes: readonly Purpose[];
  /** Of its levelsPerOwner levels the lowest: of one purpose, the higher level wins at the station. */
  readonly levelFrom: number;
  readonly idFrom: number;
};

/** Profiles that nobody here owns (set by intent or by name) are numbered below. */
const idsPerOwner = 100_000_000;
export const levelsPerOwner = 3;

/** A site's limits protect its wiring, so that they win over an operator's wish; a partner steers its drivers' transactions. */
export const profileOwners: Readonly<Record<ProfileOwner, Range>> = {
  operator: {
    purposes: ['ChargingStationMaxProfile', 'TxDefaultProfile', 'TxProfile', 'PriorityCharging', 'LocalGeneration'],
    levelFrom: 0,
    idFrom: 3 * idsPerOwner,
  },
  site: {
    purposes: ['ChargingStationMaxProfile', 'TxDefaultProfile'],
    levelFrom: levelsPerOwner,
    idFrom: idsPerOwner,
  },
  ocpi: { purposes: ['TxProfile'], levelFrom: 2 * levelsPerOwner, idFrom: 2 * idsPerOwner },
};

export const ownerNames = ['operator', 'site', 'ocpi'] as const satisfies readonly ProfileOwner[];

/** Why the owner may not have such a profile, by path; undefined where it may. */
export function ownersFault(
  owner: ProfileOwner,
  { purpose, transactionId }: Pick<ChargingProfile, 'purpose' | 'transactionId'>,
  evseId: number,
): { readonly path: string; readonly message: string } | undefined {
  const { purposes } = profileOwners[owner];
  if (!purposes.includes(purpose)) {
    return { path: 'body/profile/purpose', message: `${owner} has profiles for ${purposes.join(', ')}` };
  }
  if (purpose === 'ChargingStationMaxProfile' && evseId !== 0)
    return { path: 'body/evseId', message: 'a ChargingStationMaxProfile is of the whole station' };
  if (purpose === 'TxProfile' && evseId === 0) return { path: 'body/evseId', message: 'a TxProfile is of an EVSE' };
  if ((purpose === 'TxProfile') === (transactionId !== undefined)) return undefined;
  return { path: 'body/profile/transactionId', message: 'a TxProfile, and no other, is for one transaction' };
}

/** The number of a name, on any instance the same; tried: how many others have it already. */
export function profileIdOf(owner: ProfileOwner, name: string, tried: number): number {
  const hash = createHash('sha256').update(`${owner}\0${name}`).digest().readUInt32BE(0);
  return profileOwners[owner].idFrom + ((hash + tried) % idsPerOwner);
}

/** Whose number it is; undefined where none of them has it. */
export function ownerOf(profileId: number): ProfileOwner | undefined {
  return ownerNames.find((owner) => {
    const { idFrom } = profileOwners[owner];
    return profileId >= idFrom && profileId < idFrom + idsPerOwner;
  });
}
