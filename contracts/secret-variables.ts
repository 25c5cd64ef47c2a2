// Configuration whose value is a secret: never in Kafka, never shown, written through the credentials route only.

/** In lower case. */
export const secretVariableNames: ReadonlySet<string> = new Set([
  'authorizationkey',
  'basicauthpassword',
  'apnpassword',
  'password',
  'vpnpassword',
  'apn.password',
]);

/** Whether a 1.6 key or 2.x variable holds a secret (whitepaper A01.FR.09, 2.x BasicAuthPassword, APN and VPN passwords). */
export function isSecretVariable(name: string): boolean {
  return secretVariableNames.has(name.toLowerCase());
}
