// A repeat is the same id with the same words, long or short.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Answered } from '#services/gateway/domain/answered';

test('the same message is found again, another one under its id is not, and two are kept', () => {
  for (const text of ['short', 'x'.repeat(1024), 'x'.repeat(100_000)]) {
    const answered = new Answered();
    answered.keep('1', text, 'first');
    assert.equal(answered.find('1', text), 'first');
    assert.equal(answered.find('1', `${text}!`), undefined);
    assert.equal(answered.find('2', text), undefined);
    answered.keep('2', text, 'second');
    answered.keep('3', text, 'third');
    assert.deepEqual([answered.find('1', text), answered.find('3', text)], [undefined, 'third']);
  }
});
