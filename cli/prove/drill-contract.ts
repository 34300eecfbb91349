/** What a drilled daemon prints, between its events, once its inboxes are open. */
export const READY = 'ready';

/** Where in its worktree the drill's worker does what the drill's pack asks for. */
export const WORK_FOLDER = 'drill';
export const WORK_FILE = `${WORK_FOLDER}/work.txt`;
