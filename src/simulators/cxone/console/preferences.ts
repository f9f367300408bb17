const formKey = 'console.replyForm';
const eventKey = 'console.signedEvent';

/** Says in which of CXone's two forms replies are sent. */
export function replyForm(): 'v1' | 'v2' {
  return localStorage.getItem(formKey) === 'v2' ? 'v2' : 'v1';
}

/** Chooses the form of the replies from now on. */
export function setReplyForm(form: 'v1' | 'v2'): void {
  localStorage.setItem(formKey, form);
}

/** Says whether what an agent does with a contact is told by a signed event. */
export function wantsEvent(): boolean {
  return localStorage.getItem(eventKey) !== 'off';
}

/** Chooses whether it is told from now on, whatever the contact. */
export function setWantsEvent(isWanted: boolean): void {
  localStorage.setItem(eventKey, isWanted ? 'on' : 'off');
}
