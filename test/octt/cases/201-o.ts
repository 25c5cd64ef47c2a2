// OCTT 2.0.1, O: messages on a station's display.
import assert from 'node:assert/strict';
import type { PlayedCase } from '../octt-case.ts';
import { at, type Payload } from '../octt-station.ts';
import { command, commanded, inSeconds, leavesNone, staged, type Commanding, type Stage } from './201-commanded.ts';
import { underWay, type Transaction } from './201-transaction.ts';

type Message = {
  readonly messageId?: number;
  readonly priority?: string;
  readonly state?: string;
  readonly from?: string;
  readonly until?: string;
  readonly transactionId?: string;
  readonly format?: string;
  readonly content?: string;
};

function wholeOf(message: Message) {
  return { messageId: 41, priority: 'NormalCycle', format: 'UTF8', content: 'Welcome', ...message };
}

/** As a station writes and reads it. */
function messageOf(message: Message): object {
  const { messageId: id, from, until, format, content, ...same } = wholeOf(message);
  return {
    id,
    ...same,
    ...(from === undefined ? {} : { startDateTime: from }),
    ...(until === undefined ? {} : { endDateTime: until }),
    message: { format, content },
  };
}

function showing(message: Message, answered: Partial<Commanding> = {}): Commanding {
  return {
    wants: ['ShowMessage', wholeOf(message)],
    hears: ['SetDisplayMessage', { message: messageOf(message) }],
    ...answered,
  };
}

/** The messages that the platform knows to be on the display, once they are these. */
async function displayed({ rig, station }: Stage, contents: readonly string[]): Promise<readonly Payload[]> {
  const { items } = await rig.shown<{ items: readonly Payload[] }>(
    `/v1/stations/${station.stationId}/display-messages`,
    (page) => String(page.items.map(({ content }) => String(content)).toSorted()) === String(contents),
  );
  return items;
}

function shows(id: string, title: string, message: Message, fields: object = {}): PlayedCase {
  return commanded({
    id,
    title,
    ...showing(message),
    async thereafter(stage) {
      const [shown] = await displayed(stage, ['Welcome']);
      for (const [name, value] of Object.entries(fields)) assert.equal(at(shown, name), value, name);
    },
  });
}

function refused(id: string, title: string, message: Message, status: string): PlayedCase {
  return commanded({
    id,
    title,
    ...showing(message, { answer: { status }, outcome: 'rejected', detail: status }),
    thereafter: leavesNone('display-messages'),
  });
}

const later = new Date(Math.ceil(Date.now() / 1000) * 1000 + 3_600_000).toISOString();

/** What the station tells when it is asked for its messages. */
async function reads(
  stage: Stage,
  messages: readonly Message[],
  [wants, hears]: readonly [object, object] = [{}, {}],
): Promise<void> {
  const { requestId } = await command(stage, { wants: ['ReadMessages', wants], hears: ['GetDisplayMessages', hears] });
  const parts = messages.map((message, index) => ({
    requestId,
    tbc: index < messages.length - 1,
    messageInfo: [messageOf(message)],
  }));
  for (const part of parts) assert.deepEqual(await stage.station.ask('NotifyDisplayMessages', part), {});
}

function played(id: string, title: string, play: (stage: Stage) => Promise<void>): PlayedCase {
  return {
    id,
    title,
    async play(rig) {
      const stage = await staged(rig, id);
      await play(stage);
      stage.station.assertSchemas();
    },
  };
}

function inTransaction(
  id: string,
  title: string,
  message: Message,
  thereafter: (stage: Stage, transaction: Transaction) => Promise<void>,
): PlayedCase {
  return played(id, title, async (stage) => {
    const transaction = await underWay(stage);
    await command(stage, showing({ ...message, transactionId: transaction.transactionId }));
    const [shown] = await displayed(stage, ['Welcome']);
    assert.equal(at(shown, 'transactionId'), transaction.transactionId);
    await thereafter(stage, transaction);
  });
}

async function goesWithIt(stage: Stage, transaction: Transaction): Promise<void> {
  await transaction.tells('Ended', 'StopAuthorized', { stoppedReason: 'Local', wh: 2000, card: 'valid' });
  await displayed(stage, []);
}

