// The loader's hook of plant.mjs: hands over the source with the bug where the file is asked for.
let planted = { url: '', source: '' };

export function initialize(data) {
  planted = data;
}

export async function load(url, context, nextLoad) {
  const loaded = await nextLoad(url, context);
  return url.split('?')[0] === planted.url ? { ...loaded, source: planted.source } : loaded;
}
