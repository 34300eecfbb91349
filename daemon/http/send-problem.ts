import type { FastifyReply } from 'fastify';
import { PROBLEM_MEDIA_TYPE } from './problem-document.ts';
import type { ProblemDocument } from './problem-document.ts';

/** Answers with a problem document; returns the reply so that a hook or handler can end with it. */
export function sendProblem(reply: FastifyReply, problem: ProblemDocument): FastifyReply {
  return reply.code(problem.status).type(PROBLEM_MEDIA_TYPE).send(problem);
}
