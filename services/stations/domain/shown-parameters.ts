// A command's parameters as this service keeps and shows them: a driver's token is its pseudonym, in raw CALLs too; a link of
// ours is without its secret.
import { withoutLinkTokens } from '#contracts/file-links';

/** Pseudonym of a token: (tenantId, type, uid) to tokenRef. */
export type RefOf = (tenantId: string, tokenType: string, uid: string) => string;

type Pseudonym = (tokenType: string, uid: string) => string;

/** Objects that name a token: ours by uid, 2.x by idToken. */
const tokenObjects: ReadonlySet<string> = new Set(['token', 'groupToken', 'idToken', 'groupIdToken']);
/** Text that is a token in 1.6. */
const tokenTexts: ReadonlySet<string> = new Set(['idTag', 'parentIdTag', 'idToken']);
/** What else names a driver, and is of no use to who looks at commands. */
const driverFields: ReadonlySet<string> = new Set([
  'additionalIdToken',
  'additionalInfo',
  'customerIdentifier',
  'customerCertificate',
  'iso15118CertificateHashData',
  'emaid',
  'evccId',
]);

/** The parameters with each token replaced by `{ ref, type }`, or by its ref where it is text; all else stands. */
export function shownParameters(tenantId: string, parameters: unknown, refOf: RefOf): Record<string, unknown> {
  if (!isObject(parameters)) return {};
  return shownObject(parameters, (type, uid) => refOf(tenantId, type, uid));
}

function shownObject(value: Record<string, unknown>, refOf: Pseudonym): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shownField(key, inner, refOf)]));
}

function shownField(key: string, value: unknown, refOf: Pseudonym): unknown {
  if (driverFields.has(key)) return '[redacted]';
  if (typeof value === 'string') return tokenTexts.has(key) ? refOf('Central', value) : withoutLinkTokens(value);
  if (Array.isArray(value)) return value.map((item) => shownField('', item, refOf));
  if (!isObject(value)) return value;
  return tokenObjects.has(key) ? shownToken(value, refOf) : shownObject(value, refOf);
}

function shownToken({ uid, idToken, type }: Record<string, unknown>, refOf: Pseudonym): Record<string, unknown> {
  const known = typeof type === 'string' ? type : 'Central';
  const named = uid ?? idToken;
  return { ref: refOf(known, typeof named === 'string' ? named : ''), type: known };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
