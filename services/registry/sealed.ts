// The key under which passwords on their way to a station are sealed.
import { createHmac } from 'node:crypto';
import type { Secrets } from '#contracts/secrets';
import { sealUnder, type Seal } from '#kit/sealed';

export function sealOf(secrets: Pick<Secrets, 'tenantKeySeed'>): Seal {
  return sealUnder(createHmac('sha256', Buffer.from(secrets.tenantKeySeed, 'hex')).update('sealed passwords').digest());
}
