import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dataTransfer, type VendorMessage } from '#services/gateway/domain/data-transfer';
import { contextOf } from '../support.ts';

const agreed: VendorMessage = {
  vendorId: 'com.acme',
  tenantId: 'default',
  messageId: 'tips',
  reply: { status: 'Accepted', data: 'ok' },
};

function replyTo(known: readonly VendorMessage[], request: { vendorId: string; messageId?: string }): object {
  return dataTransfer(known).handle(request, contextOf()).reply;
}

test('a message agreed with its vendor gets the answer that was agreed, and is kept with it', () => {
  const { reply, events } = dataTransfer([agreed]).handle({ vendorId: 'com.acme', messageId: 'tips' }, contextOf());
  assert.deepEqual(reply, { status: 'Accepted', data: 'ok' });
  assert.ok(events[0]?.type === 'StationMessageRecorded');
  assert.equal(events[0].answerJson, '{"status":"Accepted","data":"ok"}');
});

test('another message of a known vendor is an unknown message, another vendor an unknown vendor', () => {
  assert.deepEqual(replyTo([agreed], { vendorId: 'com.acme', messageId: 'else' }), { status: 'UnknownMessageId' });
  assert.deepEqual(replyTo([agreed], { vendorId: 'com.acme' }), { status: 'UnknownMessageId' });
  assert.deepEqual(replyTo([agreed], { vendorId: 'com.other', messageId: 'tips' }), { status: 'UnknownVendorId' });
  assert.deepEqual(replyTo([{ ...agreed, messageId: null }], { vendorId: 'com.acme' }), agreed.reply);
});

test('what one tenant agreed on, another did not; null is for all of them', () => {
  const request = { vendorId: 'com.acme', messageId: 'tips' };
  assert.deepEqual(replyTo([{ ...agreed, tenantId: 'other' }], request), { status: 'UnknownVendorId' });
  assert.deepEqual(replyTo([{ ...agreed, tenantId: null }], request), agreed.reply);
});

test('data that only look like JSON are kept as they came', () => {
  const { events } = dataTransfer([]).handle({ vendorId: 'V', data: '{"broken' }, contextOf());
  assert.ok(events[0]?.type === 'StationMessageRecorded');
  assert.equal(events[0].payloadJson, '{"vendorId":"V","data":"{\\"broken"}');
});
