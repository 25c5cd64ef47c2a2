// The rows of the stations fold that keep documents: each subject has a file of its own, fences and marks are here.
import type {
  AvailabilityChanged,
  CertificatesReported,
  ChargingLimitChanged,
  ChargingProfilesReported,
  CompositeScheduleReported,
  DisplayMessagesReported,
  FirmwareStatusChanged,
  LocalListReported,
  LogStatusChanged,
  Meta,
  MonitorsReported,
  ReportRequested,
  ReservationChanged,
} from '#contracts/generated/types';
import { certificatesAfter } from './certificates.ts';
import { chargingProfilesAfter, isAskedFor as isProfileAskedFor } from './charging-profiles.ts';
import type { Details, Subject } from './details.ts';
import { displayMessagesAfter, isAskedFor as isMessageAskedFor } from './display-messages.ts';
import { withoutAskedFor } from './inventory.ts';
import { firmwareJobsAfter, logJobsAfter } from './jobs.ts';
import { availabilityAfter, chargingLimitsAfter, compositeSchedulesAfter, localListAfter } from './latest.ts';
import { alarmsWithout, isAskedFor as isMonitorAskedFor, monitorsAfter } from './monitors.ts';
import { requestsAfter, type ReportRequests } from './report-requests.ts';
import { reservationsAfter } from './reservations.ts';
import { before, heard, standingOf, toldOf, type Told } from './standing.ts';
import type { Station } from './station.ts';

type Position = { readonly offset: number };
type Folded = { readonly state: Station };

export const detailFold = {
  AvailabilityChanged: documentOf<'availability', AvailabilityChanged>('availability', availabilityAfter),
  CertificatesReported: documentOf<'certificates', CertificatesReported>('certificates', certificatesAfter),
  ChargingLimitChanged: documentOf<'chargingLimits', ChargingLimitChanged>('chargingLimits', chargingLimitsAfter),
  ChargingProfilesReported: documentOf<'chargingProfiles', ChargingProfilesReported>(
    'chargingProfiles',
    chargingProfilesAfter,
  ),
  CompositeScheduleReported: documentOf<'compositeSchedules', CompositeScheduleReported>(
    'compositeSchedules',
    compositeSchedulesAfter,
  ),
  DisplayMessagesReported: documentOf<'displayMessages', DisplayMessagesReported>(
    'displayMessages',
    displayMessagesAfter,
  ),
  FirmwareStatusChanged: documentOf<'firmwareJobs', FirmwareStatusChanged>('firmwareJobs', firmwareJobsAfter),
  LocalListReported: documentOf<'localList', LocalListReported>('localList', localListAfter),
  LogStatusChanged: documentOf<'logJobs', LogStatusChanged>('logJobs', logJobsAfter),
  MonitorsReported: monitorsReported,
  ReportRequested: reportRequested,
  ReservationChanged: documentOf<'reservations', ReservationChanged>('reservations', reservationsAfter),
};

/** Every telling counts, an older connection's too: what it may still change is the subject's to say, by its epoch. */
function documentOf<S extends Subject, Event extends { readonly meta: Meta }>(
  subject: S,
  after: (known: Details[S], event: Event, told: Told, requests: ReportRequests | null) => Details[S],
) {
  return (state: Station | undefined, event: Event, at: Position): Folded => {
    const station = before(state, event.meta);
    const standing = standingOf(station, event.meta);
    if (standing === 'repeated') return { state: station };
    const told = toldOf(station, event.meta, at);
    const { [subject]: known, reportRequests } = station.details;
    const changed = withDetail(station, subject, after(known, event, told, reportRequests));
    return { state: standing === 'live' ? heard(changed, event.meta) : changed };
  };
}

function monitorsReported(state: Station | undefined, event: MonitorsReported, at: Position): Folded {
  const station = before(state, event.meta);
  const standing = standingOf(station, event.meta);
  if (standing === 'repeated') return { state: station };
  const told = toldOf(station, event.meta, at);
  const { monitors, alarms, reportRequests } = station.details;
  const watched = withDetail(station, 'monitors', monitorsAfter(monitors, event, told, reportRequests));
  const changed = withDetail(watched, 'alarms', alarmsWithout(alarms, event, told));
  return { state: standing === 'live' ? heard(changed, event.meta) : changed };
}

function reportRequested(state: Station | undefined, event: ReportRequested, at: Position): Folded {
  const station = before(state, event.meta);
  const standing = standingOf(station, event.meta);
  if (standing === 'repeated') return { state: station };
  const told = toldOf(station, event.meta, at);
  const changed = event.isEmpty
    ? withoutAny(station, event, told)
    : withDetail(station, 'reportRequests', requestsAfter(station.details.reportRequests, event, told));
  return { state: standing === 'live' ? heard(changed, event.meta) : changed };
}

/** The station has nothing of what was asked for. A device model without any variable is none: that is not believed. */
function withoutAny(station: Station, event: ReportRequested, told: Told): Station {
  const request = { ...event, offset: told.offset };
  const { monitors, displayMessages, chargingProfiles } = station.details;
  switch (event.report) {
    case 'monitoring':
      return withDetail(station, 'monitors', withoutAskedFor(monitors, told, isMonitorAskedFor(request)));
    case 'displayMessages':
      return withDetail(station, 'displayMessages', withoutAskedFor(displayMessages, told, isMessageAskedFor(request)));
    case 'chargingProfiles':
      return withDetail(
        station,
        'chargingProfiles',
        withoutAskedFor(chargingProfiles, told, isProfileAskedFor(request)),
      );
    case 'fullInventory':
    case 'configurationInventory':
    case 'summaryInventory':
    case 'customReport':
    case 'unknown':
      return station;
  }
}

/** The same document is no change: nothing of it is written. */
export function withDetail<S extends Subject>(station: Station, subject: S, document: Details[S]): Station {
  if (station.details[subject] === document) return station;
  return touching({ ...station, details: { ...station.details, [subject]: document } }, subject);
}

/** The document is written again, since its row says more than the document (when a reservation is over by the clock). */
export function touching(station: Station, subject: Subject): Station {
  return station.touched.includes(subject) ? station : { ...station, touched: [...station.touched, subject] };
}
