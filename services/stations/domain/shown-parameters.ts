// A command's parameters as this service keeps and shows them: the driver's token is its pseudonym.

/** Pseudonym of a token: (tenantId, type, uid) to tokenRef. */
export type RefOf = (tenantId: string, tokenType: string, uid: string) => string;

/** The parameters with `token { uid, type }` replaced by `token { ref, type }`; all else stands. */
export function shownParameters(tenantId: string, parameters: unknown, refOf: RefOf): Record<string, unknown> {
  if (!isObject(parameters)) return {};
  const { token } = parameters;
  if (!isObject(token)) return parameters;
  const type = typeof token['type'] === 'string' ? token['type'] : 'Central';
  const uid = typeof token['uid'] === 'string' ? token['uid'] : '';
  return { ...parameters, token: { ref: refOf(tenantId, type, uid), type } };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
