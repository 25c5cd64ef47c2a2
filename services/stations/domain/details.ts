// What a station has beside its live state, one document per subject; null: nobody told of it.
import type { Certificates } from './certificates.ts';
import type { ChargingProfiles } from './charging-profiles.ts';
import type { DisplayMessages } from './display-messages.ts';
import type { FirmwareJobs, LogJobs } from './jobs.ts';
import type { Availability, ChargingLimit, CompositeSchedule, LocalList } from './latest.ts';
import type { Alarms, Monitors } from './monitors.ts';
import type { ReportRequests } from './report-requests.ts';
import type { Reservations } from './reservations.ts';
import type { Starts } from './starts.ts';

export type Details = {
  readonly alarms: Alarms | null;
  readonly availability: readonly Availability[] | null;
  readonly certificates: Certificates | null;
  readonly chargingLimits: readonly ChargingLimit[] | null;
  readonly chargingProfiles: ChargingProfiles | null;
  readonly compositeSchedules: readonly CompositeSchedule[] | null;
  readonly displayMessages: DisplayMessages | null;
  readonly firmwareJobs: FirmwareJobs | null;
  readonly localList: LocalList | null;
  readonly logJobs: LogJobs | null;
  readonly monitors: Monitors | null;
  readonly reportRequests: ReportRequests | null;
  readonly reservations: Reservations | null;
  readonly starts: Starts | null;
};

export type Subject = keyof Details;

/** Of a station that told of nothing: the same object for all, most stations of a large fleet. */
export const noDetails: Details = {
  alarms: null,
  availability: null,
  certificates: null,
  chargingLimits: null,
  chargingProfiles: null,
  compositeSchedules: null,
  displayMessages: null,
  firmwareJobs: null,
  localList: null,
  logJobs: null,
  monitors: null,
  reportRequests: null,
  reservations: null,
  starts: null,
};
