/** @module The API document: OpenAPI 3.1, made of what stands beside the routes. */
import { z } from 'zod';
import { errorPolicies } from '../../domain/errors.js';
import { createJsonSchemas, type JsonSchemas } from './json-schemas.js';
import {
  type ApiContents,
  type ApiParameter,
  codesOf,
  type MountedOperation,
  type Operation,
} from './operation.js';
import {
  type AnsweredCode,
  answeredCodes,
  problemDescriptions,
  problemExampleOf,
  problemSchema,
} from './problems.js';
import { securitySchemes } from './security.js';
import { tags } from './tags.js';
import type { ApiWebhook, ApiWebhooks } from './webhook.js';

/** Of the API itself: a change that breaks a caller is a new first number, and a new `/v1`. */
const apiVersion = '1.0.0';

type Json = Readonly<Record<string, unknown>>;

/** Writes the document of the operations that are mounted, and of what is sent elsewhere. */
export function createApiDocument(
  operations: readonly MountedOperation[],
  publicUrl: string,
  webhooks: ApiWebhooks = {},
): Json {
  const schemas = createJsonSchemas();
  schemas.write(problemSchema, 'answer');
  const paths = toPaths(operations, schemas);
  const sent = Object.entries(webhooks).map(([name, webhook]) => [
    name,
    { post: toWebhook(webhook, schemas) },
  ]);
  const problems = toProblemSchemas(schemas);
  const usedTags = new Set(operations.map(({ operation }) => operation.tag));
  const usedWays = new Set(
    operations.flatMap(({ operation }) => (operation.security ?? []).flat()),
  );
  return {
    openapi: '3.1.1',
    info: {
      title: 'Isthmus gateway',
      version: apiVersion,
      summary: 'Joins any chat channel to a contact centre, with a durable thread for each chat.',
      description: toOverview(),
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: publicUrl }],
    tags: Object.entries(tags)
      .filter(([name]) => [...usedTags].some((used) => used === name))
      .map(([name, description]) => ({ name, description })),
    paths,
    ...(sent.length === 0 ? {} : { webhooks: Object.fromEntries(sent) }),
    components: {
      schemas: { ...schemas.named(), ...problems },
      securitySchemes: Object.fromEntries(
        Object.entries(securitySchemes)
          .filter(([name]) => [...usedWays].some((used) => used === name))
          .map(([name, write]) => [name, write(publicUrl)]),
      ),
    },
  };
}

/** Writes a path as OpenAPI does: `/v1/threads/{threadId}`. */
export function toPathTemplate(path: string): string {
  return path.replace(/:(\w+)/g, '{$1}');
}

function toPaths(operations: readonly MountedOperation[], schemas: JsonSchemas): Json {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const mounted of operations) {
    const methods = (paths[toPathTemplate(mounted.path)] ??= {});
    methods[mounted.method.toLowerCase()] = toOperation(mounted, schemas);
  }
  return paths;
}

function toOperation(mounted: MountedOperation, schemas: JsonSchemas): Json {
  const { operation } = mounted;
  const { id, tag, summary, description, security = [], parameters = [], body } = operation;
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    security: security.map((way) => Object.fromEntries(way.map((name) => [name, []]))),
    ...(parameters.length === 0
      ? {}
      : { parameters: parameters.map((parameter) => toParameter(parameter, schemas)) }),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: body.isRequired,
            ...(body.description === undefined ? {} : { description: body.description }),
            content: toContents(body.content, schemas, 'request'),
          },
        }),
    responses: toResponses(mounted, schemas),
  };
}

/** Here the sides are turned round: the body is ours, and an answer is what we are sent. */
function toWebhook(webhook: ApiWebhook, schemas: JsonSchemas): Json {
  const { id, tag, summary, description, parameters, body, answers } = webhook;
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    parameters: parameters.map((parameter) => toParameter(parameter, schemas)),
    requestBody: { required: true, content: toContents(body, schemas, 'answer') },
    responses: Object.fromEntries(
      Object.entries(answers).map(([status, answer]) => [
        status,
        {
          description: answer.description,
          ...(answer.headers === undefined ? {} : { headers: toHeaders(answer.headers) }),
          ...(answer.content === undefined
            ? {}
            : { content: toContents(answer.content, schemas, 'request') }),
        },
      ]),
    ),
  };
}

function toParameter(parameter: ApiParameter, schemas: JsonSchemas): Json {
  const {
    in: place,
    name,
    description,
    schema,
    isRequired = place === 'path',
    example,
  } = parameter;
  return {
    in: place,
    name,
    description,
    required: isRequired,
    schema: schemas.write(schema, 'request'),
    ...(example === undefined ? {} : { example }),
  };
}

function toContents(contents: ApiContents, schemas: JsonSchemas, side: 'request' | 'answer'): Json {
  return Object.fromEntries(
    Object.entries(contents).map(([mediaType, { schema, examples, events }]) => [
      mediaType,
      {
        schema: events === undefined ? schemas.write(schema, side) : toEventSchema(events, schemas),
        ...(examples === undefined ? {} : { examples: toExamples(examples) }),
      },
    ]),
  );
}

