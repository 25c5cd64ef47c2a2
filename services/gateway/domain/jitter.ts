// Intervals that belong to one connection of one station: a fleet never beats in step, and a replay gives the same ones.

const shareMin = 0.9;
const shareSpread = 0.2;

/** An interval with ±10 % jitter, in whole seconds, at least one. */
export function jitteredSeconds(seconds: number, stationKey: string, connectionEpoch: number): number {
  return Math.max(1, Math.round(seconds * (shareMin + shareSpread * jitterOf(stationKey, connectionEpoch))));
}

/** From 0 to below 1: FNV-1a over key and epoch, mixed so that neighbouring ids and epochs lie apart. */
export function jitterOf(stationKey: string, connectionEpoch: number): number {
  let hash = 0x811c9dc5;
  for (let n = 0; n < stationKey.length; n++) hash = step(hash, stationKey.charCodeAt(n));
  hash = step(step(hash, connectionEpoch % 0x10000), Math.floor(connectionEpoch / 0x10000) % 0x10000);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 0x1_0000_0000;
}

function step(hash: number, value: number): number {
  return Math.imul(hash ^ value, 0x01000193);
}
