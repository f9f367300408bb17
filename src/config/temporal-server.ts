import { z } from 'zod';
import { type Environment, failConfig, type ReadFile, readEnvironment } from './environment.js';
import { address, port, text } from './variables.js';

/** Where the embedded Temporal server listens and keeps its data. */
export interface TemporalServerConfig {
  /** An address of this machine. */
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** 0 takes a free one. */
  readonly uiPort: number;
  readonly namespace: string;
  /** The folder of everything that must outlive a restart. */
  readonly dataDir: string;
}

/** The variables of the embedded server. */
export const temporalServerShape = {
  TEMPORAL_ADDRESS: address.prefault('127.0.0.1:7233'),
  TEMPORAL_NAMESPACE: text.prefault('default'),
  TEMPORAL_UI_PORT: port.prefault('8233'),
  DATA_DIR: text.prefault('.data'),
};

const schema = z.object(temporalServerShape);

/** Names every variable that the embedded server reads; each also accepts `<NAME>_FILE`. */
export const temporalServerVariables: readonly string[] = Object.keys(schema.shape);

/** Reads what `npm run temporal` needs; throws a ConfigError that lists everything wrong. */
export function loadTemporalServerConfig(
  env: Environment,
  readFile: ReadFile,
): TemporalServerConfig {
  const { values, problems } = readEnvironment(schema, env, readFile);
  if (!values) failConfig("The Temporal server's configuration", problems);
  return toTemporalServerConfig(values);
}

/** Turns the variables of the embedded server into its configuration. */
export function toTemporalServerConfig(
  values: z.infer<z.ZodObject<typeof temporalServerShape>>,
): TemporalServerConfig {
  const { host } = values.TEMPORAL_ADDRESS;
  return {
    // The server wants a number where people write a name.
    host: host === 'localhost' ? '127.0.0.1' : host.replace(/^\[|\]$/g, ''),
    port: values.TEMPORAL_ADDRESS.port,
    uiPort: values.TEMPORAL_UI_PORT,
    namespace: values.TEMPORAL_NAMESPACE,
    dataDir: values.DATA_DIR,
  };
}
