// Payloads kept whole lose their secrets and driver ids here: one table for all versions.
import { linkTokenPrefix, withoutLinkTokens } from '#contracts/file-links';
import { isSecretVariable, secretsHider, secretVariableNames } from '#contracts/secret-variables';

const hiddenNames: readonly string[] = [
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
  'apnPassword',
  'exiRequest',
  'exiResponse',
  'certificate',
  'iso15118CertificateHashData',
  'customerIdentifier',
  'prioritizedEMAIDs',
  'vatNumber',
  'vatCompany',
  'company',
  'idTokens',
  'customerCertificate',
  'simPin',
  'vpn',
];
/** In small letters: `IDTAG` is not in any schema, and holds a card all the same. */
const hiddenKeys: ReadonlySet<string> = new Set(hiddenNames.map((name) => name.toLowerCase()));

/** Actions whose data field carries what a station knows about a driver (2.x N09). */
const driverDataActions: ReadonlySet<string> = new Set(['NotifyCustomerInformation']);

/** Actions whose data field holds whatever its vendor likes: a text that may well be JSON, or a configuration key. */
const vendorDataAction = 'DataTransfer';
/** Who names the message, and what it is called: no place of a secret, though it may be about one. */
const vendorWords: ReadonlySet<string> = new Set(['vendorid', 'messageid']);
const withoutSecrets = secretsHider(hiddenNames);

/** Where messages carry a variable's value, beside the `key` (1.6) or `variable.name` (2.x) that names it. */
const valueKeys: ReadonlySet<string> = new Set(['value', 'attributevalue', 'variableattribute', 'actualvalue']);

/** The name of a signed message that could not be unwrapped: what is in it cannot be told. */
export const signedSuffix = '-Signed';

/** Who reads a file or uploads one, and by which password (FirmwareURL, diagnostics location). */
const urlUser = /(:\/\/)[^/?#\s"]*@/g;

/** A text that a station tells of a file, without who fetches it and by which password; null of none. */
export function withoutUrlUser(text: string | undefined): string | null {
  return text === undefined ? null : text.replace(urlUser, '$1[redacted]@');
}

/** JSON text of a payload without secrets and driver ids. */
export function redactedJson(action: string, payload: unknown): string {
  if (action.endsWith(signedSuffix)) return '"[redacted: a signed message]"';
  const hideData = driverDataActions.has(action);
  const replacer = function (this: unknown, name: string, value: unknown): unknown {
    const key = name.toLowerCase();
    const hidden = hiddenKeys.has(key) || (hideData && key === 'data') || (valueKeys.has(key) && isSecretHolder(this));
    if (hidden) return '[redacted]';
    if (typeof value !== 'string') return value;
    const text = action === vendorDataAction && !vendorWords.has(key) ? redactedData(value) : value;
    return withoutLinkTokens(text.includes('://') ? text.replace(urlUser, '$1[redacted]@') : text);
  };
  return JSON.stringify(payload, replacer) ?? 'null';
}

/** What a vendor puts into a text: JSON loses what JSON loses elsewhere, any other text the values after such names. */
function redactedData(text: string): string {
  if (!mayHideFromRuin(text)) return text;
  return redactedStructure(text) ?? redactedWords(text);
}

/** Undefined of what is no JSON. */
function redactedStructure(text: string): string | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    return redactedJson(vendorDataAction, JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Where a secret is named and its value stands elsewhere (`key=AuthorizationKey value=…`), nothing is left. */
function redactedWords(text: string): string {
  const redacted = withoutSecrets(text);
  return secretName.test(redacted.replaceAll(hiddenSecret, '')) ? nothingOf(text) : redacted;
}

const suspicious = [...hiddenNames, ...secretVariableNames].map((word) => word.replaceAll('.', String.raw`\.`));
/** A backslash may spell the letters of a key; a signed message is base64. */
const hiding = String.raw`\\|${linkTokenPrefix}|://[^/?#\s"]*@|${signedSuffix}`;
const suspiciousText = new RegExp(`${hiding}"|"(?:${suspicious.join('|')})"`, 'i');
const suspiciousRuin = new RegExp(`${hiding}|${suspicious.join('|')}`, 'i');

/** Whether the JSON text of a message may hold what redactedJson hides; false is certain, and spares the parsing. */
export function mayHideFrom(action: string, text: string): boolean {
  if (driverDataActions.has(action) || suspiciousText.test(text)) return true;
  return action === vendorDataAction && mayHideFromRuin(text);
}

/** The same for a text that may be no JSON: there a key needs no quotes. */
export function mayHideFromRuin(text: string): boolean {
  return suspiciousRuin.test(text);
}

/** Names that stand for nothing but a secret; "password" is a word of any text. */
const secretNames = suspicious.slice(hiddenNames.length).filter((name) => name !== 'password');
const secretName = new RegExp(secretNames.join('|'), 'i');
const hiddenSecret = new RegExp(String.raw`(?:${secretNames.join('|')})["'\\]*\s*[:=]\s*\[redacted\]`, 'gi');

const untellable = new RegExp([...suspicious.slice(hiddenNames.length), signedSuffix].join('|'), 'i');
const hiddenWords = hiddenNames.join('|');
/** A hidden key's value in a text that is no JSON: a string, ended or not, a list, or whatever stands before the next comma. */
const ruinedValue = new RegExp(String.raw`((?:${hiddenWords})"?\s*:\s*)(?:"[^"]*"?|\[[^\]]*\]?|[^,}\]\s]*)`, 'gi');
const redactedValue = new RegExp(String.raw`(?:${hiddenWords})"?\s*:\s*"\[redacted\]"`, 'gi');
const hiddenWord = new RegExp(hiddenWords, 'i');

/** A text that is no JSON, without secrets and driver ids; nothing of it is left where they cannot be told apart. */
export function redactedRuin(text: string): string {
  if (!mayHideFromRuin(text)) return text;
  if (text.includes('\\') || untellable.test(text)) return nothingOf(text);
  const redacted = withoutLinkTokens(text)
    .replaceAll(urlUser, '$1[redacted]@')
    .replaceAll(ruinedValue, '$1"[redacted]"');
  // A key whose value is not where values stand (`"idTag" "04A2"`) may have it anywhere.
  return hiddenWord.test(redacted.replaceAll(redactedValue, '')) ? nothingOf(text) : redacted;
}

function nothingOf(text: string): string {
  return `[redacted: ${text.length} unreadable characters that may hold a secret]`;
}

/** Whether an object is about a secret variable: it names one as GetConfiguration, GetVariables or NotifyReport do. */
function isSecretHolder(holder: unknown): boolean {
  const { key, variable } = holder as { key?: unknown; variable?: { name?: unknown } | null };
  const name = typeof key === 'string' ? key : variable?.name;
  return typeof name === 'string' && isSecretVariable(name);
}
