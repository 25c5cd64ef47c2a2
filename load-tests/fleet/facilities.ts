// What a platform has set up in a station beside its settings; each part is made at its first use, so idle stations stay small.
import type { Availability } from '#load-tests/fleet/answers/availability';
import type { Certificates } from '#load-tests/fleet/answers/certificates';
import type { ChargingProfiles } from '#load-tests/fleet/answers/charging-profiles';
import type { DerControls } from '#load-tests/fleet/answers/der-controls';
import type { Display } from '#load-tests/fleet/answers/display';
import type { FirmwareJobs } from '#load-tests/fleet/answers/firmware';
import type { ListEntry, LocalList } from '#load-tests/fleet/answers/local-list';
import type { LogJob } from '#load-tests/fleet/answers/logs';
import type { Monitoring } from '#load-tests/fleet/answers/monitoring';
import type { NetworkProfiles } from '#load-tests/fleet/answers/network-profiles';
import type { Reservations } from '#load-tests/fleet/answers/reservations';
import type { Streams } from '#load-tests/fleet/answers/event-streams';
import type { Tariffs } from '#load-tests/fleet/answers/tariffs';
import type { Timer } from '#load-tests/fleet/clock';

/** It survives reboots, as the memory of a real station does. */
export type Facilities = {
  availability?: Availability;
  reservations?: Reservations;
  localList?: LocalList;
  cache?: Map<string, ListEntry>;
  chargingProfiles?: ChargingProfiles;
  firmware?: FirmwareJobs;
  log?: LogJob;
  certificates?: Certificates;
  monitoring?: Monitoring;
  streams?: Streams;
  display?: Display;
  networkProfiles?: NetworkProfiles;
  tariffs?: Tariffs;
  derControls?: DerControls;
  /** Device model variables that a platform has changed, beside the settings. */
  variables?: Map<string, string>;
};

/** The power is off: nothing that was under way goes on. */
export function haltFacilities({ reservations, firmware, log, monitoring, streams }: Facilities): void {
  const timers = [
    ...[...(reservations?.values() ?? [])].map(({ timer }) => timer),
    ...[...(monitoring?.monitors.values() ?? [])].map(({ timer }) => timer),
    ...[...(streams?.values() ?? [])].flatMap(({ sampleTimer, sendTimer }) => [sampleTimer, sendTimer]),
  ];
  for (const timer of timers) timer?.cancel();
  for (const job of [firmware?.job, log]) if (job !== undefined) abandon(job);
}

/** Silences a job; it goes no step further. */
export function abandon(job: { isCanceled: boolean; readonly timer: Timer | undefined }): void {
  job.isCanceled = true;
  job.timer?.cancel();
}
