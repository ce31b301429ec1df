// What PostgreSQL stores of a password, made here so that the password itself is in no statement and in no server log.
// Source: RFC 5803, RFC 7677; postgresql.org/docs/current/catalog-pg-authid.html
import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import { Secret } from "../../../foundation/secret.ts";

const iterations = 4096; // the server's own default

/** `SCRAM-SHA-256$4096:salt$StoredKey:ServerKey`, with a new salt each time. */
export function storedPassword(password: Secret): Secret {
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password.reveal(), salt, iterations, 32, "sha256");
  const storedKey = createHash("sha256").update(hmac(salted, "Client Key")).digest("base64");
  const serverKey = hmac(salted, "Server Key").toString("base64");
  return new Secret(`SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${storedKey}:${serverKey}`);
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
