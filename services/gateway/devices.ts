// Devices as the model table knows them: all stations of a kind share one, so that an idle station stays small.
import type { TraitOverrides } from '#contracts/generated/types';
import { traitsOf, type Device, type Traits } from './domain/models.ts';

export type KnownDevice = Device & { readonly traits: Traits };

/** Kinds that are remembered; beyond it the oldest is looked up again. */
const devicesMax = 10_000;
const known = new Map<string, KnownDevice>();

/** A device as the table knows it, but as its operators say where they do. */
export function treatedDevice(device: Device, overrides: TraitOverrides | null): KnownDevice {
  const kind = knownDevice(device);
  if (overrides === null) return kind;
  const said = Object.entries(overrides).filter(([, value]) => value !== null);
  return { ...kind, traits: { ...kind.traits, ...Object.fromEntries(said) } };
}

function knownDevice({ vendor, model, firmware }: Device): KnownDevice {
  const key = JSON.stringify([vendor, model, firmware]);
  const found = known.get(key);
  if (found !== undefined) return found;
  const [oldest] = known.keys();
  if (known.size >= devicesMax && oldest !== undefined) known.delete(oldest);
  const device: KnownDevice = { vendor, model, firmware, traits: traitsOf({ vendor, model, firmware }) };
  known.set(key, device);
  return device;
}
