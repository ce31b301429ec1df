// While the server closes, what is in work is answered and its connection closed with it; a kept-alive one would hold the
// process until the drain's limit.
import type { FastifyInstance } from "fastify";

export function closeWithAnswers(app: FastifyInstance): void {
  let isClosing = false;
  app.addHook("preClose", async () => {
    isClosing = true;
  });
  app.addHook("onSend", async (_request, reply, payload) => {
    if (isClosing) reply.header("connection", "close");
    return payload;
  });
}
