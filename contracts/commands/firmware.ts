// Intents about firmware, and about logs that a station uploads.
import Type from 'typebox';
import { daySeconds, fields, instant, intent, location, pem, retries } from './parts.ts';

const checksum = Type.String({ pattern: '^[0-9a-fA-F]{32}$', description: 'MD5 of the file, hex' });

/** Files that operators gave us: ids of their own choice. */
export const fileIdPattern = '^(?!\\.{1,2}$)[A-Za-z0-9._-]{1,64}$';

/** Where a station finds the file: somewhere, or with us. */
const source = {
  location: Type.Optional(location),
  fileId: Type.Optional(
    Type.String({
      pattern: fileIdPattern,
      description: 'Instead of a location: a file of PUT /v1/files, by a link that serves this station once',
    }),
  ),
};

export const firmwareIntents = {
  UpdateFirmware: intent({
    lane: 'maintenance',
    reads: false,
    waits: true,
    supersedes: () => '',
    expirySeconds: daySeconds,
    parameters: fields({
      ...source,
      retrieveAt: instant,
      installAt: Type.Optional(instant),
      ...retries,
      signed: Type.Optional(
        fields(
          { certificate: pem(5500), signature: Type.String({ minLength: 1, maxLength: 800, description: 'Base64' }) },
          '1.6 SignedUpdateFirmware of the security whitepaper; the same message on 2.x',
        ),
      ),
    }),
  }),
  PublishFirmware: intent({
    lane: 'maintenance',
    reads: false,
    waits: true,
    supersedes: ({ checksum: sum }) => sum,
    expirySeconds: daySeconds,
    parameters: fields({ ...source, checksum, ...retries }, '2.x local controllers'),
  }),
  UnpublishFirmware: intent({
    lane: 'maintenance',
    reads: false,
    waits: true,
    supersedes: ({ checksum: sum }) => sum,
    expirySeconds: daySeconds,
    parameters: fields({ checksum }, '2.x local controllers'),
  }),
  UploadLog: intent({
    lane: 'maintenance',
    reads: false,
    waits: true,
    supersedes: ({ log }) => log,
    expirySeconds: daySeconds,
    parameters: fields({
      log: Type.Enum(['diagnostics', 'security', 'dataCollector'], {
        description: '1.6: diagnostics by GetDiagnostics, security by GetLog of the whitepaper; dataCollector: 2.1',
      }),
      location: Type.Optional(
        Type.String({
          ...location,
          description:
            'URL of a server of your own (1.6 stations often know ftp:// alone); without it a link of ours that takes one file: GET /v1/stations/{id}/files shows it',
        }),
      ),
      from: Type.Optional(instant),
      until: Type.Optional(instant),
      ...retries,
    }),
  }),
};
