import type { z } from 'zod';
import { ConfigError, type ConfigProblem } from './config-error.js';

/** The variables of a process, as the system gives them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads a text file; throws when it cannot. */
export type ReadFile = (path: string) => string;

/** The value of a variable, or what is wrong with how it is given; neither when it is missing. */
export interface VariableReading {
  readonly text?: string;
  readonly problem?: ConfigProblem;
}

/**
 * Reads a variable, from `<NAME>` or from the file that `<NAME>_FILE` names.
 *
 * Empty means missing, and line ends at the end of a file do not belong to the value. Both at once
 * is a problem: either could be the one that was meant.
 */
export function readVariable(name: string, env: Environment, readFile: ReadFile): VariableReading {
  const direct = env[name] ?? '';
  const path = env[`${name}_FILE`] ?? '';
  if (direct !== '' && path !== '') {
    return { problem: { name, expected: `only one of ${name} and ${name}_FILE` } };
  }
  if (path === '') return direct === '' ? {} : { text: direct };
  try {
    const text = readFile(path).replace(/[\r\n]+$/, '');
    return text === '' ? {} : { text };
  } catch {
    return { problem: { name: `${name}_FILE`, expected: 'the path of a file that can be read' } };
  }
}

/** Says what is wrong between variables, from which of them are given; undefined for nothing. */
export type VariableRule = (isGiven: (name: string) => boolean) => ConfigProblem | undefined;

/** What reading found: values only where nothing is wrong. */
export interface Reading<Values> {
  readonly values?: Values;
  readonly problems: readonly ConfigProblem[];
}

/** Reads the variables that a schema names, and collects every problem. */
export function readEnvironment<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  env: Environment,
  readFile: ReadFile,
  rules: readonly VariableRule[] = [],
): Reading<z.infer<z.ZodObject<Shape>>> {
  const texts: Record<string, string> = {};
  const unreadable = new Map<string, ConfigProblem>();
  for (const name of Object.keys(schema.shape)) {
    const { text, problem } = readVariable(name, env, readFile);
    if (text !== undefined) texts[name] = text;
    if (problem !== undefined) unreadable.set(name, problem);
  }
  const isGiven = (name: string) => texts[name] !== undefined || unreadable.has(name);
  const parsed = schema.safeParse(texts);
  const wrong = (parsed.error?.issues ?? []).map(({ path, message }) => {
    const name = String(path[0]);
    return { name, expected: message, isMissing: texts[name] === undefined };
  });
  const problems = [
    ...unreadable.values(),
    // A variable that could not be read is not missing as well.
    ...wrong.filter(({ name }) => !unreadable.has(name)),
    ...rules.flatMap((rule) => rule(isGiven) ?? []),
  ];
  return parsed.success && problems.length === 0 ? { values: parsed.data, problems } : { problems };
}

/** Throws the ConfigError of everything that is wrong. */
export function failConfig(subject: string, problems: readonly ConfigProblem[]): never {
  throw new ConfigError(subject, problems);
}
