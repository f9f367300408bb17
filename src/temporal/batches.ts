/**
 * @module Questions to one workflow, asked together: Temporal takes ten updates of it at once, and
 * each costs a round of its own.
 */

interface Asked<Question, Answer> {
  readonly question: Question;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (failure: unknown) => void;
}

/**
 * Makes a function that asks at once where nothing is being asked for that key, and else together
 * with all that come meanwhile. `ask` must give an answer for each question, in their order.
 */
export function createBatches<Question, Answer extends object | string | number>(
  ask: (key: string, questions: readonly Question[]) => Promise<readonly Answer[]>,
): (key: string, question: Question) => Promise<Answer> {
  const lines = new Map<string, Asked<Question, Answer>[]>();

  async function askFor(key: string, batch: readonly Asked<Question, Answer>[]): Promise<void> {
    try {
      const answers = await ask(
        key,
        batch.map(({ question }) => question),
      );
      for (const [index, { resolve, reject }] of batch.entries()) {
        const answer = answers[index];
        if (answer !== undefined) resolve(answer);
        else reject(new TypeError('a question of a batch has no answer'));
      }
    } catch (failure) {
      for (const { reject } of batch) reject(failure);
    }
  }

  async function work(key: string, line: Asked<Question, Answer>[]): Promise<void> {
    while (line.length > 0) await askFor(key, line.splice(0));
    lines.delete(key);
  }

  return (key, question) =>
    new Promise((resolve, reject) => {
      const line = lines.get(key) ?? [];
      line.push({ question, resolve, reject });
      if (lines.has(key)) return;
      lines.set(key, line);
      void work(key, line);
    });
}
