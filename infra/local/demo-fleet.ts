// The small fleet of `npm start`: what it is made of; the seed registers exactly these stations.
export const demoFleet = {
  stations: 25,
  seed: 1,
  prefix: 'demo',
  meterIntervalSeconds: 10,
  sessionSeconds: 120,
  idleSeconds: 20,
} as const;

/** The arguments of load-tests/fleet/main.ts for it. */
export function demoFleetArgs(ocppUrl: string): string[] {
  return [
    ...['--stations', String(demoFleet.stations)],
    ...['--url', ocppUrl],
    ...['--seed', String(demoFleet.seed)],
    ...['--prefix', demoFleet.prefix],
    ...['--meter-interval-seconds', String(demoFleet.meterIntervalSeconds)],
    ...['--session-seconds', String(demoFleet.sessionSeconds)],
    ...['--idle-seconds', String(demoFleet.idleSeconds)],
    ...['--report-seconds', '10'],
  ];
}
