/** @module A failure as a page for people: what to do about it, its code, the id of the request. */
import type { Request, Response } from 'express';
import type { EngineError } from '../../domain/errors.js';
import { isTellable, sendProblem, setProblemHeaders } from '../problem.js';
import { requestIdOf } from '../request-id.js';
import { html } from './html.js';
import { type AdminPaths, sendPage } from './page-frame.js';

function explain(error: EngineError): string {
  if (isTellable(error)) return error.message;
  if (error.policy.httpStatus !== 502) return 'Something unexpected happened. Try again.';
  if (error.code === 'CONTACT_CENTRE_FORBIDDEN')
    return 'The contact centre does not let you do this.';
  if (error.code === 'CONTACT_CENTRE_REJECTED') return 'The contact centre refused this.';
  return error.policy.certain
    ? 'The contact centre cannot be reached at the moment, and nothing was changed. Try again in a minute.'
    : 'The contact centre gave no clear answer, so this may have been done or not. Look at the channels again.';
}

/** Makes the sender of failures: a page for browsers, a problem document for everybody else. */
export function createErrorPage(paths: AdminPaths) {
  return (req: Request, res: Response, error: EngineError): void => {
    if (req.accepts(['json', 'html']) !== 'html') {
      sendProblem(res, error);
      return;
    }
    setProblemHeaders(res, error);
    const { httpStatus } = error.policy;
    const wasAdmitted = error.code !== 'API_HOST_FORBIDDEN' && !error.code.startsWith('ADMIN_');
    sendPage(res, paths, {
      status: httpStatus,
      title: httpStatus === 403 ? 'You cannot come in this way' : 'This did not work',
      content: html`
      <p class="lead">${explain(error)}</p>
      ${wasAdmitted ? html`<p><a class="button" href="${paths.of('action')}">To the channels</a></p>` : undefined}
      <dl class="facts">
        <div><dt>Code</dt><dd><code>${error.code}</code></dd></div>
        <div><dt>Request</dt><dd><code>${requestIdOf(res)}</code></dd></div>
      </dl>`,
    });
  };
}
