// Who answers what: the paths of the API and the services that own them, most specific first.

export type Owner = 'registry' | 'stations' | 'sessions' | 'billing' | 'ocpi' | 'alerts' | 'analytics';

/** `:name` stands for one segment, a last `*` for one or more. The first row that fits decides. */
export const routes: readonly (readonly [pattern: string, owner: Owner])[] = [
  ['/v1/stations/:stationId/state', 'stations'],
  ['/v1/stations/:stationId/connections', 'stations'],
  ['/v1/stations/:stationId/variables', 'stations'],
  ['/v1/stations/:stationId/commands', 'stations'],
  ['/v1/stations/:stationId/monitors', 'stations'],
  ['/v1/stations/:stationId/firmware-jobs', 'stations'],
  ['/v1/stations/:stationId/log-jobs', 'stations'],
  ['/v1/stations/:stationId/certificates', 'stations'],
  ['/v1/stations/:stationId/issued-certificates', 'stations'],
  ['/v1/stations/:stationId/issued-certificates/:serial/revoke', 'stations'],
  ['/v1/stations/:stationId/local-list', 'stations'],
  ['/v1/stations/:stationId/reservations', 'stations'],
  ['/v1/stations/:stationId/charging-profiles', 'stations'],
  ['/v1/stations/:stationId/profiles', 'stations'],
  ['/v1/stations/:stationId/profiles/:owner', 'stations'],
  ['/v1/stations/:stationId/profiles/:owner/:name', 'stations'],
  ['/v1/stations/:stationId/composite-schedules', 'stations'],
  ['/v1/stations/:stationId/charging-limits', 'stations'],
  ['/v1/stations/:stationId/display-messages', 'stations'],
  ['/v1/stations/:stationId/security-events', 'stations'],
  ['/v1/stations/:stationId/device-events', 'stations'],
  ['/v1/stations/:stationId/boots', 'stations'],
  ['/v1/stations/:stationId/files', 'stations'],
  ['/v1/stations/:stationId/files/:fileId/content', 'stations'],
  ['/v1/bulk-commands', 'stations'],
  ['/v1/bulk-commands/*', 'stations'],
  ['/v1/firmware-campaigns', 'stations'],
  ['/v1/firmware-campaigns/*', 'stations'],
  ['/v1/file-storage', 'stations'],
  ['/v1/files', 'stations'],
  ['/v1/files/:fileId', 'stations'],
  ['/v1/stations/:stationId/onboarding', 'stations'],
  ['/v1/stations/:stationId/configuration-drift', 'stations'],
  ['/v1/configuration-drift', 'stations'],
  ['/v1/security-events', 'stations'],
  ['/v1/quirks', 'stations'],
  ['/v1/station-states', 'stations'],
  ['/v1/commands', 'stations'],
  ['/v1/commands/:commandId', 'stations'],
  ['/v1/projections/sessions', 'sessions'],
  ['/v1/projections/sessions/*', 'sessions'],
  ['/v1/projections/ocpi_registry', 'ocpi'],
  ['/v1/projections/ocpi_registry/*', 'ocpi'],
  ['/v1/projections/ocpi_evse_status', 'ocpi'],
  ['/v1/projections/ocpi_evse_status/*', 'ocpi'],
  ['/v1/projections/ocpi_sessions', 'ocpi'],
  ['/v1/projections/ocpi_sessions/*', 'ocpi'],
  ['/v1/projections/ocpi_cdrs', 'ocpi'],
  ['/v1/projections/ocpi_cdrs/*', 'ocpi'],
  ['/v1/projections/billing_sessions', 'billing'],
  ['/v1/projections/billing_sessions/*', 'billing'],
  ['/v1/projections/billing_places', 'billing'],
  ['/v1/projections/billing_places/*', 'billing'],
  ['/v1/projections/cdrs', 'billing'],
  ['/v1/projections/cdrs/*', 'billing'],
  ['/v1/projections/alerts_stations', 'alerts'],
  ['/v1/projections/alerts_stations/*', 'alerts'],
  ['/v1/projections/alerts_places', 'alerts'],
  ['/v1/projections/alerts_places/*', 'alerts'],
  ['/v1/projections/alerts_sessions', 'alerts'],
  ['/v1/projections/alerts_sessions/*', 'alerts'],
  ['/v1/projections/*', 'stations'],
  ['/v1/sessions/:sessionId/readings', 'analytics'],
  ['/v1/sessions', 'sessions'],
  ['/v1/sessions/:sessionId', 'sessions'],
  ['/v1/sessions-summary', 'sessions'],
  ['/v1/tariffs', 'billing'],
  ['/v1/tariffs/:tariffId', 'billing'],
  ['/v1/tariffs/:tariffId/versions', 'billing'],
  ['/v1/tariff-assignments', 'billing'],
  ['/v1/tariff-assignments/:assignmentId', 'billing'],
  ['/v1/cdrs', 'billing'],
  ['/v1/cdrs/:cdrId', 'billing'],
  ['/v1/cdrs/:cdrId/explanation', 'billing'],
  ['/v1/billing-reviews', 'billing'],
  ['/v1/billing-reviews/:reviewId', 'billing'],
  ['/v1/billing-reviews/:reviewId/resolve', 'billing'],
  ['/v1/readings', 'analytics'],
  ['/v1/energy', 'analytics'],
  ['/v1/frames', 'analytics'],
  ['/v1/alert-rules', 'alerts'],
  ['/v1/alert-rules/:id', 'alerts'],
  ['/v1/maintenance-windows', 'alerts'],
  ['/v1/maintenance-windows/:id', 'alerts'],
  ['/v1/webhooks', 'alerts'],
  ['/v1/webhooks/:id', 'alerts'],
  ['/v1/webhooks/:id/secret', 'alerts'],
  ['/v1/webhooks/:id/test', 'alerts'],
  ['/v1/webhooks/:id/deliveries', 'alerts'],
  ['/v1/webhooks/:id/redrive', 'alerts'],
  ['/v1/alerts', 'alerts'],
  ['/v1/alerts/:alertId', 'alerts'],
  ['/v1/alerts/:alertId/acknowledge', 'alerts'],
  ['/v1/planned-outages', 'alerts'],
  ['/v1/planned-outages/:outageId', 'alerts'],
  ['/v1/ocpi/partners', 'ocpi'],
  ['/v1/ocpi/partners/:partnerId', 'ocpi'],
  ['/v1/ocpi/partners/:partnerId/tokens', 'ocpi'],
  ['/v1/ocpi/partners/:partnerId/handshake', 'ocpi'],
  ['/v1/tenants', 'registry'],
  ['/v1/tenants/:tenantId', 'registry'],
  ['/v1/parties', 'registry'],
  ['/v1/parties/:partyId', 'registry'],
  ['/v1/locations', 'registry'],
  ['/v1/locations/:locationId', 'registry'],
  ['/v1/stations', 'registry'],
  ['/v1/stations/:stationId', 'registry'],
  ['/v1/stations/:stationId/evses', 'registry'],
  ['/v1/stations/:stationId/evses/:evseId', 'registry'],
  ['/v1/stations/:stationId/acceptance', 'registry'],
  ['/v1/stations/:stationId/credentials', 'registry'],
  ['/v1/stations/:stationId/credentials/rotations', 'registry'],
  ['/v1/stations/:stationId/credentials/:credentialId', 'registry'],
  ['/v1/held-stations', 'registry'],
  ['/v1/held-stations/:stationId', 'registry'],
  ['/v1/held-stations/:stationId/approve', 'registry'],
  ['/v1/imports/transactions', 'stations'],
  ['/v1/imports/:kind', 'registry'],
  ['/v1/templates', 'registry'],
  ['/v1/templates/:templateId', 'registry'],
  ['/v1/tokens', 'registry'],
  ['/v1/tokens/:tokenRef', 'registry'],
  ['/v1/keys', 'registry'],
  ['/v1/keys/:keyId', 'registry'],
];

const compiled = routes.map(([pattern, owner]) => ({ expression: expressionOf(pattern), owner }));

/**
 * The owner of a path; undefined where nobody owns it, or where its segments are not what they seem: dot segments, also
 * in their encoded forms, would be resolved behind our back by the next URL parser.
 * @param path as the client sent it, without query.
 */
export function ownerOf(path: string): Owner | undefined {
  if (path.split('/').some(isDotSegment)) return undefined;
  return compiled.find(({ expression }) => expression.test(path))?.owner;
}

function isDotSegment(segment: string): boolean {
  return /^(?:\.|%2e){1,2}$/i.test(segment);
}

function expressionOf(pattern: string): RegExp {
  const segments = pattern.split('/').map((segment) => {
    if (segment === '*') return '.+';
    return segment.startsWith(':') ? '[^/]+' : segment;
  });
  return new RegExp(`^${segments.join('/')}$`);
}
