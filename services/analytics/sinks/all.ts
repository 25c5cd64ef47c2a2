// The sinks of this service: one line each.
import { frameTypes, sessionTypes, type Topics } from '#contracts/topics';
import type { SinkOptions } from '#kit/sink/runner';
import { frameBlocks } from './frames.ts';
import { readingBlocks, readingTypes } from './readings.ts';
import { registryBlocks, registryTypes } from './registry.ts';
import { sessionBlocks } from './sessions.ts';

type SinkTable = readonly Pick<SinkOptions, 'name' | 'topic' | 'types' | 'toBlocks' | 'mayMiss'>[];

export type SinkTopics = Pick<Topics, 'events' | 'sessions' | 'registryChanges' | 'frames'>;

export function sinksOf(topics: SinkTopics): SinkTable {
  return [
    { name: 'readings', topic: topics.events, types: readingTypes, toBlocks: readingBlocks() },
    { name: 'session_facts', topic: topics.sessions, types: sessionTypes, toBlocks: sessionBlocks() },
    { name: 'dimensions', topic: topics.registryChanges, types: registryTypes, toBlocks: registryBlocks() },
    { name: 'frames', topic: topics.frames, types: frameTypes, toBlocks: frameBlocks(), mayMiss: true },
  ];
}
