// Decodes a Fetch response (version 11) per partition, errors included; kafkajs would throw the first and lose the rest.
import { readInt64 } from './record-batches.ts';

export type FetchedPartition = {
  readonly partition: number;
  readonly errorCode: number;
  /** Offset after the last record that readers may see. */
  readonly highWatermark: number;
  /** Whole record batches, the last one possibly cut off. */
  readonly set: Buffer;
};

export type FetchResponse = {
  readonly clientSideThrottleTime: number;
  readonly errorCode: number;
  readonly partitions: readonly FetchedPartition[];
};

const abortedTransactionBytes = 16;

/** The response's body, of one topic or several; partitions come in the broker's order. */
export function decodeFetchResponse(payload: Buffer): FetchResponse {
  const partitions: FetchedPartition[] = [];
  const clientSideThrottleTime = payload.readInt32BE(0);
  const errorCode = payload.readInt16BE(4);
  let at = 14; // after an id we do not use and the count of topics
  for (let topics = payload.readInt32BE(10); topics > 0; topics -= 1) {
    at += 2 + payload.readInt16BE(at);
    let left = payload.readInt32BE(at);
    for (at += 4; left > 0; left -= 1) {
      const aborted = Math.max(0, payload.readInt32BE(at + 30));
      const setAt = at + 34 + aborted * abortedTransactionBytes + 8;
      const setEnd = setAt + Math.max(0, payload.readInt32BE(setAt - 4));
      partitions.push({
        partition: payload.readInt32BE(at),
        errorCode: payload.readInt16BE(at + 4),
        highWatermark: readInt64(payload, at + 6),
        set: payload.subarray(setAt, setEnd),
      });
      at = setEnd;
    }
  }
  return { clientSideThrottleTime, errorCode, partitions };
}
