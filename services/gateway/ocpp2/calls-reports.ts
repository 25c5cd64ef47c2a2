// What 2.x stations answer when we ask for a report: whether it comes, and of what it will be one (B07, B08, K09, N02, O03).
import type { OCPP20 } from 'typed-ocpp';
import type { ChargingEvent, ReportRequested } from '#contracts/generated/types';
import { withFacts, type AnswerContext } from '../domain/call.ts';

/** A report without content is as good as one: the station has nothing of it. */
const emptyWords: ReadonlySet<string> = new Set(['EmptyResultSet', 'NoProfiles', 'Unknown']);

const inventories = {
  FullInventory: 'fullInventory',
  ConfigurationInventory: 'configurationInventory',
  SummaryInventory: 'summaryInventory',
} as const;

export const getBaseReport = withFacts<OCPP20.GetBaseReportRequest, OCPP20.GetBaseReportResponse>(
  (answer, { request: { requestId, reportBase }, meta }) =>
    requested(answer, { meta, requestId, report: inventories[reportBase], criteria: {} }),
  ['Accepted', 'EmptyResultSet'],
);

export const getReport = withFacts<OCPP20.GetReportRequest, OCPP20.GetReportResponse>(
  (answer, { request: { requestId, componentCriteria, componentVariable }, meta }) =>
    requested(answer, { meta, requestId, report: 'customReport', criteria: { componentCriteria, componentVariable } }),
  ['Accepted', 'EmptyResultSet'],
);

export const getMonitoringReport = withFacts<OCPP20.GetMonitoringReportRequest, OCPP20.GetMonitoringReportResponse>(
  (answer, { request: { requestId, monitoringCriteria, componentVariable }, meta }) =>
    requested(answer, { meta, requestId, report: 'monitoring', criteria: { monitoringCriteria, componentVariable } }),
  ['Accepted', 'EmptyResultSet'],
);

export const getDisplayMessages = withFacts<OCPP20.GetDisplayMessagesRequest, OCPP20.GetDisplayMessagesResponse>(
  (answer, { request: { requestId, id, priority, state }, meta }) =>
    requested(answer, { meta, requestId, report: 'displayMessages', criteria: { id, priority, state } }),
  ['Accepted', 'Unknown'],
);

export const getChargingProfiles = withFacts<OCPP20.GetChargingProfilesRequest, OCPP20.GetChargingProfilesResponse>(
  (answer, { request: { requestId, evseId, chargingProfile }, meta }) => {
    const { chargingProfileId, chargingProfilePurpose, stackLevel, chargingLimitSource } = chargingProfile;
    const criteria = { evseId, chargingProfileId, chargingProfilePurpose, stackLevel, chargingLimitSource };
    return requested(answer, { meta, requestId, report: 'chargingProfiles', criteria });
  },
  ['Accepted', 'NoProfiles'],
);

type Asked = Pick<ReportRequested, 'requestId' | 'report'> &
  Pick<AnswerContext<never>, 'meta'> & { readonly criteria: Readonly<Record<string, unknown>> };

function requested(
  { status }: { readonly status: string },
  { meta, requestId, report, criteria }: Asked,
): ChargingEvent {
  const criteriaJson = JSON.stringify(criteria);
  const isComplete = criteriaJson === '{}';
  return {
    type: 'ReportRequested',
    meta: meta(null),
    requestId,
    report,
    isComplete,
    isEmpty: emptyWords.has(status),
    criteriaJson: isComplete ? null : criteriaJson,
  };
}
