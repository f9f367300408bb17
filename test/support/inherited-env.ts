/** The environment of the test run, for processes that tests start. */
export const inheritedEnv: NodeJS.ProcessEnv = process.env;
