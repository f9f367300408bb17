import { Validator } from '@seriousme/openapi-schema-validator';
import type { Application } from 'express';
import { describe, expect, test } from 'vitest';
import { type EngineErrorCode, errorPolicies } from '../../../src/domain/errors.js';
import { createApiDocument, toPathTemplate } from '../../../src/gateway/api/document.js';
import {
  type ApiContents,
  codesOf,
  type MountedOperation,
  partsOf,
} from '../../../src/gateway/api/operation.js';
import {
  answeredCodes,
  problemExampleOf,
  problemSchemaOf,
} from '../../../src/gateway/api/problems.js';
import type { ApiWebhook } from '../../../src/gateway/api/webhook.js';
import { platformWebhooks } from '../../../src/gateway/platform/webhooks.js';
import { boxClient, boxTokenKey, send, sessionTokenKey, startGateway } from './gateway-fixture.js';

const publicUrl = 'https://chat.savanna.example/isthmus';
const eventsSecret = 'the secret of the events';
const page = { body: Buffer.from('<!doctype html>'), contentType: 'text/html; charset=utf-8' };
const start = () =>
  startGateway({ publicUrl, eventsSecret, assets: new Map([['/', page]]), name: 'described' });

interface Sent {
  readonly post: {
    readonly operationId: string;
    readonly parameters: readonly { readonly name: string; readonly required: boolean }[];
    readonly responses: Readonly<Record<string, object>>;
  };
}

interface Document {
  readonly openapi: string;
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly webhooks: Readonly<Record<string, Sent>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

/** Every method of every path that an app really answers, preflights and 405 left out. */
function routesOf(app: Application): string[] {
  const layers = app.router.stack.flatMap(({ route }) => (route ? [route] : []));
  return layers.flatMap(({ path, stack }) =>
    stack
      .filter(({ method }) => method !== undefined && method !== 'options')
      .map(({ method }) => `${method} ${toPathTemplate(path)}`),
  );
}

function describedIn({ paths }: Document): string[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  );
}

async function readDocument(url: string): Promise<Document> {
  const answer = await send(`${url}/openapi.json`);
  return JSON.parse(answer.text) as Document;
}

test('every route is in the document, and nothing else', async () => {
  const { url, gateway } = await start();
  const described = describedIn(await readDocument(url));
  expect(described.toSorted()).toEqual(routesOf(gateway.app).toSorted());
  expect(described.length).toBeGreaterThan(20);
});

test('a route that is mounted beside the others is found', async () => {
  const { url, gateway } = await start();
  gateway.app.put('/v1/hidden/:part', (_req, res) => void res.end());
  const described = describedIn(await readDocument(url));
  expect(routesOf(gateway.app).filter((route) => !described.includes(route))).toEqual([
    'put /v1/hidden/{part}',
  ]);
});

test('every call that the contact centre is known to make is described', async () => {
  const { url } = await start();
  const described = describedIn(await readDocument(url));
  for (const path of [
    '/1.0/token',
    '/1.0/posts/{postId}/messages',
    '/2.0/channel/{channelId}/outbound',
    '/1.0/channel/{channelId}/recipients/validation',
    '/1.0/channel/{channelId}/thread/{threadId}/sender-action',
  ]) {
    expect(described).toContain(`post /integration/box${path}`);
  }
});

test('every code is answered by an operation, or is known to stay inside', async () => {
  const { gateway } = await start();
  const named = new Set<EngineErrorCode>(gateway.operations.flatMap(codesOf));
  const missing = Object.keys(errorPolicies).filter(
    (code) => ![...named].some((other) => other === code),
  );
  expect(missing).toEqual([
    // Of a method that is no operation's; the document's overview names it.
    'METHOD_NOT_ALLOWED',
    'CHANNEL_UNREACHABLE',
    'CHANNEL_GONE',
    'CONFIG_INVALID',
    'STATE_IMPOSSIBLE',
  ]);
  expect(answeredCodes).toContain('METHOD_NOT_ALLOWED');
});

test('what a platform is sent stands beside what it sends, with headers and what each answer means', async () => {
  const { url } = await start();
  const { webhooks } = await readDocument(url);
  expect(Object.keys(webhooks)).toEqual([
    'message',
    'message-status',
    'state',
    'typing',
    'recipients',
  ]);
  for (const { post } of Object.values(webhooks)) {
    expect(post.parameters).toMatchObject(
      ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => ({
        name,
        in: 'header',
        required: true,
      })),
    );
  }
  const answers = Object.values(webhooks).map(({ post }) => Object.keys(post.responses));
  const ofEvent = ['410', '2XX', 'default'];
  expect(answers).toEqual([ofEvent, ofEvent, ofEvent, ['default'], ['2XX', 'default']]);
});

