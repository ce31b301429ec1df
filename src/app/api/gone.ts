// When a request is over, answered or not. A response that waits behind another one of its connection (pipelining) is never told
// that the connection is gone, so that for those the connection itself is listened to.
import type { FastifyReply } from "fastify";

/** Calls `work` once: when the answer is out, or when nobody is there any more to take it. */
export function onGone(reply: FastifyReply, work: () => void): void {
  const response = reply.raw;
  if (response.socket !== null) {
    response.once("close", work);
    return;
  }
  const { socket } = reply.request.raw;
  socket.setMaxListeners(0); // one for each request that waits; none of them stays
  const once = () => {
    response.off("close", once);
    socket.off("close", once);
    work();
  };
  response.once("close", once);
  socket.once("close", once);
}
