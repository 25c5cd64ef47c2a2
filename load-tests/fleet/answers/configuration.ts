// GetConfiguration and ChangeConfiguration of 1.6.
import type { OCPP16 } from 'typed-ocpp';
import { result, row, type Rows } from '#load-tests/fleet/answers/answer';
import { keyNames, readKey, writeKey } from '#load-tests/fleet/configuration16';

export const configuration16: Rows = {
  GetConfiguration: row<OCPP16.GetConfigurationRequest>((station, { key = [] }) => {
    const names = key.length === 0 ? keyNames : key;
    const known = names.map((name) => readKey(station, name)).filter((each) => each !== undefined);
    const unknownKey = names.filter((name) => readKey(station, name) === undefined);
    const answer: OCPP16.GetConfigurationResponse = {};
    if (known.length > 0) answer.configurationKey = known;
    if (unknownKey.length > 0) answer.unknownKey = unknownKey;
    return result(answer);
  }),
  ChangeConfiguration: row<OCPP16.ChangeConfigurationRequest>((station, { key, value }) =>
    result({ status: writeKey(station, key, value) }),
  ),
};
