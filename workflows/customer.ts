/** @module The customer workflow: which thread an identified customer is in, on any device. */
import { condition, setHandler } from '@temporalio/workflow';
import { customerIdle } from './deadlines.js';
import { type CustomerInput, currentThreadUpdate } from './messages.js';

export async function customer(input: CustomerInput): Promise<void> {
  let current = input.currentThreadId;
  let asked = 0;
  setHandler(currentThreadUpdate, ({ candidate, closed }) => {
    asked += 1;
    if (current === undefined || current === closed) current = candidate;
    return current;
  });
  for (let seen = -1; seen !== asked; ) {
    seen = asked;
    await condition(() => asked !== seen, customerIdle);
  }
}
