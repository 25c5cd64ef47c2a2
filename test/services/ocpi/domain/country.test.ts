import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alpha3ByAlpha2 } from '#services/ocpi/domain/country';

test('every country that has a name has its three letters, each once', () => {
  const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
  const letters = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ');
  const named = letters.flatMap((a) => letters.map((b) => a + b)).filter((code) => names.of(code) !== undefined);
  // Regions that CLDR names beside ISO's countries: exceptional reservations, private use, and codes that are gone.
  const others = new Set(
    'AC AN BU CP CQ CS DD DG EA EU EZ FX HV IC NH NT QO QU RH SU TA TP UK UN VD XA XB YD YU ZR DY ZZ'.split(' '),
  );
  const missing = named.filter((code) => !alpha3ByAlpha2.has(code) && !others.has(code));
  assert.deepEqual(missing, []);
  assert.equal(new Set(alpha3ByAlpha2.values()).size, alpha3ByAlpha2.size);
  assert.deepEqual(
    ['DE', 'NL', 'AT', 'CH', 'GB'].map((code) => alpha3ByAlpha2.get(code)),
    ['DEU', 'NLD', 'AUT', 'CHE', 'GBR'],
  );
});
