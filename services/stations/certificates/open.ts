// Opens the authority that the secrets name, and starts the process that signs with it.
import { createHash } from 'node:crypto';
import type { Secrets } from '#contracts/secrets';
import type { Lifecycle } from '#kit/lifecycle';
import type { Database } from '#kit/postgres';
import type { CommandInput } from '../api/command-schemas.ts';
import { requestCommand, type RequestParts } from '../request-command.ts';
import { authorityCertificate, embeddedAuthority, type CertificateAuthority } from './authority.ts';
import { keptAuthority } from './register.ts';
import { registeredIn, type RegistryOptions } from './registered.ts';
import { CertificateSigner, type SignerOptions } from './signer.ts';

/** Undefined where the secrets hold no key: nothing is signed then, and requests wait. */
export async function openAuthority(
  database: Database,
  { certificateAuthorityKey: key }: Pick<Secrets, 'certificateAuthorityKey'>,
  now: () => number,
): Promise<CertificateAuthority | undefined> {
  if (key === '') return undefined;
  const fingerprint = createHash('sha256').update(key).digest('hex');
  const pem = await keptAuthority(database, fingerprint, async () => ({
    pem: await authorityCertificate(key, new Date(now())),
    atMs: now(),
  }));
  return embeddedAuthority(key, pem);
}

export type Signing = Pick<
  SignerOptions,
  'authority' | 'topics' | 'logger' | 'tickMs' | 'certificateDays' | 'leads'
> & {
  readonly lifecycle: Lifecycle;
  readonly registry: RegistryOptions;
  readonly requests: RequestParts & { readonly database: Database };
};

const neverTaken: ReadonlySet<number> = new Set([400, 404, 422]);

export function startSigner({ lifecycle, registry, requests, ...options }: Signing): CertificateSigner {
  const { database, log, now } = requests;
  const command = async (tenantId: string, stationId: string, input: CommandInput): Promise<boolean> => {
    const caller = { tenantId, actor: 'certificates', role: 'operator' } as const;
    const taken = await requestCommand(requests, { caller, stationId, input });
    if (taken.kind !== 'refused') return true;
    options.logger.warn({ stationId, intent: input.intent, why: taken.problem.title }, 'command not taken yet');
    // A station that is not registered any more gets none, ever; nor does one whose chain no message holds.
    return neverTaken.has(taken.problem.status);
  };
  const registered = (tenantId: string, stationId: string) => registeredIn(registry, tenantId, stationId);
  return lifecycle.add('certificates', new CertificateSigner({ ...options, database, log, now, registered, command }));
}