test('the document is OpenAPI 3.1', async () => {
  const { url } = await start();
  const document = await readDocument(url);
  const validator = new Validator();
  expect(await validator.validate({ ...document })).toEqual({ valid: true });
  expect(validator.version).toBe('3.1');
  expect(validator.resolveRefs()).toBeDefined();
});

test('everything that is referred to is there', async () => {
  const { url } = await start();
  const document = await readDocument(url);
  const referred = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)];
  const names = new Set(
    referred.map(([, ref = '']) => ref.replace(/^#\/components\/schemas\//, '')),
  );
  expect([...names].filter((name) => !(name in document.components.schemas))).toEqual([]);
  expect(names.size).toBeGreaterThan(20);
});

test('the document is served as a file that can be kept, and holds no secret', async () => {
  const { url } = await start();
  const answer = await send(`${url}/openapi.json`);
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
  expect(answer.headers.get('cache-control')).toBe('public, max-age=300');
  const etag = answer.headers.get('etag') ?? '';
  const again = await send(`${url}/openapi.json`, {
    headers: { 'if-none-match': etag, 'cache-control': 'max-age=0' },
  });
  expect(again.status).toBe(304);
  expect(answer.json).toMatchObject({ servers: [{ url: publicUrl }] });
  for (const secret of [sessionTokenKey, boxTokenKey, boxClient.client_secret, eventsSecret]) {
    expect(answer.text).not.toContain(secret);
  }
});

test('without a secret for events there is no word of their endpoint', async () => {
  const { url } = await startGateway();
  const text = JSON.stringify(await readDocument(url));
  expect(text).not.toContain('/integration/events');
  expect(text).not.toContain('eventsSignature');
});

test('what two operations say of one path stands together', () => {
  const operation = { tag: 'Files', summary: 'x', answers: { 204: { description: 'x' } } } as const;
  const document = createApiDocument(
    [
      { method: 'GET', path: '/a/:b', operation: { ...operation, id: 'one' } },
      { method: 'POST', path: '/a/:b', operation: { ...operation, id: 'two' } },
    ],
    publicUrl,
  );
  expect(document).toMatchObject({
    paths: { '/a/{b}': { get: { operationId: 'one' }, post: { operationId: 'two' } } },
  });
});

test('the example of each problem is such a problem', () => {
  for (const code of answeredCodes) {
    expect(problemSchemaOf(code).safeParse(problemExampleOf(code)).error?.message).toBe(undefined);
  }
});

describe('of each operation', () => {
  async function operations(): Promise<readonly MountedOperation[]> {
    return (await start()).gateway.operations;
  }

  test('the id is its own', async () => {
    const ids = [
      ...(await operations()).map(({ operation }) => operation.id),
      ...Object.values<ApiWebhook>(platformWebhooks).map(({ id }) => id),
    ];
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  test('the parts of the path are described', async () => {
    for (const { path, operation } of await operations()) {
      const described = (operation.parameters ?? []).filter((one) => one.in === 'path');
      expect([path, ...described.map(({ name }) => name)]).toEqual([path, ...partsOf(path)]);
    }
  });

  test('the examples are what its schemas take', async () => {
    const wrong: string[] = [];
    let count = 0;
    const look = (id: string, contents: ApiContents = {}) => {
      for (const { schema, examples } of Object.values(contents)) {
        for (const [name, value] of Object.entries(examples ?? {})) {
          count += 1;
          const parsed = schema.safeParse(value);
          if (!parsed.success) wrong.push(`${id} ${name}: ${parsed.error.message}`);
        }
      }
    };
    for (const { operation } of await operations()) {
      look(operation.id, operation.body?.content);
      for (const { content } of Object.values(operation.answers)) look(operation.id, content);
    }
    for (const { id, body, answers } of Object.values<ApiWebhook>(platformWebhooks)) {
      look(id, body);
      for (const { content } of Object.values(answers)) look(id, content);
    }
    expect(wrong).toEqual([]);
    expect(count).toBeGreaterThan(20);
  });
});