const sets: readonly PlayedCase[] = [
  shows('O_01', 'a message is shown', {}, { messageId: 41, priority: 'NormalCycle', format: 'UTF8' }),
  refused('O_26', 'a message that the station refuses is not shown', {}, 'Rejected'),
  shows('O_13', 'a message is shown from a time on', { from: later }, { startsAt: later }),
  played('O_14', 'a message is shown until a time, and gone from the next report', async (stage) => {
    await command(stage, showing({ until: later }));
    const [shown] = await displayed(stage, ['Welcome']);
    assert.equal(at(shown, 'endsAt'), later);
    await reads(stage, [{ messageId: 42, content: 'Another' }]);
    await displayed(stage, ['Another']);
  }),
  refused(
    'O_17',
    'a priority that the station does not have is refused',
    { priority: 'AlwaysFront' },
    'NotSupportedPriority',
  ),
  refused('O_18', 'a state that the station does not have is refused', { state: 'Faulted' }, 'NotSupportedState'),
  refused(
    'O_19',
    'a format that the station does not have is refused',
    { format: 'HTML' },
    'NotSupportedMessageFormat',
  ),
  played('O_12', 'a message of the same id replaces the one before', async (stage) => {
    await command(stage, showing({}));
    await displayed(stage, ['Welcome']);
    await command(stage, showing({ content: 'Closed' }));
    await displayed(stage, ['Closed']);
  }),
  inTransaction('O_06', 'a message for one transaction goes with it', {}, goesWithIt),
  refused(
    'O_10',
    'a message for a transaction that nobody knows is refused',
    { transactionId: 'nobody-knows' },
    'UnknownTransaction',
  ),
  inTransaction('O_27', 'a message for one transaction is shown from a time on', { from: later }, async (stage) => {
    const [shown] = await displayed(stage, ['Welcome']);
    assert.equal(at(shown, 'startsAt'), later);
  }),
  inTransaction(
    'O_28',
    'a message for one transaction is shown until a time',
    { until: inSeconds(2) },
    async (stage) => {
      await reads(stage, [{ messageId: 42, content: 'Another' }]);
      await displayed(stage, ['Another']);
    },
  ),
];

const gets: readonly PlayedCase[] = [
  played('O_02', 'a station tells all its messages, in parts', async (stage) => {
    await reads(stage, [{}, { messageId: 42, content: 'Another' }]);
    await displayed(stage, ['Another', 'Welcome']);
  }),
  played('O_03', 'a station without messages says so: what we knew of any is over', async (stage) => {
    await command(stage, showing({}));
    await displayed(stage, ['Welcome']);
    await command(stage, {
      wants: ['ReadMessages', {}],
      hears: ['GetDisplayMessages', {}],
      answer: { status: 'Unknown' },
      detail: 'Unknown',
    });
    await displayed(stage, []);
  }),
  played('O_07', 'a message is read by its id', async (stage) => {
    await reads(stage, [{}], [{ messageIds: [41] }, { id: [41] }]);
    await displayed(stage, ['Welcome']);
  }),
  played('O_08', 'messages are read by their priority', async (stage) => {
    await reads(stage, [{ priority: 'InFront' }], [{ priority: 'InFront' }, { priority: 'InFront' }]);
    await displayed(stage, ['Welcome']);
  }),
  played('O_09', 'messages are read by their state', async (stage) => {
    await reads(stage, [{ state: 'Idle' }], [{ state: 'Idle' }, { state: 'Idle' }]);
    await displayed(stage, ['Welcome']);
  }),
];

const clears: readonly PlayedCase[] = [
  played('O_04', 'a message is taken from the display', async (stage) => {
    await command(stage, showing({}));
    await displayed(stage, ['Welcome']);
    await command(stage, { wants: ['ClearMessage', { messageId: 41 }], hears: ['ClearDisplayMessage', { id: 41 }] });
    await displayed(stage, []);
  }),
  commanded({
    id: 'O_05',
    title: 'a message that the station does not have cannot be taken from it',
    wants: ['ClearMessage', { messageId: 99 }],
    hears: ['ClearDisplayMessage', { id: 99 }],
    answer: { status: 'Unknown' },
    outcome: 'rejected',
    detail: 'Unknown',
  }),
];

export const displays201: readonly PlayedCase[] = [...sets, ...gets, ...clears];
