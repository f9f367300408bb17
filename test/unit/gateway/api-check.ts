/** Holds what a gateway really answers to what its API document says. */
import type { z } from 'zod';
import { errorPolicies, isEngineErrorCode } from '../../../src/domain/errors.js';
import {
  codesOf,
  type MountedOperation,
  type Operation,
} from '../../../src/gateway/api/operation.js';
import { type AnsweredCode, problemSchemaOf } from '../../../src/gateway/api/problems.js';

/** What was asked and answered. */
export interface Exchange {
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

function find(operations: readonly MountedOperation[], { method, url }: Exchange) {
  const { pathname } = new URL(url);
  const asked = method === 'HEAD' ? 'GET' : method;
  return operations.find(({ path, method: own }) => {
    const pattern = new RegExp(`^${path.replace(/:\w+/g, '[^/]*').replaceAll('.', '\\.')}$`);
    return own === asked && pattern.test(pathname);
  });
}

function parse(schema: z.ZodType, value: unknown): string | undefined {
  const parsed = schema.safeParse(value);
  return parsed.success ? undefined : parsed.error.message;
}

function checkProblem(codes: readonly AnsweredCode[], { status, text }: Exchange) {
  const problem: unknown = JSON.parse(text);
  const code: unknown = Reflect.get(Object(problem), 'code');
  const known = codes.find((one) => one === code);
  if (known === undefined || !isEngineErrorCode(code)) return `the code ${String(code)}`;
  if (errorPolicies[code].httpStatus !== status) return `${code} with the status ${status}`;
  return parse(problemSchemaOf(known), problem);
}

function checkAnswer({ answers }: Operation, { status, contentType, text }: Exchange) {
  const answer = answers[status];
  if (answer === undefined) return `the status ${status}`;
  const [mediaType = ''] = contentType.split(';');
  const content = answer.content?.[mediaType] ?? answer.content?.['*/*'];
  if (content === undefined) {
    return text === '' || answer.content === undefined ? undefined : `the type "${contentType}"`;
  }
  return parse(content.schema, mediaType === 'application/json' ? JSON.parse(text) : text);
}

/** Says what of an answer is not described; undefined when all of it is. */
export function findUndescribed(
  operations: readonly MountedOperation[],
  exchange: Exchange,
): string | undefined {
  const { method, status, contentType, text } = exchange;
  const isProblem = contentType.startsWith('application/problem+json');
  const mounted = find(operations, exchange);
  if (method === 'OPTIONS' || (method === 'HEAD' && text === '')) return undefined;
  if (mounted === undefined) {
    return isProblem ? checkProblem(['NOT_FOUND', 'METHOD_NOT_ALLOWED'], exchange) : 'the route';
  }
  const codes = codesOf(mounted);
  if (isProblem) return checkProblem(codes, exchange);
  const hasStatus = codes.some((code) => errorPolicies[code].httpStatus === status);
  const isErrorPage =
    mounted.operation.hasErrorPage === true && contentType.startsWith('text/html');
  if (hasStatus && isErrorPage) return undefined;
  return checkAnswer(mounted.operation, exchange);
}
