// The loader's hook of plant.mjs: hands over the source with the bug where one of its files is asked for.
let planted = new Map();

export function initialize(sources) {
  planted = new Map(sources);
}

export async function load(url, context, nextLoad) {
  const loaded = await nextLoad(url, context);
  const source = planted.get(url.split('?')[0]);
  return source === undefined ? loaded : { ...loaded, source };
}
