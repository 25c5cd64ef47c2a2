// Payloads kept whole lose their secrets and driver ids here: one table for all versions.

const hiddenKeys: ReadonlySet<string> = new Set([
  'idTag',
  'parentIdTag',
  'idToken',
  'groupIdToken',
  'additionalIdToken',
  'emaid',
  'evccId',
  'password',
  'basicAuthPassword',
  'authorizationKey',
  'AuthorizationKey',
  'apnPassword',
  'exiRequest',
  'exiResponse',
  'certificate',
  'iso15118CertificateHashData',
  'customerIdentifier',
]);

/** Actions whose data field carries what a station knows about a driver (2.x N09). */
const driverDataActions: ReadonlySet<string> = new Set(['NotifyCustomerInformation']);

/** JSON text of a payload without secrets and driver ids. */
export function redactedJson(action: string, payload: unknown): string {
  const hideData = driverDataActions.has(action);
  return (
    JSON.stringify(payload, (key, value: unknown) =>
      hiddenKeys.has(key) || (hideData && key === 'data') ? '[redacted]' : value,
    ) ?? 'null'
  );
}
