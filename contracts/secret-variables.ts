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

/** `name: value`, `name=value`, also where quotes stand around either, with backslashes before them. */
function valueAfter(names: Iterable<string>): RegExp {
  const any = [...names].map((name) => name.replaceAll('.', String.raw`\.`)).join('|');
  return new RegExp(String.raw`((?:${any})["'\\]*\s*[:=]\s*)(?:(\\*["']).*?(?:\2|$)|[^\s"'\\,;&}\]]+)`, 'gis');
}

const secretValue = valueAfter(secretVariableNames);

/** Whether a text of no known form (vendors' own messages) tells the value of a secret variable. */
export function tellsSecret(text: string): boolean {
  return text.search(secretValue) >= 0;
}

/**
 * Hides in a text of no known form what stands after the names of secrets, and after these.
 * @param names more names whose values are hidden, in any case
 */
export function secretsHider(names: readonly string[]): (text: string) => string {
  const values = valueAfter([...secretVariableNames, ...names]);
  return (text) => text.replaceAll(values, '$1[redacted]');
}
