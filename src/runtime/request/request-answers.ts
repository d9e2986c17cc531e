// What becomes of the message of a request: it goes on with the replies, or to a Catch node with what is known.

import type { Node, NodeAPI } from 'node-red';
import type { RequestEnd } from '../../connection/requests/pending-request';
import { answeredMessage, gatheredMessage } from '../../core/requests/answered-message';
import { reportedError, sentence } from '../node/localize';
import { lastingAnswers, type MessageInput, publishedMessage } from '../publish/message-answers';
import type { ReadReplies } from './reply-reader';

type AnswerRequest = (end: RequestEnd, input: MessageInput) => void;

/** `single`: the reply is the message, otherwise a list of replies is its payload. */
export function requestAnswers(RED: NodeAPI, node: Node, single: boolean, read: ReadReplies): AnswerRequest {
  const answers = lastingAnswers(RED, node);
  return (end, input) => {
    const replies = end.replies.map(read);
    const messages = replies.map(({ message }) => message);
    const error = end.ok ? replies.find((reply) => reply.error)?.error : end.error;
    if (error) {
      // Nothing that has come is lost: the message takes the replies to the Catch node, unless the flow has frozen it.
      if (messages.length > 0) Reflect.set(input.message, 'replies', messages);
      const facts = { replies: messages.length, request: end.progress };
      return answers.fail(input, reportedError(sentence(RED, error, {}), error, facts));
    }
    const [first] = messages;
    const answered = single && first ? answeredMessage(input.message, first) : gatheredMessage(input.message, messages);
    answers.pass(input, publishedMessage(answered, end.ok ? end.reasonCode : undefined));
  };
}
