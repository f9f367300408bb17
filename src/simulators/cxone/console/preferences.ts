const key = 'console.replyForm';

/** Says in which of CXone's two forms replies are sent. */
export function replyForm(): 'v1' | 'v2' {
  return localStorage.getItem(key) === 'v2' ? 'v2' : 'v1';
}

/** Chooses the form of the replies from now on. */
export function setReplyForm(form: 'v1' | 'v2'): void {
  localStorage.setItem(key, form);
}
