// What most projections do with the states of a batch before they fold on: take away the news of the batch before.

type Begin<S> = (
  client: unknown,
  batch: ReadonlyMap<string, { readonly state: S | undefined }>,
) => Promise<ReadonlyMap<string, S>>;

/** A projection's `complete` that makes each state begin anew; a key without a state stays without one. */
export function beginEach<S>(begun: (state: S) => S): Begin<S> {
  return async (_client, batch) =>
    new Map([...batch].flatMap(([key, { state }]) => (state === undefined ? [] : [[key, begun(state)] as const])));
}
