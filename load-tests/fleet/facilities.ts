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
