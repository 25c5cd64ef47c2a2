// What a platform may write into a setting.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newSettings, setFromText, settingText } from '#load-tests/fleet/settings';

test('a setting takes only values of its kind', () => {
  const settings = newSettings({ meterIntervalSeconds: 15 });
  assert.equal(settingText(settings, 'meterIntervalSeconds'), '15');
  assert.equal(settingText(settings, 'stopOnInvalidToken'), 'true');
  assert.ok(
    setFromText(settings, 'meterIntervalSeconds', '60') && setFromText(settings, 'stopOnInvalidToken', 'FALSE'),
  );
  assert.equal(settings.meterIntervalSeconds, 60);
  assert.equal(settings.stopOnInvalidToken, 0);
  for (const text of ['-1', '1.5', 'abc', '', '86401'])
    assert.equal(setFromText(settings, 'meterIntervalSeconds', text), false, text);
  assert.equal(setFromText(settings, 'stopOnInvalidToken', '1'), false);
});
