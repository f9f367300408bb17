import type { z } from 'zod';
import type { ReadFile, VariableRule } from './environment.js';
import { temporalServerShape } from './temporal-server.js';
import { pem, text } from './variables.js';

/** How a process reaches the Temporal cluster. */
export interface TemporalConfig {
  /** host:port of the cluster's frontend. */
  readonly address: string;
  readonly namespace: string;
  readonly taskQueue: string;
  /** For Temporal Cloud; implies TLS. */
  readonly apiKey?: string;
  /** PEM texts, for a cluster that speaks TLS. */
  readonly tls?: { readonly cert?: string; readonly key?: string; readonly ca?: string };
}

/** The variables by which a process reaches the Temporal cluster. */
export function temporalShape(readFile: ReadFile) {
  return {
    TEMPORAL_ADDRESS: temporalServerShape.TEMPORAL_ADDRESS,
    TEMPORAL_NAMESPACE: temporalServerShape.TEMPORAL_NAMESPACE,
    TEMPORAL_TASK_QUEUE: text.prefault('threads'),
    TEMPORAL_API_KEY: text.optional(),
    TEMPORAL_TLS_CERT: pem(readFile).optional(),
    TEMPORAL_TLS_KEY: pem(readFile).optional(),
    TEMPORAL_TLS_CA: pem(readFile).optional(),
  };
}

/** A client certificate is of no use without its key, nor the key without it. */
export const temporalRules: readonly VariableRule[] = [
  (isGiven) => {
    const isCertGiven = isGiven('TEMPORAL_TLS_CERT');
    if (isCertGiven === isGiven('TEMPORAL_TLS_KEY')) return undefined;
    const [missing, given] = isCertGiven ? ['KEY', 'CERT'] : ['CERT', 'KEY'];
    const name = `TEMPORAL_TLS_${missing}`;
    return { name, isMissing: true, expected: `it together with TEMPORAL_TLS_${given}` };
  },
];

type TemporalValues = z.infer<z.ZodObject<ReturnType<typeof temporalShape>>>;

/** Makes the nested value of the variables. */
export function toTemporalConfig(values: TemporalValues): TemporalConfig {
  const { TEMPORAL_TLS_CERT: cert, TEMPORAL_TLS_KEY: key, TEMPORAL_TLS_CA: ca } = values;
  const tls = {
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(ca === undefined ? {} : { ca }),
  };
  const { TEMPORAL_ADDRESS: cluster, TEMPORAL_API_KEY: apiKey } = values;
  return {
    address: `${cluster.host}:${cluster.port}`,
    namespace: values.TEMPORAL_NAMESPACE,
    taskQueue: values.TEMPORAL_TASK_QUEUE,
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(Object.keys(tls).length === 0 ? {} : { tls }),
  };
}
