// What 2.x stations answer about firmware.
import type { OCPP20 } from 'typed-ocpp';
import { withFacts } from '../domain/call.ts';
import { firmwareAnswered } from '../domain/facts.ts';
import { parseTimestamp } from '../domain/timestamps.ts';

export const updateFirmware = withFacts<OCPP20.UpdateFirmwareRequest, OCPP20.UpdateFirmwareResponse>(
  ({ status }, { request: { requestId, firmware }, meta }) =>
    firmwareAnswered(meta(null), {
      job: 'update',
      status,
      requestId,
      retrieveAt: parseTimestamp(firmware.retrieveDateTime),
      installAt: parseTimestamp(firmware.installDateTime),
      signed: firmware.signature !== undefined,
    }),
  ['Accepted', 'AcceptedCanceled'],
);

export const publishFirmware = withFacts<OCPP20.PublishFirmwareRequest, OCPP20.PublishFirmwareResponse>(
  ({ status }, { request: { requestId, checksum }, meta }) =>
    firmwareAnswered(meta(null), { job: 'publish', status, requestId, checksum }),
);

/** NoFirmware: there was none to withdraw, which is what was wanted (2.x L04.FR.03). */
export const unpublishFirmware = withFacts<OCPP20.UnpublishFirmwareRequest, OCPP20.UnpublishFirmwareResponse>(
  ({ status }, { request: { checksum }, meta }) => firmwareAnswered(meta(null), { job: 'unpublish', status, checksum }),
  ['Unpublished', 'NoFirmware'],
);
