// Intents about the list by which a station authorises drivers itself.
import Type, { type Static } from 'typebox';
import { daySeconds, fields, groupToken, hourSeconds, instant, intent, nothing, token } from './parts.ts';

/** Entries of one list; parameters of one command are at most parametersBytesMax, which some 1,000 entries reach. */
const entriesMax = 1000;

const entry = fields({
  token,
  status: Type.Optional(
    Type.Enum(['Accepted', 'Blocked', 'Expired', 'Invalid'], {
      description: 'Without it the entry is taken from the list; in a differential update only',
    }),
  ),
  expiresAt: Type.Optional(instant),
  groupToken,
});

export type LocalListEntry = Static<typeof entry>;

export const localListIntents = {
  ReadLocalListVersion: intent({
    lane: 'maintenance',
    reads: true,
    waits: true,
    expirySeconds: hourSeconds,
    parameters: nothing,
  }),
  SendLocalList: intent({
    lane: 'maintenance',
    reads: false,
    waits: true,
    // A differential update builds on the one before it, so only a full list replaces what waits, and only full ones.
    supersedes: ({ update, version }) => (update === 'full' ? 'full' : `differential ${version}`),
    expirySeconds: daySeconds,
    parameters: fields({
      update: Type.Enum(['full', 'differential']),
      version: Type.Integer({ minimum: 1, maximum: 2_147_483_647, description: 'Greater than what the station has' }),
      entries: Type.Array(entry, {
        maxItems: entriesMax,
        description: `At most ${entriesMax}, and 200 KB of JSON: a longer list goes out as a full part and differential ones`,
      }),
    }),
  }),
};
