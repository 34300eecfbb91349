import type { GitHostAnswer, GitHostRequest } from './git-host.ts';
import { runGitProcess } from './git-process.ts';

// The program of the git host: runs what it is asked to run, and goes when its daemon does.
process.on('message', (message: GitHostRequest) => {
  void answer(message).then((reply) => {
    if (process.connected) process.send?.(reply);
  });
});
process.on('disconnect', () => process.exit(0));

async function answer({ id, request }: GitHostRequest): Promise<GitHostAnswer> {
  try {
    return { id, end: await runGitProcess(request), failure: null };
  } catch (error) {
    return { id, end: null, failure: error instanceof Error ? error.message : String(error) };
  }
}
