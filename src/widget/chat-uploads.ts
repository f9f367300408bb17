/** The files of one chat: shown by its state, and a reason to ask before the page is left. */
import { createId, holdPage } from './page-signals.js';
import type { ChatAction } from './store.js';
import { createUploads, isUnderWay, type SendFile, type Uploads } from './uploads.js';

/** Creates the files of a chat; none yet. */
export function createChatUploads(deps: {
  readonly send: SendFile;
  readonly dispatch: (action: ChatAction) => void;
}): Uploads {
  const { send, dispatch } = deps;
  const uploads = createUploads({
    send,
    createId,
    onChange: (all) => {
      holdPage(all.some(isUnderWay));
      dispatch({ type: 'uploads', uploads: all });
    },
  });
  return {
    ...uploads,
    stop: () => {
      uploads.stop();
      holdPage(false);
    },
  };
}
