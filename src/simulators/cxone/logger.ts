/** Takes structured log lines, as pino does; the composition root passes the real one. */
export interface SimulatorLogger {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}
