// What a key's role may do: the operator door asks before it forwards, and the owner of keys and tenants asks again.
import type { roles } from '#contracts/registry';

export type Role = (typeof roles)[number];

const platformOnly = /^\/v1\/(?:keys|tenants)(?:\/|$)/;
const reads: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * viewer reads; operator also changes and commands; platform also manages keys and tenants.
 * @param path of the URL, without its query.
 */
export function mayCall(role: Role, method: string, path: string): boolean {
  if (role === 'platform') return true;
  if (platformOnly.test(path)) return false;
  return role === 'operator' || reads.has(method);
}
