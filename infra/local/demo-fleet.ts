// The small fleet of `npm start`: three versions, AC and DC, some makes with habits; the seed registers exactly these stations.
export const demoFleet = { stations: 25, seed: 'demo', prefix: 'demo', vendors: 'mix' } as const;

const rhythm = { 'meter-interval-seconds': 10, 'session-seconds': 120, 'idle-seconds': 20, 'report-seconds': 10 };

/** The arguments of load-tests/fleet/main.ts for it. */
export function demoFleetArgs(ocppUrl: string): string[] {
  return Object.entries({ url: ocppUrl, ...demoFleet, ...rhythm }).flatMap(([flag, value]) => [
    `--${flag}`,
    String(value),
  ]);
}
