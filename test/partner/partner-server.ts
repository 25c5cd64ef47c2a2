// A partner of ours as tests need one: an eMSP with versions, details and credentials of its own on a free port.
import { randomBytes } from 'node:crypto';
import fastify from 'fastify';

export type OurCredentials = { readonly token: string; readonly url: string; readonly roles: readonly object[] };

/** What it answers instead of what a sound partner does. */
export type Conduct = {
  versions?: unknown;
  details?: unknown;
  credentials?: unknown;
  /** Called while our POST of credentials is open, as OCPI lets a receiver do. */
  meanwhile?: (ours: OurCredentials) => Promise<void>;
  /** Answers any request by itself. */
  raw?: { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body: string };
};

export type PartnerServer = Awaited<ReturnType<typeof startPartnerServer>>;

export const newToken = (): string => randomBytes(24).toString('base64url');

/** Headers of a sound request with this token. */
export function headersOf(token: string): Record<string, string> {
  return {
    authorization: `Token ${Buffer.from(token).toString('base64')}`,
    'x-request-id': 'request-1',
    'x-correlation-id': 'correlation-1',
  };
}

/** Listens on 127.0.0.1; `conduct` may be changed at any time. */
export async function startPartnerServer(partyId = 'NL-EMP') {
  const api = fastify({ forceCloseConnections: true });
  const conduct: Conduct = {};
  const asked: { readonly path: string; readonly token: string }[] = [];
  const received: OurCredentials[] = [];
  const roles = [
    {
      role: 'EMSP',
      business_details: { name: 'E-Mobility Partner' },
      country_code: partyId.slice(0, 2),
      party_id: partyId.slice(3),
    },
  ];
  const answers = { base: '', token: newToken() };
  const envelope = (data: unknown) => ({ data, status_code: 1000, timestamp: '2026-01-01T00:00:00Z' });
  api.addHook('onRequest', async (request, reply) => {
    const [, shown = ''] = (request.headers.authorization ?? '').split(' ');
    asked.push({ path: request.url, token: Buffer.from(shown, 'base64').toString('utf8') });
    if (conduct.raw === undefined) return;
    return reply
      .code(conduct.raw.status)
      .headers(conduct.raw.headers ?? {})
      .send(conduct.raw.body);
  });
  api.get('/versions', async () =>
    envelope(
      conduct.versions ?? [
        { version: '2.1.1', url: `${answers.base}/2.1.1` },
        { version: '2.2.1', url: `${answers.base}/2.2.1` },
      ],
    ),
  );
  api.get('/2.2.1', async () =>
    envelope(
      conduct.details ?? {
        version: '2.2.1',
        endpoints: [
          { identifier: 'credentials', role: 'RECEIVER', url: `${answers.base}/2.2.1/credentials` },
          { identifier: 'cdrs', role: 'RECEIVER', url: `${answers.base}/2.2.1/cdrs` },
        ],
      },
    ),
  );
  api.post('/2.2.1/credentials', async ({ body }) => {
    const ours = body as OurCredentials;
    received.push(ours);
    await conduct.meanwhile?.(ours);
    return envelope(conduct.credentials ?? { token: answers.token, url: `${answers.base}/versions`, roles });
  });
  answers.base = await api.listen({ host: '127.0.0.1', port: 0 });
  const { base } = answers;
  return {
    base,
    host: new URL(base).host,
    versionsUrl: `${base}/versions`,
    /** The token that it gives us to call it with. */
    token: answers.token,
    conduct,
    asked,
    received,
    roles,
    close: () => api.close(),
  };
}