function toExamples(examples: Readonly<Record<string, unknown>>): Json {
  return Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }]));
}

/** Of a stream, the schema is that of each event: OpenAPI 3.1 has no better place for it. */
function toEventSchema(events: Readonly<Record<string, z.ZodType>>, schemas: JsonSchemas): Json {
  const text = { type: 'string' };
  return {
    description: 'Each event; its data is JSON.',
    oneOf: Object.entries(events).map(([name, data]) => ({
      type: 'object',
      properties: {
        event: { const: name },
        id: { ...text, description: 'Of durable events: the sequence number.' },
        data: {
          ...text,
          contentMediaType: 'application/json',
          contentSchema: schemas.write(data, 'answer'),
        },
      },
      required: ['event', 'data'],
    })),
  };
}

/** Writes what is answered: an answer and problems of one status are one response. */
function toResponses(mounted: MountedOperation, schemas: JsonSchemas): Json {
  const { operation } = mounted;
  const codes = codesOf(mounted);
  const statuses = new Set([
    ...Object.keys(operation.answers).map(Number),
    ...codes.map((code) => errorPolicies[code].httpStatus),
  ]);
  return Object.fromEntries(
    [...statuses]
      .toSorted((a, b) => a - b)
      .map((status) => {
        const ofStatus = codes.filter((code) => errorPolicies[code].httpStatus === status);
        return [String(status), toResponse(operation, status, ofStatus, schemas)];
      }),
  );
}

function toResponse(
  operation: Operation,
  status: number,
  codes: readonly AnsweredCode[],
  schemas: JsonSchemas,
): Json {
  const answer = operation.answers[status];
  const meanings = codes.map((code) => `\`${code}\`: ${problemDescriptions[code].meaning}`);
  const content = {
    ...(answer?.content === undefined ? {} : toContents(answer.content, schemas, 'answer')),
    ...(codes.length === 0 ? {} : toProblemContents(operation, codes)),
  };
  const headers = { ...answer?.headers, ...toProblemHeaders(codes) };
  return {
    description: [...(answer === undefined ? [] : [answer.description]), ...meanings].join('\n\n'),
    ...(Object.keys(headers).length === 0 ? {} : { headers: toHeaders(headers) }),
    ...(Object.keys(content).length === 0 ? {} : { content }),
  };
}

function toProblemContents({ hasErrorPage = false }: Operation, codes: readonly AnsweredCode[]) {
  const refs = codes.map((code) => ({ $ref: `#/components/schemas/${toProblemName(code)}` }));
  const schema = refs.length === 1 ? refs[0] : { oneOf: refs };
  return {
    'application/problem+json': { schema },
    ...(hasErrorPage ? { 'text/html': { schema: { type: 'string' } } } : {}),
  };
}

function toProblemHeaders(codes: readonly AnsweredCode[]): Readonly<Record<string, string>> {
  const policies = codes.map((code) => errorPolicies[code]);
  return {
    ...(policies.some(({ retry }) => retry === 'after')
      ? { 'Retry-After': 'After how many seconds the same call may be made again.' }
      : {}),
    ...(policies.some(({ httpStatus }) => httpStatus === 401)
      ? { 'WWW-Authenticate': 'The kind of token that is needed.' }
      : {}),
  };
}

function toHeaders(headers: Readonly<Record<string, string>>): Json {
  return Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [
      name,
      { description, schema: { type: 'string' } },
    ]),
  );
}

/** `BODY_INVALID` becomes `ProblemBodyInvalid`. */
function toProblemName(code: AnsweredCode): string {
  const words = code.toLowerCase().split('_');
  return ['Problem', ...words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))].join(
    '',
  );
}

function toProblemSchemas(schemas: JsonSchemas): Json {
  return Object.fromEntries(
    answeredCodes.map((code) => {
      const { meaning, members = {} } = problemDescriptions[code];
      const status = z.literal(errorPolicies[code].httpStatus);
      const own = z.looseObject({ code: z.literal(code), status, ...members });
      const base = { $ref: '#/components/schemas/Problem' };
      const schema = {
        description: meaning,
        allOf: [base, schemas.write(own, 'answer')],
        examples: [problemExampleOf(code)],
      };
      return [toProblemName(code), schema];
    }),
  );
}

function toOverview(): string {
  const rows = answeredCodes.map((code) => {
    const { httpStatus, retry } = errorPolicies[code];
    const again = { never: 'no', backoff: 'with growing pauses', after: 'after `Retry-After`' };
    return `| \`${code}\` | ${httpStatus} | ${again[retry]} | ${problemDescriptions[code].meaning} |`;
  });
  return [
    'JSON in UTF-8; moments are ISO 8601 in UTC with milliseconds. An unknown path is answered 404 `NOT_FOUND`, a method that a path does not take 405 `METHOD_NOT_ALLOWED`.',
    'Every error is a problem document (RFC 9457) with a stable `code`, by which programs branch, and a `requestId`, which is the answer’s `X-Request-Id`. Later versions may add members to documents; read what you know.',
    ['| code | status | try again | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n'),
  ].join('\n\n');
}
