/** @module The customer workflow: which thread an identified customer is in, on any device. */
import { allHandlersFinished, condition, continueAsNew, setHandler } from '@temporalio/workflow';
import { customerIdle } from './deadlines.js';
import { type CustomerInput, currentThreadUpdate } from './messages.js';

/** Temporal takes 2,000 updates in one run. */
const defaultContinueAfterUpdates = 500;

export async function customer(input: CustomerInput): Promise<void> {
  let current = input.currentThreadId;
  let asked = 0;
  const { continueAfterUpdates = defaultContinueAfterUpdates } = input;
  setHandler(currentThreadUpdate, ({ candidate, closed }) => {
    asked += 1;
    if (current === undefined || current === closed) current = candidate;
    return current;
  });
  for (let seen = -1; seen !== asked; ) {
    seen = asked;
    await condition(() => asked !== seen, customerIdle);
    if (asked >= continueAfterUpdates) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof customer>({
        ...input,
        ...(current === undefined ? {} : { currentThreadId: current }),
      });
    }
  }
}
