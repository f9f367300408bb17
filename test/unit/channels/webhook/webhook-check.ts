/** Holds what platforms are really sent to what the API document says. */
import { expect } from 'vitest';
import { bodySchemaOf } from '../../../../src/gateway/api/webhook.js';
import { platformWebhooks } from '../../../../src/gateway/platform/webhooks.js';

/** Fails the test when a body is not exactly as it is described. */
export function expectDescribedWebhook(body: string): void {
  const sent: unknown = JSON.parse(body);
  const type: unknown = Reflect.get(Object(sent), 'type');
  const described = Object.entries(platformWebhooks).find(([name]) => name === type);
  const schema = described && bodySchemaOf(described[1]);
  expect(schema, `${String(type)} is described`).toBeDefined();
  expect(schema?.safeParse(sent).error?.message, `${body} is as described`).toBe(undefined);
}
