import type { z } from 'zod';
import type { VariableRule } from './environment.js';
import { dfoUrl, duration, httpUrl, rate, text } from './variables.js';

/** How a process reaches a CXone tenant. */
export interface CxoneConfig {
  readonly settings: {
    /** Where discovery starts. */
    readonly issuer: string;
    /** Absent only where `apiUrl` is given. */
    readonly tenantId?: string;
    /** Wins over the discovered one. */
    readonly tokenUrl?: string;
    /** Wins over the discovered one; ends in `/dfo/3.0`. */
    readonly apiUrl?: string;
    readonly credentials: {
      readonly clientId: string;
      readonly clientSecret: string;
      readonly accessKeyId: string;
      readonly accessKeySecret: string;
    };
    /** The longest that one call may take. Raise it for a tenant that is far away. */
    readonly timeoutMs: number;
  };
  /** The tenant's, shared by all workers. Lower them where others use the same tenant. */
  readonly budgets: { readonly readsPerSecond: number; readonly postsPerSecond: number };
}

/** The variables by which a process reaches a CXone tenant. */
export const cxoneShape = {
  CXONE_TOKEN_URL: httpUrl.optional(),
  CXONE_API_URL: dfoUrl.optional(),
  CXONE_ISSUER: httpUrl.prefault('https://cxone.niceincontact.com'),
  CXONE_TENANT_ID: text.optional(),
  CXONE_CLIENT_ID: text,
  CXONE_CLIENT_SECRET: text,
  CXONE_ACCESS_KEY_ID: text,
  CXONE_ACCESS_KEY_SECRET: text,
  CXONE_TIMEOUT: duration.prefault('10s'),
  CXONE_READS_PER_SECOND: rate.prefault('30'),
  CXONE_POSTS_PER_SECOND: rate.prefault('100'),
};

/** Discovery of the API asks for a tenant. */
export const cxoneRules: readonly VariableRule[] = [
  (isGiven) =>
    isGiven('CXONE_TENANT_ID') || isGiven('CXONE_API_URL')
      ? undefined
      : {
          name: 'CXONE_TENANT_ID',
          isMissing: true,
          expected: "the tenant's id, unless CXONE_API_URL is given",
        },
];

/** Makes the nested value of the variables. */
export function toCxoneConfig(values: z.infer<z.ZodObject<typeof cxoneShape>>): CxoneConfig {
  const { CXONE_TENANT_ID: tenantId, CXONE_TOKEN_URL: tokenUrl, CXONE_API_URL: apiUrl } = values;
  return {
    settings: {
      issuer: values.CXONE_ISSUER,
      ...(tenantId === undefined ? {} : { tenantId }),
      ...(tokenUrl === undefined ? {} : { tokenUrl }),
      ...(apiUrl === undefined ? {} : { apiUrl }),
      credentials: {
        clientId: values.CXONE_CLIENT_ID,
        clientSecret: values.CXONE_CLIENT_SECRET,
        accessKeyId: values.CXONE_ACCESS_KEY_ID,
        accessKeySecret: values.CXONE_ACCESS_KEY_SECRET,
      },
      timeoutMs: values.CXONE_TIMEOUT,
    },
    budgets: {
      readsPerSecond: values.CXONE_READS_PER_SECOND,
      postsPerSecond: values.CXONE_POSTS_PER_SECOND,
    },
  };
}
