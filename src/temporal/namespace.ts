/** @module What a worker needs of its namespace before it can run threads. */

import proto from '@temporalio/proto';
import type { NativeConnection } from '@temporalio/worker';
import { DefectError } from '../domain/errors.js';
import { searchAttributeTypes } from './search-attributes.js';

const { INDEXED_VALUE_TYPE_KEYWORD, INDEXED_VALUE_TYPE_DATETIME } =
  proto.temporal.api.enums.v1.IndexedValueType;
const wireTypes = {
  Keyword: INDEXED_VALUE_TYPE_KEYWORD,
  Datetime: INDEXED_VALUE_TYPE_DATETIME,
} as const;

/**
 * Creates the search attributes that the namespace lacks; gives the names of those it created.
 *
 * Throws `CONFIG_INVALID` that names each attribute which is missing and cannot be created here, or
 * is there with another type.
 */
export async function ensureSearchAttributes(
  connection: NativeConnection,
  namespace: string,
): Promise<string[]> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({
    namespace,
  });
  const wanted = Object.entries(searchAttributeTypes);
  const wrong = wanted.filter(
    ([name, type]) => name in customAttributes && customAttributes[name] !== wireTypes[type],
  );
  if (wrong.length > 0) {
    throw new DefectError(
      'CONFIG_INVALID',
      `Search attributes of namespace ${namespace} have another type than expected: ${list(wrong)}`,
    );
  }
  const missing = wanted.filter(([name]) => !(name in customAttributes));
  if (missing.length === 0) return [];
  try {
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(
        missing.map(([name, type]) => [name, wireTypes[type]] as const),
      ),
    });
  } catch (cause) {
    throw new DefectError(
      'CONFIG_INVALID',
      `Namespace ${namespace} lacks search attributes that could not be created: ${list(missing)}`,
      { cause },
    );
  }
  return missing.map(([name]) => name);
}

function list(attributes: readonly (readonly [string, string])[]): string {
  return attributes.map(([name, type]) => `${name} (${type})`).join(', ');
}
