/**
 * @module What every workflow hears passes here first, so that it acts in workflow tasks only
 * (decision 20). A query that meets a worker which does not hold the workflow hands it what has come
 * since the last task, with no task of its own and by the clock of the last one. Whoever acted on that
 * would act otherwise than a replay, which hears it with the next task and by its clock: the workflow
 * would be stuck for good.
 */
import type { ActivateInput, WorkflowInterceptorsFactory } from '@temporalio/workflow';

type Activation = ActivateInput['activation'];
type Job = NonNullable<Activation['jobs']>[number];

/**
 * Lets nothing be heard that no task has brought: that throws, upon which the worker lets go of the
 * workflow, and the next task begins from its history. A task is known by its moment; one that began
 * in the same nanosecond as the one before fails likewise, and is tried again.
 */
export const interceptors: WorkflowInterceptorsFactory = () => {
  let taskAt: string | undefined;
  return {
    internals: [
      {
        activate(input, next) {
          const { activation, batchIndex } = input;
          const jobs = activation.jobs ?? [];
          if (jobs.some(isQuery) || batchIndex > 0) {
            next(input);
            return;
          }
          const at = momentOf(activation);
          if (at === taskAt && jobs.some(isNews)) {
            throw new RangeError('what no workflow task has brought is not heard');
          }
          taskAt = at;
          next(input);
        },
      },
    ],
  };
};

function momentOf({ timestamp }: Activation): string {
  return `${String(timestamp?.seconds)}.${timestamp?.nanos}`;
}

const isQuery = ({ queryWorkflow }: Job): boolean => isSet(queryWorkflow);

/** An activity that the workflow itself has cancelled settles in the same task. */
function isNews(job: Job): boolean {
  const { resolveActivity } = job;
  if (isSet(resolveActivity)) return !isSet(resolveActivity?.result?.cancelled);
  return [job.signalWorkflow, job.fireTimer, job.doUpdate, job.cancelWorkflow].some(isSet);
}

const isSet = (value: unknown): boolean => value !== undefined && value !== null;
