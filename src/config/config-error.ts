import { DefectError } from '../domain/errors.js';

/** One thing that is wrong with the configuration. */
export interface ConfigProblem {
  /** The variable's name, or the place in the channels file. */
  readonly name: string;
  readonly isMissing?: boolean;
  /** What would have been right. Never the value that was found: it may be a secret. */
  readonly expected: string;
}

/** Says everything that is wrong with a process's configuration, in one message. */
export class ConfigError extends DefectError {
  readonly problems: readonly ConfigProblem[];

  constructor(subject: string, problems: readonly ConfigProblem[]) {
    super('CONFIG_INVALID', [`${subject} is wrong:`, ...problems.map(toLine)].join('\n  '));
    this.problems = problems;
  }
}

function toLine({ name, isMissing, expected }: ConfigProblem): string {
  return isMissing === true
    ? `${name} is missing: expected ${expected}`
    : `${name}: expected ${expected}`;
}
